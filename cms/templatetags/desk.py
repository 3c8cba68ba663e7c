"""The template tags and filters of the organizers' desk."""

from __future__ import annotations

from django import template

from shop.currencies import written
from shop.reports.report import Figures

register = template.Library()


@register.filter
def cell(row: Figures, column: tuple[str, str, str]) -> object:
    """Return the value of a row in a column, as people read it."""
    _label, key, kind = column
    value = row[key]
    if value is None:
        return "–"
    if kind == "percent":
        return f"{value}\N{NO-BREAK SPACE}%"
    return count(value) if kind == "count" else value


@register.filter
def count(number: int) -> str:
    """Write a whole number with a comma before each three digits: 6,858."""
    return f"{number:,}"


@register.filter
def in_currency(amount: int, currency: str) -> str:
    """Write an amount of minor units as the desk does."""
    return written(amount, currency, "en")
