"""Prices over time: the spans that lists, sorting and evidence read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shop.festivals.pricing.items import boundaries, percent_off, prior_price, public_price
from shop.festivals.pricing.terms import VariantTerms


@dataclass(frozen=True, slots=True)
class Span:
    """One public price of a variant from an instant on; ``ends_at`` of None is for ever."""

    starts_at: datetime
    ends_at: datetime | None
    regular: int
    price: int
    deal_id: int | None = None
    prior: int | None = None
    percent: int | None = None

    @property
    def facts(self) -> tuple[int | None, ...]:
        """Return all but the time."""
        return (self.regular, self.price, self.deal_id, self.prior, self.percent)


@dataclass(frozen=True, slots=True)
class LowestSpan:
    """The span of the cheapest variant of a product, and the price of its dearest."""

    starts_at: datetime
    ends_at: datetime | None
    lowest: Span
    highest: int


def spans(variant: VariantTerms, since: datetime) -> list[Span]:
    """Return the public prices of a variant from an instant on, without a gap while on sale."""
    instants = [since, *sorted(b for b in boundaries(variant) if b > since)]
    ends = [*instants[1:], None]
    found: list[Span] = []
    for starts_at, ends_at in zip(instants, ends, strict=True):
        span = span_at(variant, starts_at, ends_at)
        if span is None:
            continue
        if found and found[-1].ends_at == starts_at and found[-1].facts == span.facts:
            found[-1] = replace(found[-1], ends_at=ends_at)
        else:
            found.append(span)
    return found


def span_at(variant: VariantTerms, at: datetime, ends_at: datetime | None = None) -> Span | None:
    """Return the public price at an instant with the prior price it may be compared with."""
    price = public_price(variant, at)
    if price is None:
        return None
    if price.deal is None:
        return Span(at, ends_at, price.regular, price.price)
    if price.deal.rule.counts_together:  # the price of one stays: nothing to compare it with
        return Span(at, ends_at, price.regular, price.price, price.deal.id)
    prior = prior_price(variant, price.deal.starts_at)
    # A prior price that shows no reduction is no comparison: nothing is crossed out.
    shown = prior if prior is not None and price.price < prior else None
    percent = percent_off(price.price, shown)
    return Span(at, ends_at, price.regular, price.price, price.deal.id, shown, percent)


def lowest_spans(by_variant: Mapping[int, Sequence[Span]]) -> list[LowestSpan]:
    """Merge the spans of a product's variants: at each instant the cheapest one speaks.

    Of equal prices the variant with the lower id wins, so that the choice is always the same.
    """
    every = [span for spans_ in by_variant.values() for span in spans_]
    if not every:
        return []
    starts = {span.starts_at for span in every}
    instants = sorted(starts | {span.ends_at for span in every if span.ends_at})
    found: list[LowestSpan] = []
    for starts_at, ends_at in zip(instants, [*instants[1:], None], strict=True):
        there = list(_in_force(by_variant, starts_at))
        if not there:
            continue
        lowest = min(there, key=lambda pair: (pair[1].price, pair[0]))[1]
        highest = max(span.price for _, span in there)
        last = found[-1] if found else None
        if last and last.ends_at == starts_at and _same(last, lowest, highest):
            found[-1] = replace(last, ends_at=ends_at)
        else:
            found.append(LowestSpan(starts_at, ends_at, lowest, highest))
    return found


def _in_force(by_variant: Mapping[int, Sequence[Span]], at: datetime) -> Iterable[tuple[int, Span]]:
    for variant_id, spans_ in by_variant.items():
        for span in spans_:
            if span.starts_at <= at and (span.ends_at is None or at < span.ends_at):
                yield variant_id, span


def _same(last: LowestSpan, lowest: Span, highest: int) -> bool:
    return last.lowest.facts == lowest.facts and last.highest == highest
