"""What a view is given, with what the shop's middleware and decorators set, and how it answers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """A request as a view is given it; nothing is ever made of this class."""

    htmx: HtmxDetails
    moment: datetime
    may_have_stored: bool
    nav: str


def see_other(name: str, *args: object) -> HttpResponseRedirect:
    """Return the answer to a post that worked: look at that page, with GET."""
    return HttpResponseRedirect(reverse(name, args=args), status=303)
