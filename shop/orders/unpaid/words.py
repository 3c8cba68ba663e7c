"""The refusals of too much for one person or network, each with the way out."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core.errors import TooMuchHeld
from shop.orders.cart.formats import clock_time


def order_too_large(most: int, *, is_guest: bool) -> TooMuchHeld:
    """Return the refusal of an order that is too large for one that is not paid yet."""
    text = ngettext(
        "Until it is paid, an order can hold %(count)d item.",
        "Until it is paid, an order can hold %(count)d items.",
        most,
    ) % {"count": most}
    return _refusal(text, _fewer(), is_guest=is_guest)


def too_many_of(
    product: Product, possible: int, until: datetime | None, *, zone: str, is_guest: bool
) -> TooMuchHeld:
    """Return the refusal of too many of one product.

    Args:
        possible: how many can be ordered now.
        until: when the first of the network's unpaid orders that hold it must be paid, if any.
        zone: in which that is told.
    """
    facts = {"count": possible, "product": product.title_in(get_language() or "en")}
    if possible:
        text = ngettext(
            "%(product)s: you can order %(count)d at once, so that others get some too.",
            "%(product)s: you can order %(count)d at once, so that others get some too.",
            possible,
        )
    elif until:
        text = _(
            "%(product)s: unpaid orders from your internet connection hold as many as they may, "
            "so that others get some too."
        )
    else:  # other lines of the same order take them
        text = _("%(product)s: fewer can be ordered at once, so that others get some too.")
    way = _wait(until, zone) if until and not possible else _fewer()
    return _refusal(text % facts, way, is_guest=is_guest)


def network_full(until: datetime, *, zone: str, is_guest: bool) -> TooMuchHeld:
    """Return the refusal of an order that comes after all that a network may hold."""
    text = _("Unpaid orders from your internet connection hold as many items as they may.")
    return _refusal(text, _wait(until, zone), is_guest=is_guest)


def _fewer() -> str:
    return _("Order fewer now, and more when these are paid.")


def _wait(until: datetime, zone: str) -> str:
    text = _("Pay what you have open, or try again after %(time)s.")
    return text % {"time": clock_time(until, zone=zone)}


def _refusal(*sentences: str, is_guest: bool) -> TooMuchHeld:
    more = _("You can order more at once when you are signed in with a confirmed email address.")
    said = (*sentences, more) if is_guest else sentences
    return TooMuchHeld(" ".join(said), may_sign_in=is_guest)
