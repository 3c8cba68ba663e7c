"""What holds for every history of prices."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from shop.festivals.pricing.items import prior_price, public_price
from shop.festivals.pricing.timeline import LowestSpan, Span, lowest_spans, spans
from tests.shop.festivals.pricing import oracle
from tests.shop.festivals.pricing.histories import instants_about, random_history

Law = Callable[[random.Random], None]


def check_histories(seeds: range, *laws: Law) -> None:
    """Hold laws against the random histories of many seeds; a failure names its seed."""
    for seed in seeds:
        for law in laws:
            try:
                law(random.Random(seed))
            except Exception as error:
                error.add_note(f"seed {seed} breaks {law.__name__}")
                raise


def spans_are_the_public_price(rng: random.Random) -> None:
    """At every instant the spans say what the function says; they neither overlap nor idle."""
    variant = random_history(rng, 1)
    since, *instants = instants_about(rng, (variant,))
    found = spans(variant, since)

    for before, after in pairwise(found):
        assert before.ends_at is not None
        assert before.ends_at <= after.starts_at
        assert before.ends_at < after.starts_at or before.facts != after.facts
    for span in found:
        assert span.ends_at is None or span.starts_at < span.ends_at
        assert span.starts_at >= since
    for at in instants:
        if at >= since:
            price = public_price(variant, at)
            deal = price.deal.id if price and price.deal else None
            expected = [(price.regular, price.price, deal)] if price else []
            assert [(s.regular, s.price, s.deal_id) for s in found if _holds(s, at)] == expected


def the_lowest_span_is_the_cheapest_variant(rng: random.Random) -> None:
    """At every instant the lowest span names the least and the highest public price."""
    variants = [random_history(rng, number) for number in range(1, rng.randint(2, 4))]
    since, *instants = instants_about(rng, variants)
    found = lowest_spans({v.id: spans(v, since) for v in rng.sample(variants, len(variants))})

    for before, after in pairwise(found):
        assert before.ends_at is not None
        assert before.starts_at < before.ends_at <= after.starts_at
    for at in instants:
        if at >= since:
            seen = [(p.price, v.id, p) for v in variants if (p := public_price(v, at))]
            expected = []
            if seen:
                price, _, least = min(seen, key=lambda one: one[:2])
                deal = least.deal.id if least.deal else None
                expected = [(price, deal, max(one[0] for one in seen))]
            there = [s for s in found if _holds(s, at)]
            assert [(s.lowest.price, s.lowest.deal_id, s.highest) for s in there] == expected


def the_prior_price_is_the_lowest_of_thirty_days(rng: random.Random) -> None:
    """Walking hour by hour through the 30 days before each deal finds the same price."""
    variant = random_history(rng, 1)
    for deal in variant.deals:
        expected = oracle.prior_by_walking(variant, deal.starts_at)
        assert prior_price(variant, deal.starts_at) == expected


def what_is_crossed_out_is_the_prior_price_above_the_price(rng: random.Random) -> None:
    """A prior price stands beside a lower price only, and the percentage is rounded down."""
    variant = random_history(rng, 1)
    starts = {deal.id: deal.starts_at for deal in variant.deals}
    for span in spans(variant, variant.listed_at):
        prior = oracle.prior_by_walking(variant, starts[span.deal_id]) if span.deal_id else None
        if prior is None or prior <= span.price:
            assert (span.prior, span.percent) == (None, None)
        else:
            assert span.prior == prior
            assert span.percent == (100 * (prior - span.price) // prior or None)


def an_extension_changes_nothing_before_the_old_end(rng: random.Random) -> None:
    """Neither a price nor a prior price that was shown becomes another."""
    variant = random_history(rng, 1)
    for deal in variant.deals:
        later = replace(deal, ends_at=deal.ends_at + 100 * oracle.HOUR)
        longer = replace(variant, deals=tuple(later if d is deal else d for d in variant.deals))
        before, after = (
            [(s.starts_at, *s.facts) for s in spans(v, v.listed_at) if s.starts_at < deal.ends_at]
            for v in (variant, longer)
        )
        assert before == after


LAWS: tuple[Law, ...] = (
    spans_are_the_public_price,
    the_lowest_span_is_the_cheapest_variant,
    the_prior_price_is_the_lowest_of_thirty_days,
    what_is_crossed_out_is_the_prior_price_above_the_price,
    an_extension_changes_nothing_before_the_old_end,
)


def _holds(span: Span | LowestSpan, at: datetime) -> bool:
    return span.starts_at <= at and (span.ends_at is None or at < span.ends_at)
