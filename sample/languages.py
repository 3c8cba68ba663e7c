"""Brings the words of products, stores and shared terms in the other languages of the shop.

They stand in ``catalogue/i18n``, a folder for each language. Nobody who speaks one of them from
birth has read them, and the rows say so. Only what is missing is written: what an editor or a
store has corrected stays.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from io import StringIO
from pathlib import Path

from django.db import transaction
from django.utils.text import slugify

from sample.doors import settled
from sample.reading import HERE, stores
from sample.sheets import LANGUAGES, ProductSheet, StoreSheet, naming
from shop.catalogue.models import Product, Term, Translation
from shop.catalogue.translations import digest
from shop.people.merchants.models import Merchant
from shop.storefront.certifications.names import CERTIFICATES

FOLDER = HERE / "catalogue" / "i18n"
SOURCE = "Baobab sample"
OF_PRODUCTS = {"products.csv": ("title", "summary")} | {
    f"descriptions-{number}.csv": ("description",) for number in (1, 2, 3)
}
# Sheets spell certificates in several ways; stores choose them by the names of the desk.
CERTIFICATE_NAMES = {name.casefold(): name for name in CERTIFICATES}

type Words = Mapping[str, Mapping[str, str]]
"""By SKU or slug, then by the name of the field."""


def certificate(name: str) -> str:
    """Return a certificate as the desk spells it."""
    return CERTIFICATE_NAMES.get(name.casefold(), name)


@cache
def product_words(folder: Path = FOLDER) -> Mapping[str, Words]:
    """Return title, summary and description of every product by language code and SKU.

    Raises:
        SheetError: with file and row, for a product that does not exist or an empty cell.
    """
    skus = {product.sku for store in stores() for product in store.products}
    found: dict[str, dict[str, dict[str, str]]] = {}
    for language, own in _folders(folder):
        words = found[language] = defaultdict(dict)
        for file, names in OF_PRODUCTS.items():
            for row in _rows(own / file, "sku", names, skus):
                words[row["sku"]] |= {name: row[name] for name in names}
    return found


@cache
def store_words(folder: Path = FOLDER) -> Mapping[str, Words]:
    """Return tagline and story of every store by language code and slug.

    Raises:
        SheetError: with file and row, for a store that does not exist or an empty cell.
    """
    slugs = {store.slug for store in stores()}
    names = ("tagline", "story")
    return {
        language: {
            row["slug"]: {name: row[name] for name in names}
            for row in _rows(own / "stores.csv", "slug", names, slugs)
        }
        for language, own in _folders(folder)
    }


def terms(folder: Path = FOLDER) -> list[Term]:
    """Return the words that products share, with what they are called in each language.

    Raises:
        SheetError: with file and row, for a kind of word that does not exist or an empty cell.
    """
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for language, own in _folders(folder):
        for row in _rows(own / "terms.csv", "kind", ("term", "translation"), set(Term.Kind.values)):
            is_certificate = row["kind"] == Term.Kind.CERTIFICATE
            term = certificate(row["term"]) if is_certificate else row["term"]
            found[row["kind"], term].setdefault(language, row["translation"])
    return [
        Term(kind=kind, term=term, names=names, source=SOURCE)
        for (kind, term), names in found.items()
    ]


@cache
def called(language: str) -> Mapping[str, str]:
    """Return what shared words are called in a language, by kind and word."""
    return {
        f"{row.kind}:{row.term}": row.names[language] for row in terms() if language in row.names
    }


@transaction.atomic
def translate(sheets: Sequence[StoreSheet], *, at: datetime) -> set[int]:
    """Give stores and their products the words in other languages that they lack.

    Returns:
        The ids of the products that said less before, or whose store did.
    """
    merchants = Merchant.objects.in_bulk([sheet.slug for sheet in sheets], field_name="slug")
    by_slug = {slugify(sheet.title): sheet for store in sheets for sheet in store.products}
    products = Product.objects.in_bulk(list(by_slug), field_name="slug")
    titled = [row for slug, row in products.items() if _title(row, by_slug[slug].sku)]
    Product.objects.bulk_update(titled, ["titles"], batch_size=500)
    wanted = [*_of_stores(merchants, sheets), *_of_products(products, by_slug)]
    for row in wanted:
        row.changed_at = at
    Translation.objects.bulk_create(wanted, batch_size=500)
    told = {row.merchant_id for row in wanted if row.merchant_id}
    worded = {row.product_id for row in wanted if row.product_id}
    of_told = {row.pk for row in products.values() if row.merchant_id in told}
    return {row.pk for row in titled} | worded | of_told


def titles_of(sku: str) -> dict[str, str]:
    """Return a product's title by language code."""
    return {
        language: words[sku]["title"] for language, words in product_words().items() if sku in words
    }


def _title(product: Product, sku: str) -> bool:
    """Add the titles that a product lacks; return whether there were any."""
    wanted = titles_of(sku) | product.titles
    is_new = wanted != product.titles
    product.titles = wanted
    return is_new


def _of_stores(
    merchants: Mapping[str, Merchant], sheets: Sequence[StoreSheet]
) -> Iterator[Translation]:
    known = _known("merchant_id", [row.pk for row in merchants.values()])
    for sheet in sheets:
        of = digest(Merchant(tagline=sheet.tagline, story=sheet.story))
        for language, words in store_words().items():
            merchant = merchants[sheet.slug]
            if sheet.slug in words and (merchant.pk, language) not in known:
                yield Translation(
                    merchant=merchant, language=language, words=words[sheet.slug], of=of
                )


def _of_products(
    products: Mapping[str, Product], by_slug: Mapping[str, ProductSheet]
) -> Iterator[Translation]:
    known = _known("product_id", [row.pk for row in products.values()])
    for slug, product in products.items():
        sheet = by_slug[slug]
        place = sheet.outing.meeting_point if sheet.outing else ""
        of = digest(
            Product(summary=sheet.summary, description=sheet.description, meeting_point=place)
        )
        for language, words in product_words().items():
            if sheet.sku in words and (product.pk, language) not in known:
                own = {name: words[sheet.sku][name] for name in ("summary", "description")}
                yield Translation(product=product, language=language, words=own, of=of)


def _known(column: str, ids: Sequence[int]) -> set[tuple[int, str]]:
    rows = Translation.objects.filter(**{f"{column}__in": ids})
    return set(rows.values_list(column, "language"))


def _folders(folder: Path) -> Iterator[tuple[str, Path]]:
    for ours, code in LANGUAGES.items():
        if (folder / ours).is_dir():
            yield code, folder / ours


def _rows(
    file: Path, key: str, names: Sequence[str], known: Collection[str]
) -> Iterator[dict[str, str]]:
    """Go through a sheet; each row names something that exists and has no empty cell."""
    text = settled(file.read_text(encoding="utf-8"))
    for number, row in enumerate(csv.DictReader(StringIO(text, newline="")), start=2):
        with naming(f"{file.parent.name}/{file.name}: row {number}"):
            if row[key] not in known:
                raise ValueError(f"there is no {key} {row[key]!r}")
            for name in names:
                if not (row[name] or "").strip():
                    raise ValueError(f"{name} is empty")
                if "{{" in row[name]:
                    raise ValueError(f"{name} has a placeholder")
        yield row
