"""What shoppers may send back, and until when guests may cancel: rules that pages say."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from shop.catalogue.models import Category, Product
from shop.core import dates

RETURN_DAYS = 30
"""So long after the delivery a shopper may ask to send something back."""


def rule_of(product: Product) -> tuple[str, str]:
    """Return what a product's page says about giving it back: what it is called, and the rule.

    Reads the category.
    """
    if product.kind == Product.Kind.EXPERIENCE:
        text = _("Free until %(hours)d hours before the date")
        return _("Cancelling"), text % {"hours": product.cancel_hours}
    texts = {
        Category.Returns.UNUSED: _("Within %(days)d days, unused"),
        Category.Returns.SEALED: _("Within %(days)d days, unopened"),
        Category.Returns.FAULTY: _("Only if something is wrong, within %(days)d days"),
    }
    return _("Returns"), texts[Category.Returns(product.category.returns)] % {"days": RETURN_DAYS}


def cancelling(hours: int, starts: datetime, zone: str, language: str, *, at: datetime) -> str:
    """Return until when a session that somebody books now can be cancelled, or that it cannot be.

    Args:
        hours: before the start, in which a booking is final.
        zone: of the place, whose clock is told.
    """
    until = starts - timedelta(hours=hours)
    if at > until:
        text = _("It cannot be cancelled: it starts in less than %(hours)d hours.")
        return text % {"hours": hours}
    when = dates.day_and_hour(until, zone, language, since=at)
    return _("Free to cancel until %(when)s.") % {"when": when}
