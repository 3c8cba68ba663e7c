"""Counts why orders are not placed; it names nobody, and is no part of the checkout."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction

from shop.core.errors import (
    BelowMinimum,
    CannotDeliver,
    CartChanged,
    LimitReached,
    NeedsAccount,
    NotPossible,
    OutOfStock,
    PriceChanged,
    ShopError,
    StaleState,
    TooManyOpenOrders,
    TooMuchHeld,
    Unavailable,
    VoucherRefused,
)
from shop.core.jobs import delete_some
from shop.reports.models import Refused

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=90)
# By the sentence that the board shows; of a kind and the kind below it the first one counts.
REASONS: tuple[tuple[str, type[ShopError], str], ...] = (
    ("limit", LimitReached, "has had what one shopper may buy"),
    ("cart", CartChanged, "the cart was changed in another tab"),
    ("price", PriceChanged, "the price changed meanwhile"),
    ("stock", OutOfStock, "sold out"),
    ("faster", Unavailable, "somebody else was faster"),
    ("parking", TooManyOpenOrders, "too many unpaid orders for one e-mail address"),
    ("held", TooMuchHeld, "unpaid orders of one person or network would hold too much"),
    ("minimum", BelowMinimum, "below what can be charged"),
    ("country", CannotDeliver, "no delivery to the country"),
    ("voucher", VoucherRefused, "the voucher does not apply"),
    ("account", NeedsAccount, "needs an account"),
    ("stale", StaleState, "changed in another tab"),
    ("rule", NotPossible, "another rule"),
)
OTHER = "other"
WORDS = {name: words for name, _kind, words in REASONS} | {OTHER: "another reason"}


def note(refusal: ShopError, *, at: datetime) -> None:
    """Write down that an order was refused. Call it when its transaction is over.

    One row is added and none is changed, so nobody waits for it; if it cannot be written, the
    log says so and the shopper notices nothing.
    """
    try:
        with transaction.atomic():
            Refused.objects.create(at=at, reason=reason_of(refusal))
    except DatabaseError:
        log.exception("a refusal could not be counted")


def reason_of(refusal: ShopError) -> str:
    """Return the name under which a refusal is counted."""
    return next((name for name, kind, _words in REASONS if isinstance(refusal, kind)), OTHER)


def forget_refusals(*, at: datetime) -> int:
    """Delete refusals that are older than three months; return how many."""
    return delete_some(Refused.objects.filter(at__lt=at - KEPT_FOR).order_by("at"))
