"""A request with the attributes that the shop's middleware and decorators set, for signatures."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """A request as a view is given it; nothing is ever made of this class."""

    htmx: HtmxDetails
    moment: datetime
    may_have_stored: bool
    nav: str
