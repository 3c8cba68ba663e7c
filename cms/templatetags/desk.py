"""The template tags and filters of the organizers' desk."""

from __future__ import annotations

from django import template

from shop.core.currencies import written

register = template.Library()


@register.filter
def count(number: int) -> str:
    """Write a whole number with a comma before each three digits: 6,858."""
    return f"{number:,}"


@register.filter
def in_currency(amount: int, currency: str) -> str:
    """Write an amount of minor units as the desk does."""
    return written(amount, currency, "en")
