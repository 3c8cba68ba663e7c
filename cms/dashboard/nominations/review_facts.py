"""The surroundings of nominations: pictures, other deals at that time, changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from shop.catalogue.models import ProductPicture
from shop.core.currencies import written
from shop.festivals.local_time import wall_of
from shop.festivals.models import ChangeLog, Deal, Nomination
from shop.festivals.pricing.kinds import NUMBERS
from shop.festivals.words import deal_written
from shop.storefront.listings.refresh import picture_facts

NAMES = {
    "rule": "way",
    **{number.name: number.label.lower() for number in NUMBERS},
    "per_shopper": "most per shopper",
}
PER_VARIANT = {"prices": "price", "allotments": "units set aside"}


@dataclass(frozen=True, slots=True)
class Around:
    """The facts that a reviewer sees beside the terms. Each line is ready to be read."""

    picture: str = ""
    alt: str = ""
    other_deals: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


def around(
    rows: Sequence[Nomination], skus: Mapping[int, str], *, at: datetime
) -> dict[int, Around]:
    """Return the surroundings of each nomination, by id. Three statements.

    Args:
        skus: those of all variants, by id.
    """
    products = {row.product_id for row in rows}
    covers = _covers(products)
    deals = _deals(products, at=at)
    before = _before(row.pk for row in rows)
    return {
        row.pk: Around(
            covers.get(row.product_id, {}).get("small", ""),
            covers.get(row.product_id, {}).get("alt", ""),
            tuple(
                dict.fromkeys(_words(deal) for deal in deals[row.product_id] if _meets(row, deal))
            ),
            tuple(_changes(before.get(row.pk), skus)),
        )
        for row in rows
    }


def _covers(products: set[int]) -> dict[int, dict[str, str]]:
    rows = ProductPicture.objects.filter(product_id__in=products, position=0)
    return {row.product_id: picture_facts(row.picture) for row in rows.select_related("picture")}


def _deals(products: set[int], *, at: datetime) -> dict[int, list[Deal]]:
    rows = Deal.objects.filter(
        variant__product__in=products,
        state__in=Deal.LIVING,
        effective_to__gt=at,
    )
    found: dict[int, list[Deal]] = defaultdict(list)
    for deal in rows.select_related("slot__festival", "variant").order_by("effective_from", "pk"):
        found[deal.variant.product_id].append(deal)
    return found


def _meets(row: Nomination, deal: Deal) -> bool:
    is_other = deal.nomination_id != row.pk
    return (
        is_other
        and deal.effective_from < row.slot.ends_at
        and (deal.effective_to > row.slot.starts_at)
    )


def _words(deal: Deal) -> str:
    festival = deal.slot.festival
    first, last = (wall_of(at, festival.zone) for at in (deal.effective_from, deal.effective_to))
    price = deal_written(deal.rule, _amount)
    return (
        f"{festival.title}, {deal.slot.label}: {price}, {first:%-d %b %H:%M} to {last:%-d %b %H:%M}"
    )


def _before(ids: Any) -> dict[int, ChangeLog]:
    """Return the newest submission of each nomination, with the terms submitted before."""
    rows = ChangeLog.objects.filter(subject="nomination", subject_id__in=list(ids), action="submit")
    newest = rows.order_by("subject_id", "-at", "-pk").distinct("subject_id")
    return {row.subject_id: row for row in newest}


def _changes(line: ChangeLog | None, skus: Mapping[int, str]) -> list[str]:
    """Return the differences between the last two submissions in words."""
    if line is None or not line.before:
        return []
    before, after = line.before, line.after
    found = [
        f"{word}: {_told(before.get(name))} → {_told(after.get(name))}"
        for name, word in NAMES.items()
        if before.get(name) != after.get(name)
    ]
    for name, word in PER_VARIANT.items():
        old, new = before.get(name) or {}, after.get(name) or {}
        for pk in sorted(old.keys() | new.keys(), key=int):
            if old.get(pk) != new.get(pk):
                sku = skus.get(int(pk), f"variant {pk}")
                write = _amount if name == "prices" else _told
                found.append(f"{sku}, {word}: {write(old.get(pk))} → {write(new.get(pk))}")
    return found


def _told(value: object) -> str:
    return "none" if value is None else str(value)


def _amount(minor: int | None) -> str:
    return "none" if minor is None else written(minor, settings.SHOP_CURRENCY, "en")
