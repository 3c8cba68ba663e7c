"""The reductions of deals for units of a product that are bought together, across its variants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from shop.core.money import split
from shop.festivals.pricing.kinds import DealKind
from shop.festivals.pricing.segments import Segment
from shop.festivals.pricing.terms import WantedUnits


def reduce_together(found: Sequence[Segment]) -> list[Segment]:
    """Return segments with the reductions of deals that count units together.

    A reduction is divided over all units that were counted, in proportion to their prices: so
    each of them is paid back by its share, and none of them is free.
    """
    reduced = list(found)
    for rule, places in _counted_together(found):
        own = [found[place] for place in places]
        prices = [segment.price for segment in own for _ in range(segment.quantity)]
        shares = split(rule.saved(prices), [segment.amount for segment in own])
        for place, share in zip(places, shares, strict=True):
            reduced[place] = replace(reduced[place], reduced=share)
    return reduced


def contested(wanted: Iterable[WantedUnits], at: datetime) -> list[int]:
    """Return the products that have both kinds of deals at an instant, in the order of the cart.

    Their units are counted together, or get a lower price each: whichever costs less.
    """
    kinds: dict[int, set[bool]] = {}
    for line in wanted:
        open_now = (deal for deal in line.variant.deals if deal.is_open(at))
        kinds.setdefault(line.product_id, set()).update(d.rule.counts_together for d in open_now)
    return [product_id for product_id, found in kinds.items() if len(found) > 1]


def _counted_together(found: Sequence[Segment]) -> Iterable[tuple[DealKind, list[int]]]:
    groups: dict[tuple[int, int, DealKind], list[int]] = {}
    for place, segment in enumerate(found):
        if (key := segment.counted_with) is not None:
            groups.setdefault(key, []).append(place)
    for (_product, _nomination, rule), places in groups.items():
        yield rule, places
