"""Sessions and tickets for tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from shop.catalogue.models import Product, Variant
from shop.people.merchants.models import Merchant
from shop.storefront.listings.sessions import Plan, TicketKind, open_sessions
from tests import make
from tests.make import LONG_AGO, NOON
from tests.paying import begin, deliver

KINDS = (TicketKind("Adult", 40_00), TicketKind("Child", 24_00), TicketKind("Family", 128_00, 4))
FRIDAY = NOON + timedelta(days=9)
DAY = timedelta(days=1)


def experience(**facts: Any) -> Product:
    """Return a published experience of a host in Nairobi."""
    host = facts.pop("of", None) or make.merchant(kind="experiences", name="Indigo Mornings")
    known = {"kind": "experience", "title": "Dyeing", "duration_minutes": 240,
             "meeting_point": "Itoku market"}  # fmt: skip
    return make.product(of=host, **known | facts)


def session(
    of: Product | None = None,
    *,
    seats: int = 12,
    starts: datetime = FRIDAY,
    kinds: tuple[TicketKind, ...] = KINDS,
    closes_before: timedelta = timedelta(hours=24),
    at: datetime = LONG_AGO,
) -> list[Variant]:
    """Return the kinds of tickets of a new session: adult, child, family of four."""
    plan = Plan("Africa/Nairobi", seats, kinds, closes_before)
    return open_sessions(of or experience(), [starts], plan, at=at)


def bought(till: Any, wanted: dict[Variant, int], *, at: datetime = NOON) -> Any:
    """Pay for a cart and return its order."""
    payment = begin(make.cart(wanted, at=at), at=at)
    till.pay(payment.session_id)
    deliver(till)
    payment.order.refresh_from_db()
    assert payment.order.is_paid
    return payment.order


def host_of(variant: Variant) -> Any:
    """Return a member of the host."""
    return make.member(variant.product.merchant)


def merchant(**facts: Any) -> Merchant:
    """Return a host."""
    return make.merchant(kind="experiences", **facts)
