"""The facts that a reviewer weighs: each nomination with its check, ready to be written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from django.conf import settings

from cms.dashboard.nominations.review_facts import Around, around
from shop.catalogue.delivery.names import country_name
from shop.core.currencies import written
from shop.core.money import share
from shop.festivals.models import Nomination
from shop.festivals.nominations.checks import Case, ProposalCheck, VariantCheck, check_all
from shop.festivals.nominations.proposal import proposal_of

SHOWN = 30  # variants of one nomination; an experience has hundreds of seats' kinds


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One variant in written amounts."""

    label: str
    sku: str
    regular: str
    price: str
    prior: str
    percent: str
    payout: str
    allotment: str
    left: int
    sentence: str


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One nomination in the queue.

    ``more`` are priced variants that are not listed, ``left_out`` those without a part in the deal.
    ``crossed_out`` says whether a price may be struck through beside it; ``around`` what else is
    known: other deals at that time, and what changed since it was submitted before.
    """

    nomination: Nomination
    check: ProposalCheck
    around: Around
    country: str
    regular: str
    price: str
    percent: str
    off: str
    prior: str
    crossed_out: str
    payout: str
    subsidy: str
    allotment: str
    on_hand: int
    free: int
    variants: tuple[VariantRow, ...]
    more: int
    left_out: int

    @property
    def is_open(self) -> bool:
        """Tell whether it waits for a decision."""
        return self.nomination.state == Nomination.State.SUBMITTED


def checks_of(rows: Iterable[Nomination], *, at: datetime) -> list[ProposalCheck]:
    """Return the effects of nominations, and the problems of those that wait.

    Eleven statements at the most, however many.
    """
    cases = [
        Case(row.product, row.slot, row.enrolment, proposal_of(row), _decided_at(row, at))
        for row in rows
    ]
    return check_all(cases, at=at) if cases else []


def _decided_at(row: Nomination, at: datetime) -> datetime | None:
    """Return when a nomination was decided or taken back; of those that wait nothing."""
    return None if row.state == Nomination.State.SUBMITTED else row.decided_at or at


def review_rows(
    nominations: Iterable[Nomination],
    *,
    at: datetime,
    refused: Mapping[int, str] | None = None,
) -> list[ReviewRow]:
    """Return nominations as a reviewer reads them. Fourteen statements, however many.

    Args:
        refused: what else is known to keep one from being approved, by id; a warning.
    """
    rows = list(nominations)
    checks = [
        replace(check, warnings=(*check.warnings, *filter(None, [(refused or {}).get(row.pk)])))
        for row, check in zip(rows, checks_of(rows, at=at), strict=True)
    ]
    skus = {
        variant.variant.pk: variant.variant.sku for check in checks for variant in check.variants
    }
    known = around(rows, skus, at=at)
    return [_row(row, check, known) for row, check in zip(rows, checks, strict=True)]


def _row(nomination: Nomination, check: ProposalCheck, known: Mapping[int, Around]) -> ReviewRow:
    priced = [row for row in check.variants if row.price is not None]
    lowest = min(priced, key=lambda row: cast("int", row.price), default=None)
    asked = sum(row.allotment or 0 for row in priced)
    pools = {row.variant.pool_id: row.variant.pool for row in check.variants}
    return ReviewRow(
        nomination=nomination,
        check=check,
        around=known[nomination.pk],
        country=country_name(nomination.product.merchant.country, "en"),
        regular=_amount(lowest.regular) if lowest else "",
        price=_amount(lowest.price) if lowest else "",
        percent=_off(lowest),
        off=_below_regular(lowest),
        prior=_amount(lowest.prior) if lowest else "",
        crossed_out=_crossed_out(lowest),
        payout=_payout(nomination, lowest),
        subsidy=_amount(nomination.subsidy) if nomination.subsidy else "",
        allotment=str(asked) if asked else "from everyday stock",
        on_hand=sum(pool.on_hand for pool in pools.values()),
        free=sum(pool.free for pool in pools.values()),
        variants=tuple(_variant(nomination, row) for row in priced[:SHOWN]),
        more=len(priced[SHOWN:]),
        left_out=len(check.variants) - len(priced),
    )


def _variant(nomination: Nomination, row: VariantCheck) -> VariantRow:
    return VariantRow(
        label=row.variant.label or "–",
        sku=row.variant.sku,
        regular=_amount(row.regular),
        price=_amount(row.price),
        prior=_amount(row.prior),
        percent=_off(row),
        payout=_payout(nomination, row),
        allotment="" if row.allotment is None else str(row.allotment),
        left=row.left,
        sentence=row.sentence,
    )


def _off(row: VariantCheck | None) -> str:
    if row is None or row.price is None:
        return ""
    return row.deal_text or (f"−{row.percent} %" if row.percent else "no reduction")


def _below_regular(row: VariantCheck | None) -> str:
    """Return how far a price is below the regular one, even if shoppers may not be told."""
    if row is None or not row.regular or not row.reduction:
        return ""
    return f"−{row.reduction * 100 // row.regular} %"


def _crossed_out(row: VariantCheck | None) -> str:
    """Say whether shoppers will see a price struck through, by the rule of the 30 days."""
    if row is None or row.price is None:
        return ""
    if row.deal_text:
        return "nothing crossed out: the price of one stays"
    if row.prior is None:
        return "nothing crossed out: no prior price"
    return "lawful" if row.percent else "nothing crossed out: not below the prior price"


def _payout(nomination: Nomination, row: VariantCheck | None) -> str:
    """Write the store's income per unit: price and subsidy less commission."""
    if row is None or row.price is None:
        return ""
    added = min(nomination.subsidy, row.reduction)
    due = row.price + added
    return _amount(due - share(due, nomination.enrolment.commission_bp))


def _amount(minor: int | None) -> str:
    return "" if minor is None else written(minor, settings.SHOP_CURRENCY, "en")
