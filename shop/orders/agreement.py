"""The agreement of the shopper: the total and a digest of everything that makes it up.

The total alone would let the same sum with another split pass silently.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

from shop.catalogue.models import CANCEL_HOURS
from shop.orders.cart.pricing import PricedCart


@dataclass(frozen=True, slots=True)
class Agreement:
    """The total in minor units and the digest that were on the page.

    ``wish`` tells a cart that was changed from a price that was; a page that does not send it
    has said nothing about it. It is no part of what two agreements are compared by, and neither is
    the ``age`` that the shopper says to have at least.
    """

    total: int
    digest: str
    wish: str = field(default="", compare=False)
    age: int = field(default=0, compare=False)


def agreement(priced: PricedCart) -> Agreement:
    """Return the agreement that a shopper makes by paying this cart as priced."""
    quote = priced.quote
    facts = {
        "lines": [
            [s.wanted.variant.id, s.deal.id if s.deal else None, s.quantity, s.price, paid]
            for s, paid in zip(quote.segments, quote.paid, strict=True)
        ],
        "benefits": [[b.promotion.id, b.amount] for b in quote.benefits],
        "parcels": [
            [pk, option.service, quote.parcel_prices[pk]] for pk, option in priced.chosen.items()
        ],
        "total": quote.total,
    } | _dates(priced)
    return Agreement(quote.total, _hash(facts), wish(priced))


def wish(priced: PricedCart) -> str:
    """Return a digest of the cart's lines, their dates, vouchers, services, address; no prices."""
    cart = priced.cart
    # Named only where there are some: a wish from before it was asked stays the same.
    off = {"taken_off": sorted(priced.taken_off)} if priced.taken_off else {}
    return _hash(
        off
        | _dates(priced)
        | {
            "lines": sorted([line.variant_id, line.quantity] for line in priced.lines),
            "vouchers": sorted(pick.promotion_id for pick in priced.picks),
            "services": sorted([pk, option.service] for pk, option in priced.chosen.items()),
            "contact": cart.contact_id,
            "country": cart.country,
        }
    )


def _dates(priced: PricedCart) -> dict[str, list[tuple[int, str]]]:
    """Return when the sessions of a cart begin, and on what terms they are booked.

    Until when they may be cancelled, and from how many guests they take place, decided when. A host
    may change each. Nothing is named where there is none, or where it is the usual rule,
    so that an agreement from before it was asked stays the same.
    """
    starts, rules, least = [], [], []
    for line in priced.lines:
        if start := line.variant.session_start:
            starts.append((line.variant_id, start.isoformat()))
            if (hours := line.variant.product.cancel_hours) != CANCEL_HOURS:
                rules.append((line.variant_id, str(hours)))
            if plan := line.variant.promise:
                least.append((line.variant_id, f"{plan.least_guests} {plan.decides_at}"))
    named = {"starts": sorted(starts), "cancel": sorted(rules), "least": sorted(least)}
    return {name: rows for name, rows in named.items() if rows}


def _hash(facts: object) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
