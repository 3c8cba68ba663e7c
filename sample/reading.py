"""Reads the sample's sheets: ``catalogue/*.json`` and ``content/*.yaml``."""

import csv
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from sample.copying import festival_copy
from sample.doors import settled
from sample.hours import read_hours
from sample.sheets import (
    LANGUAGES,
    FestivalSheet,
    FestivalTexts,
    Heading,
    OptionSheet,
    OutingSheet,
    PavilionSheet,
    PavilionTexts,
    ProductSheet,
    StoreSheet,
    Times,
    VariantSheet,
    cents,
    naming,
)

HERE = Path(__file__).parent

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SKU = re.compile(r"[A-Z]{2}-[A-Z0-9]+-\d{3}")
NOT_WORN = {"gender": "", "age_group": "", "colour": ""}
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

type Sheet = dict[str, Any]


def stores(folder: Path = HERE / "catalogue") -> list[StoreSheet]:
    """Return every store with its products, by country and slug.

    Raises:
        SheetError: with the file's name, the product's SKU and what is wrong.
    """
    return [_store_in(file) for file in sorted(folder.glob("*.json"))]


def festivals(folder: Path = HERE / "content") -> list[FestivalSheet]:
    """Return the festivals in the file's order, with every placeholder filled.

    Raises:
        SheetError: for a text that is missing or a placeholder without a value.
    """
    return [_festival(sheet) for sheet in festival_copy(folder)["festivals"]]


def pavilions(folder: Path = HERE / "content") -> list[PavilionSheet]:
    """Return the countries that festivals show, in the file's order, placeholders filled."""
    return [_pavilion(*entry) for entry in festival_copy(folder)["countries"].items()]


def _store_in(file: Path) -> StoreSheet:
    with naming(file.name):
        sheet = json.loads(settled(file.read_text(encoding="utf-8")))
        products = _take(sheet, "products", list)
        return StoreSheet(
            slug=_matching(sheet, "slug", SLUG),
            name=_take(sheet, "name", str),
            kind=_choice(sheet, "kind", ("goods", "experiences")),
            country=_take(sheet, "country", str),
            city=_take(sheet, "city", str),
            founded=_take(sheet, "founded", int),
            makers=_take(sheet, "makers", int),
            tagline=_take(sheet, "tagline", str),
            story=_take(sheet, "story", str),
            certifications=_texts(sheet, "certifications"),
            dispatch_days=_dispatch_days(sheet),
            colours=_colours(sheet),
            pattern=_take(sheet, "pattern", str),
            products=tuple(_product(*entry, sheet["kind"]) for entry in enumerate(products)),
        )


def _product(number: int, sheet: Sheet, kind: str) -> ProductSheet:
    with naming(f"product {number + 1}"):
        sku = _matching(sheet, "sku", SKU)
    with naming(sku):
        options = _options(sheet)
        return ProductSheet(
            sku=sku,
            number=number,
            title=_take(sheet, "title", str),
            category=_take(sheet, "category", str),
            art=_take(sheet, "art", str),
            is_inexact=sku in _inexact_drawings(),
            summary=_take(sheet, "summary", str),
            description=_take(sheet, "description", str),
            materials=_texts(sheet, "materials"),
            origin=_take(sheet, "origin", str),
            hs_code=_take(sheet, "hs_code", str),
            **_worn().get(sku, NOT_WORN),
            options=options,
            variants=_variants(sheet, sku, options),
            tags=_texts(sheet, "tags"),
            outing=_outing(sheet, read_hours()[sku]) if kind == "experiences" else None,
        )


@cache
def _inexact_drawings() -> frozenset[str]:
    with (HERE / "catalogue" / "drawings.csv").open(encoding="utf-8", newline="") as lines:
        return frozenset(row["sku"] for row in csv.DictReader(lines))


@cache
def _worn() -> dict[str, dict[str, str]]:
    """Return gender, age group and colour of clothes, shoes and hats, by SKU."""
    with (HERE / "catalogue" / "worn.csv").open(encoding="utf-8", newline="") as lines:
        return {row.pop("sku"): row for row in csv.DictReader(lines)}


def _options(sheet: Sheet) -> tuple[OptionSheet, ...]:
    options = _take(sheet, "options", dict)
    return tuple(OptionSheet(name, _texts(options, name)) for name in options)


