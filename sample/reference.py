"""Loads what the shop looks up: categories, countries, rates, import rules and carriers."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import Model

from sample.languages import terms
from sample.reading import HERE
from sample.sheets import LANGUAGES, cents
from shop.catalogue.delivery.models import Carrier, Country, ImportRule, Rate
from shop.catalogue.models import Category, Term
from shop.storefront.listings.models import Meaning, Synonym
from shop.storefront.listings.words import every_word, words

# What intentions are to the search: those that are no wish.
INTENTS = {
    "stop": "joint", "price": "price", "certificate": "condition", "diet": "condition",
    "size": "condition", "experience": "condition",
}  # fmt: skip
# By what a row is known, for each table.
SEALED = {"food", "beauty"}  # what is opened is used
WORN = {"fashion/clothing", "fashion/footwear", "fashion/headwear"}
KEYS: dict[type[Model], tuple[str, ...]] = {
    Category: ("path",),
    Country: ("code",),
    Rate: ("zone", "origin_region", "service", "weight_from"),
    ImportRule: ("country",),
    Carrier: ("code",),
    Synonym: ("group", "term", "language"),
    Meaning: ("language", "folded"),
    Term: ("kind", "term"),
}


@transaction.atomic
def load_reference() -> int:
    """Write the reference tables, unless they are there; return how many rows were written.

    A row that is there is kept, so that what an organizer corrected stays.
    """
    wanted = {
        Category: _categories(),
        Country: _countries(),
        Rate: _rates(),
        ImportRule: _import_rules(),
        Carrier: _carriers(),
        Synonym: _synonyms(),
        Meaning: _meanings(),
        Term: terms(),
    }
    count = sum(_add(model, list(rows)) for model, rows in wanted.items())
    _name_homes()
    return count


def ship_regions() -> dict[str, str]:
    """Return where parcels of each country's merchants start, by country."""
    return {row["code"]: row["ship_region"] for row in _rows("countries") if row["ship_region"]}


def _add(model: type[Model], rows: list[Model]) -> int:
    keys = [model._meta.get_field(name).attname for name in KEYS[model]]
    known = set(model.objects.values_list(*keys))
    missing = [row for row in rows if tuple(getattr(row, key) for key in keys) not in known]
    return len(model.objects.bulk_create(missing))


def _categories() -> Iterator[Category]:
    for position, row in enumerate(_rows("categories")):
        names = {code: row[f"name_{column}"] for column, code in LANGUAGES.items()
                 if code != "en"}  # fmt: skip
        yield Category(
            path=row["path"], name=row["name_en"], names=names, position=position,
            returns=_returns_of(row["path"]), is_worn=row["path"] in WORN,
        )  # fmt: skip


def _returns_of(path: str) -> str:
    """Return what shoppers may send back of a kind of goods: what is eaten, unopened alone."""
    is_sealed = path.partition("/")[0] in SEALED
    return Category.Returns.SEALED if is_sealed else Category.Returns.UNUSED


def _countries() -> Iterator[Country]:
    regions = ship_regions()
    currencies = {row["code"]: row["currency"] for row in _rows("countries")}
    for row in _rows("zones"):
        yield Country(
            code=row["country"],
            zone=row["zone"],
            service=row["service"],
            ship_region=regions.get(row["country"], ""),
            currency=currencies[row["country"]],
            **_standing(row, "note"),
        )


def _rates() -> Iterator[Rate]:
    for row in _rows("rates"):
        yield Rate(
            origin_region=row["origin_region"],
            zone=row["zone"],
            service=row["service"],
            weight_from=int(row["weight_from_g"]),
            weight_to=int(row["weight_to_g"]),
            price=cents(row["price"]),
            days_from=int(row["days_from"]),
            days_to=int(row["days_to"]),
            is_tracked=row["tracked"] == "yes",
            **_standing(row),
        )


def _import_rules() -> Iterator[ImportRule]:
    for row in _rows("import_rules"):
        plain = _standing(row, "limit_currency", "duty_free_limit", "tax_name", "note", "certainty")
        yield ImportRule(
            country_id=row["country"], standard_rate=row["standard_rate_percent"], **plain
        )


def _carriers() -> Iterator[Carrier]:
    for row in _rows("carriers"):
        names = ("code", "name", "kind", "home", "serves", "tracking_url")
        plain = {name: row[name] for name in names}
        aliases = [text for text in row["aliases"].split("|") if text]
        yield Carrier(**plain, aliases=aliases, source=row["url_source"], seen_on=row["seen_on"])


def _name_homes() -> None:
    """Say of carriers that were loaded before homes were kept where they are at home."""
    bare = Carrier.objects.filter(home="", aliases=[])
    known = {row.code: row for row in _carriers()}
    rows = [row for row in bare if row.code in known]
    for row in rows:
        row.home, row.aliases = known[row.code].home, known[row.code].aliases
    Carrier.objects.bulk_update(rows, ["home", "aliases"])


def _synonyms() -> Iterator[Synonym]:
    """Yield the words of specialities, and those of everyday things; some share a group."""
    for row in chain(_rows("synonyms"), _rows("thing_words")):
        yield Synonym(
            group=row["group"],
            term=row["term"],
            folded=" ".join(words(row["term"])),
            language=row["lang"],
            is_near=row["relation"] == "near",
            **_standing(row),
        )


def _meanings() -> Iterator[Meaning]:
    """Yield what people mean by places and wishes; words that fold alike in a language as one."""
    known: dict[tuple[str, str], Meaning] = {}
    for row in _rows("intent_words"):
        if row["kind"] == "unit":
            continue
        targets = [] if row["kind"] == "stop" else row["target"].split("|")
        _add_meaning(known, row["phrase"], row, INTENTS.get(row["kind"], "wish"), targets)
    for row in _rows("joint_words"):
        _add_meaning(known, row["phrase"], row, "joint", [])
    for row in _rows("place_words"):
        if row["kind"] == "continental":  # all of them are
            continue
        countries = [f"country:{code}" for code in row["iso2"].split("|")]
        _add_meaning(known, row["word"], row, "place", countries)
    yield from known.values()


def _add_meaning(
    known: dict[tuple[str, str], Meaning],
    phrase: str,
    row: dict[str, str],
    kind: str,
    targets: list[str],
) -> None:
    folded = " ".join(every_word(phrase))
    made = known.setdefault(
        (row["language"], folded),
        Meaning(
            language=row["language"], phrase=phrase, folded=folded, kind=kind, targets=[],
            note=row["note"][:200], **_standing(row),
        ),
    )  # fmt: skip
    if made.kind == kind:  # of two kinds the first one holds
        made.targets += [target for target in targets if target not in made.targets]


def _standing(row: dict[str, str], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in (*names, "source", "seen_on")}


def _rows(table: str) -> Iterator[dict[str, str]]:
    file = HERE / "data" / f"{table}.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
