"""The template tags and filters of the merchants' desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.template.base import Parser, Token
from django.utils.safestring import SafeString, mark_safe

from shop.core.images.models import Picture
from shop.festivals import local_time, words
from shop.festivals.models import Deal, Festival
from shop.festivals.prices.reductions import amount
from shop.merchant.dashboard.table_cards import as_cards

register = template.Library()


@register.filter
def small(picture: Picture | None) -> str:
    """Return the address of a picture's smallest ready-made file, or nothing."""
    files = picture.sizes.get("jpeg", {}) if picture else {}
    return files[min(files, key=int)] if files else ""


@register.filter
def of(values: Mapping[Any, object], key: object) -> object:
    """Return the value of a mapping for a key, or nothing."""
    return values.get(key, "")


@register.filter
def last_day(festival: Festival) -> date:
    """Return the day on which a festival's last moment falls, where it takes place."""
    return local_time.last_day(festival.ends_at, festival.zone)


@register.filter
def terms(deal: Deal) -> str:
    """Return how a deal lowers the price: its price, its percentage, or its words."""
    return words.deal_written(deal.rule, amount)


@register.filter
def signed(number: int) -> str:
    """Write a change with its sign: +5, −3."""
    return f"+{number}" if number > 0 else f"\N{MINUS SIGN}{-number}"


@register.filter
def percent(basis_points: int) -> str:
    """Write basis points as a percentage: 850 is 8.5 %."""
    return f"{basis_points / 100:g} %"


@register.tag
def rows(parser: Parser, token: Token) -> template.Node:
    """Let the rows of the table between ``rows`` and ``endrows`` be cards on a phone."""
    inner = parser.parse(("endrows",))
    parser.delete_first_token()
    return Rows(inner)


class Rows(template.Node):
    """A table whose cells name their heading."""

    def __init__(self, inner: template.NodeList) -> None:
        self.nodelist = inner

    def render(self, context: template.Context) -> SafeString:
        """Return the table; all that people wrote is escaped in it already."""
        return mark_safe(as_cards(self.nodelist.render(context)))  # noqa: S308
