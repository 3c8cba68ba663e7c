"""Works out the flagship festival from ``flagship.yaml`` and the catalogue.

The same sheets always give the same plan. Nothing here knows the database.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from sample.names import benefit_titles, flash_names
from sample.plans import (
    EarlierPrice,
    EntryRules,
    FlagshipPlan,
    NominationPlan,
    PromotionPlan,
    SlotPlan,
)
from sample.sheets import FestivalSheet, ProductSheet, SheetError, StoreSheet, cents, naming

FILE = Path(__file__).parent / "flagship.yaml"
WHOLE = "whole"
LEAST_PRICE = 1_00
"""No deal brings a price below one dollar."""

type Sheet = dict[str, Any]


def flagship_plan(
    stores: Sequence[StoreSheet], festivals: Sequence[FestivalSheet], file: Path = FILE
) -> FlagshipPlan:
    """Return what the flagship festival holds beside its copy.

    Raises:
        SheetError: when a choice breaks a rule of the festival or does not fit the catalogue.
    """
    with naming(file.name):
        sheet = yaml.safe_load(file.read_text(encoding="utf-8"))
        festival = {one.slug: one for one in festivals}[sheet["festival"]]
        products = [product for store in stores for product in store.products]
        rules = EntryRules(**sheet["rules"])
        nominations = _all_nominations(products, festival, sheet)
        _check(nominations, rules, {product.sku: product for product in products})
        return FlagshipPlan(
            festival=festival.slug,
            rules=rules,
            listed_days_ago=sheet["listed_days_ago"],
            slots=(_whole_slot(festival), *_flash_slots(festival, sheet["flash"])),
            nominations=nominations,
            promotions=tuple(_promotion(row) for row in sheet["promotions"]),
            earlier_prices=tuple(_earlier_prices(products, sheet["price_changes"])),
        )


def deal_price(price: int, percent: int) -> int:
    """Return a price less so many whole percent, half a cent counting as one."""
    return (price * (100 - percent) + 50) // 100


def _all_nominations(
    products: list[ProductSheet], festival: FestivalSheet, sheet: Sheet
) -> tuple[NominationPlan, ...]:
    flash = _chosen(products, sheet["flash"])
    taken = {product.sku for product in flash}
    whole = _chosen([product for product in products if product.sku not in taken], sheet["whole"])
    turns = _flash_turns(festival, sheet["flash"])
    return (
        *_nominations(flash, turns, sheet["flash"], sheet["dear"]),
        *_nominations(whole, [WHOLE] * len(whole), sheet["whole"], sheet["dear"]),
    )


def _whole_slot(festival: FestivalSheet) -> SlotPlan:
    days = festival.starts_in_days, festival.ends_in_days
    return SlotPlan(
        key=WHOLE,
        kind="whole",
        label="Whole festival",
        zone=festival.zone,
        start_day=days[0],
        start_hour=0,
        end_day=days[1],
        end_hour=0,
        hold_minutes=None,
        names={},
    )


def _flash_slots(festival: FestivalSheet, sheet: Sheet) -> Iterator[SlotPlan]:
    for place, day in enumerate(range(festival.starts_in_days, festival.ends_in_days)):
        for name, hours in sheet["slots"].items():
            if not 0 <= hours["from"] < hours["to"] <= 24:
                raise SheetError(f"slot {name} does not lie within a day")
            label, names = flash_names(place + 1, name)
            yield SlotPlan(
                key=_slot_key(place, name),
                kind="flash",
                label=label,
                names=names,
                zone=festival.zone,
                start_day=day,
                start_hour=hours["from"],
                end_day=day,
                end_hour=hours["to"],
                hold_minutes=sheet["hold_minutes"],
            )


def _slot_key(place: int, name: str) -> str:
    return f"{place + 1:02}-{name}"


def _flash_turns(festival: FestivalSheet, sheet: Sheet) -> list[str]:
    """Return the slot of each flash product.

    Days take turns, so that one day holds products from all over the catalogue; each day begins
    with another slot, so that a time of day is not always the same countries'.
    """
    days = festival.ends_in_days - festival.starts_in_days
    names = [name for name, slot in sheet["slots"].items() for _ in range(slot["deals"])]
    turns = [divmod(place, days) for place in range(days * len(names))]
    return [_slot_key(day, names[(turn + day) % len(names)]) for turn, day in turns]


def _chosen(products: list[ProductSheet], sheet: Sheet) -> list[ProductSheet]:
    fit = [
        product
        for product in products
        if product.stock >= sheet["least_stock"] and (sheet["outings"] or not product.outing)
    ]
    return _spread(fit, sheet["products"])


def _spread[T](things: list[T], count: int) -> list[T]:
    """Return so many of the things, evenly spaced."""
    if count > len(things):
        raise SheetError(f"{count} products are wanted, {len(things)} qualify")
    return [things[place * len(things) // count] for place in range(count)]


def _nominations(
    products: list[ProductSheet], slots: list[str], sheet: Sheet, dear: Sheet
) -> Iterator[NominationPlan]:
    if len(products) != len(slots):
        raise SheetError(f"{len(products)} products for {len(slots)} places")
    limited, subsidized = sheet["limited"], sheet["subsidized"]
    for place, (product, slot) in enumerate(zip(products, slots, strict=True)):
        percent = sheet["percent"][place % len(sheet["percent"])]
        if product.lowest_price >= cents(dear["from"]):
            percent = dear["percent"]
        share = 0 if place % subsidized["every"] else subsidized["share"]
        allotments = _allotments(product, sheet["allotment_percent"])
        limit = min(limited["per_shopper"], *allotments.values())
        yield NominationPlan(
            sku=product.sku,
            slot=slot,
            percent=percent,
            allotments=allotments,
            per_shopper=None if place % limited["every"] else limit,
            subsidy=_subsidy(product.lowest_price, percent, share),
        )


def _allotments(product: ProductSheet, percent: int) -> dict[str, int]:
    return {
        variant.sku: max(1, variant.stock * percent // 100)
        for variant in product.variants
        if variant.stock
    }


def _subsidy(price: int, percent: int, share: int) -> int:
    """Return the share of the cheapest variant's discount: no variant's discount is smaller."""
    return (price - deal_price(price, percent)) * share // 100


def _check(
    nominations: Sequence[NominationPlan], rules: EntryRules, products: dict[str, ProductSheet]
) -> None:
    for nomination in nominations:
        if nomination.percent < rules.min_percent_off:
            raise SheetError(f"{nomination.sku} gets less than the least percentage")
        if min(nomination.allotments.values()) < rules.min_allotment:
            raise SheetError(f"{nomination.sku} has less than the least allotment")
        if deal_price(products[nomination.sku].lowest_price, nomination.percent) < LEAST_PRICE:
            raise SheetError(f"{nomination.sku} would cost less than a dollar")


def _promotion(row: Sheet) -> PromotionPlan:
    sums = {
        name: cents(row[name]) for name in ("every", "min_spend", "cap", "budget") if name in row
    }
    value = row["percent"] if row["kind"] == "percent" else cents(row.get("value", "0.00"))
    days = {name: tuple(row[name]) for name in ("use_days", "claim_days") if name in row}
    plain = {name: fact for name, fact in row.items() if name not in ("percent", "value")}
    title, titles = benefit_titles(row["key"], value=value, **sums)
    return PromotionPlan(**(plain | sums | days), value=value, title=title, titles=titles)


def _earlier_prices(products: list[ProductSheet], rows: list[Sheet]) -> Iterator[EarlierPrice]:
    left = products
    for row in rows:
        changed = _spread(left, row["products"])
        taken = {product.sku for product in changed}
        left = [product for product in left if product.sku not in taken]
        for place, product in enumerate(changed):
            days_ago = row["days_ago"][place % len(row["days_ago"])]
            for variant in product.variants:
                price = _in_tens(variant.price * row["before"])
                yield EarlierPrice(product.sku, variant.sku, days_ago, price)


def _in_tens(hundredths: int) -> int:
    """Return hundredths of a cent as cents, in whole tens as a shop would write a price."""
    return (hundredths + 500) // 1000 * 10
