"""The template tags of pages, beside Wagtail's own."""

from __future__ import annotations

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def part_id(context: template.Context) -> str:
    """Return an id that no other part of the page has, for headings to be named by."""
    gathered = context.get("gathered")
    return f"part-{gathered.next_number()}" if gathered else "part"


@register.filter
def as_percent(basis_points: int) -> str:
    """Write basis points as a percentage: 850 is 8.5 %."""
    return f"{basis_points / 100:g} %"
