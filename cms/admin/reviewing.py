"""What a reviewer weighs: each nomination with its check, ready to be written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from shop.catalogue.models import ProductPicture
from shop.currencies import written
from shop.delivery.names import country_name
from shop.festivals.checking import Case, Check, VariantCheck, check_all
from shop.festivals.models import Nomination
from shop.festivals.nominating import proposal_of
from shop.listings.refreshing import picture_facts

SHOWN = 30  # variants of one nomination; an outing has hundreds of seats' kinds


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
    """One nomination in the queue."""

    nomination: Nomination
    check: Check
    picture: str
    alt: str
    country: str
    regular: str
    price: str
    percent: str
    prior: str
    payout: str
    allotment: str
    on_hand: int
    variants: tuple[VariantRow, ...]
    more: int


def review_rows(nominations: Iterable[Nomination], *, at: datetime) -> list[ReviewRow]:
    """Return nominations as a reviewer reads them. Eleven statements, however many."""
    rows = list(nominations)
    cases = [Case(row.product, row.slot, row.enrolment, proposal_of(row)) for row in rows]
    checks = check_all(cases, at=at) if cases else []
    covers = _covers(row.product_id for row in rows)
    return [
        _row(row, check, covers.get(row.product_id, {}))
        for row, check in zip(rows, checks, strict=True)
    ]


def _row(nomination: Nomination, check: Check, cover: dict[str, str]) -> ReviewRow:
    priced = [row for row in check.variants if row.price is not None]
    lowest = min(priced, key=lambda row: row.price, default=None)
    asked = sum(row.allotment or 0 for row in priced)
    shown = [row for row in check.variants if row.price is not None or row.sentence][:SHOWN]
    pools = {row.variant.pool_id: row.variant.pool.on_hand for row in check.variants}
    return ReviewRow(
        nomination=nomination,
        check=check,
        picture=cover.get("small", ""),
        alt=cover.get("alt", ""),
        country=country_name(nomination.product.merchant.country, "en"),
        regular=_amount(lowest.regular) if lowest else "",
        price=_amount(lowest.price) if lowest else "",
        percent=_off(lowest),
        prior=_amount(lowest.prior) if lowest else "",
        payout=_amount(lowest.payout) if lowest else "",
        allotment=str(asked) if asked else "from everyday stock",
        on_hand=sum(pools.values()),
        variants=tuple(_variant(row) for row in shown),
        more=max(0, len(check.variants) - len(shown)),
    )


def _variant(row: VariantCheck) -> VariantRow:
    return VariantRow(
        label=row.variant.label or "–",
        sku=row.variant.sku,
        regular=_amount(row.regular),
        price=_amount(row.price),
        prior=_amount(row.prior),
        percent=_off(row),
        payout=_amount(row.payout),
        allotment="" if row.allotment is None else str(row.allotment),
        left=row.left,
        sentence=row.sentence,
    )


def _off(row: VariantCheck | None) -> str:
    if row is None or row.price is None:
        return ""
    return f"−{row.percent} %" if row.percent else "no reduction"


def _amount(minor: int | None) -> str:
    return "" if minor is None else written(minor, settings.SHOP_CURRENCY, "en")


def _covers(product_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    rows = ProductPicture.objects.filter(product_id__in=list(product_ids), position=0)
    return {row.product_id: picture_facts(row.picture) for row in rows.select_related("picture")}