def _variants(sheet: Sheet, sku: str, options: tuple[OptionSheet, ...]) -> tuple[VariantSheet, ...]:
    rows = _take(sheet, "variants", list)
    if not rows:
        raise ValueError("there is no variant")
    skus = [sku] if len(rows) == 1 else [f"{sku}-{place}" for place in range(1, len(rows) + 1)]
    variants = tuple(_variant(*row, options) for row in zip(skus, rows, strict=True))
    if len({variant.option for variant in variants}) < len(variants):
        raise ValueError("two variants have the same options")
    return variants


def _variant(sku: str, sheet: Sheet, options: tuple[OptionSheet, ...]) -> VariantSheet:
    option = _texts(sheet, "option")
    if len(option) != len(options):
        raise ValueError(f"variant {option} does not choose one value for each option")
    for chosen, offered in zip(option, options, strict=True):
        if chosen not in offered.values:
            raise ValueError(f"{chosen!r} is no value of the option {offered.name!r}")
    price = cents(_take(sheet, "price", str))
    return VariantSheet(sku, option, price, _count(sheet, "stock"), _count(sheet, "weight_g"))


def _outing(sheet: Sheet, times: Times) -> OutingSheet:
    minutes = sheet["duration_hours"] * 60
    if minutes != int(minutes):
        raise ValueError("duration_hours is not in whole minutes")
    return OutingSheet(
        duration_minutes=int(minutes),
        sessions_per_week=_take(sheet, "sessions_per_week", int),
        meeting_point=_take(sheet, "meeting_point", str),
        times=times,
    )


def _dispatch_days(sheet: Sheet) -> tuple[int, int]:
    first, last = _take(sheet, "dispatch_days", list)
    if not 0 <= first <= last:
        raise ValueError(f"dispatch_days {first} to {last} run backwards")
    return first, last


def _colours(sheet: Sheet) -> tuple[str, str, str]:
    main, accent, detail = _texts(sheet, "colours")
    for colour in (main, accent, detail):
        if not COLOUR.fullmatch(colour):
            raise ValueError(f"colour {colour!r} is not #RRGGBB")
    return main, accent, detail


def _festival(sheet: Sheet) -> FestivalSheet:
    with naming(f"festivals.yaml: {sheet.get('slug')}"):
        window = _take(sheet, "window", dict)
        every_category = sheet["categories"] == "all"
        return FestivalSheet(
            slug=_matching(sheet, "slug", SLUG),
            phase=_take(sheet, "phase", str),
            starts_in_days=_take(window, "starts_in_days", int),
            ends_in_days=_take(window, "ends_in_days", int),
            zone=_take(window, "zone", str),
            priority=_take(sheet, "priority", int),
            categories=() if every_category else _texts(sheet, "categories"),
            pavilions=_texts(sheet, "pavilions"),
            stories=_texts(sheet, "stories"),
            hero_kinds=_texts(sheet["hero"], "kinds"),
            texts={language: _festival_texts(sheet[language]) for language in LANGUAGES},
        )


def _festival_texts(sheet: Sheet) -> FestivalTexts:
    return FestivalTexts(
        title=_take(sheet, "title", str),
        tagline=_take(sheet, "tagline", str),
        intro=_take(sheet, "intro", str),
        calls={phase: sheet["cta"][phase] for phase in ("teaser", "live", "ended")},
        headings={block: Heading(**words) for block, words in sheet["headings"].items()},
    )


def _pavilion(country: str, sheet: Sheet) -> PavilionSheet:
    with naming(f"festivals.yaml: {country}"):
        texts = {language: PavilionTexts(**sheet[language]) for language in LANGUAGES}
        return PavilionSheet(country, _take(sheet, "hero", str), texts)


def _take[T](sheet: Sheet, key: str, kind: type[T]) -> T:
    if type(sheet[key]) is not kind:
        raise ValueError(f"{key} {sheet[key]!r} is not of type {kind.__name__}")
    return sheet[key]


def _texts(sheet: Sheet, key: str) -> tuple[str, ...]:
    values = _take(sheet, key, list)
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"{key} {values!r} are not all texts")
    return tuple(values)


def _matching(sheet: Sheet, key: str, shape: re.Pattern[str]) -> str:
    value = _take(sheet, key, str)
    if not shape.fullmatch(value):
        raise ValueError(f"{key} {value!r} has characters that it may not have")
    return value


def _choice(sheet: Sheet, key: str, choices: tuple[str, ...]) -> str:
    value = _take(sheet, key, str)
    if value not in choices:
        raise ValueError(f"{key} {value!r} is not one of {', '.join(choices)}")
    return value


def _count(sheet: Sheet, key: str) -> int:
    value = _take(sheet, key, int)
    if value < 0:
        raise ValueError(f"{key} {value} is below zero")
    return value
