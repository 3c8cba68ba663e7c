"""Random histories of a variant's price, with every change on a full hour."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from shop.festivals.pricing.items import boundaries
from shop.festivals.pricing.kinds import Fixed, Percent
from shop.festivals.pricing.terms import DealTerms, Interval, VariantTerms
from tests.shop.festivals.pricing.setting import MICROSECOND, START

HOUR = timedelta(hours=1)
REACH = 45 * 24


def random_history(rng: random.Random, number: int) -> VariantTerms:
    """Return a variant with changes of price and overlapping deals within 45 days of the start."""
    changes = sorted(_hour(rng) for _ in range(rng.randint(1, 4)))
    if rng.random() < 0.3:
        changes.append(changes[-1])
    listed_at = rng.choice([changes[0], _hour(rng), START - REACH * HOUR])
    return VariantTerms(
        id=number,
        regular=tuple((at, rng.randint(1, 40)) for at in changes),
        listed_at=listed_at,
        sales_close=rng.choice([None, None, listed_at + rng.randint(1, REACH) * HOUR]),
        deals=tuple(_deal(rng, 10 * number + n) for n in range(rng.randint(0, 4))),
    )


def instants_about(rng: random.Random, variants: Sequence[VariantTerms]) -> list[datetime]:
    """Return an instant to begin at, then each boundary, the microsecond before, and others."""
    edges = {edge for variant in variants for edge in boundaries(variant)}
    between = {_hour(rng) + timedelta(seconds=rng.randint(1, 3599)) for _ in range(20)}
    every = sorted(edges | {edge - MICROSECOND for edge in edges} | between)
    return [rng.choice([every[0], rng.choice(every)]), *every]


def _deal(rng: random.Random, number: int) -> DealTerms:
    starts_at = _hour(rng)
    ends_at = starts_at + rng.choice([0, 2, 24, 240]) * HOUR
    return DealTerms(
        id=number,
        festival_id=rng.choice([1, 2]),
        rule=rng.choice([Fixed(rng.randint(1, 30)), Percent(rng.randint(1, 99))]),
        starts_at=starts_at,
        ends_at=ends_at,
        priority=rng.randint(0, 1),
        closures=tuple(_closure(rng, starts_at) for _ in range(rng.choice([0, 0, 1, 2]))),
        left=rng.choice([None, 0, 3]),
    )


def _closure(rng: random.Random, starts_at: datetime) -> Interval:
    closed_at = starts_at + rng.randint(0, 30) * HOUR
    return Interval(closed_at, rng.choice([None, closed_at + rng.randint(1, 30) * HOUR]))


def _hour(rng: random.Random) -> datetime:
    return START + rng.randint(-REACH, REACH) * HOUR
