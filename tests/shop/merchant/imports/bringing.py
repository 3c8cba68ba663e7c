"""Sheets of products, as stores bring them in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook

from shop.catalogue.models import Category, Product
from shop.festivals.models import RegularPrice
from shop.merchant.imports import columns, receive
from shop.merchant.imports.models import CatalogueRow, CatalogueSpreadsheet
from shop.people.merchants.models import Membership, Merchant
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work

State = CatalogueSpreadsheet.State


def store(**facts: Any) -> Merchant:
    """Return a store with an owner and the categories that sheets name."""
    made = make.merchant(**facts)
    made.owner = make.user()
    Membership.objects.create(merchant=made, user=made.owner, role="owner", joined_at=make.LONG_AGO)
    for path, name in (("fashion", "Fashion"), ("fashion/footwear", "Footwear"),
                       ("home", "Home"), ("home/decor", "Decor")):  # fmt: skip
        Category.objects.get_or_create(path=path, defaults={"name": name})
    return made


def csv_of(
    rows: Iterable[Sequence[object]], *, divider: str = ",", encoding: str = "utf-8"
) -> bytes:
    """Return the lines of a sheet as a CSV file."""
    file = io.StringIO()
    csv.writer(file, delimiter=divider).writerows(rows)
    return file.getvalue().encode(encoding)


def xlsx_of(rows: Iterable[Sequence[object]]) -> bytes:
    """Return the lines of a sheet as an XLSX file."""
    book = Workbook(write_only=True)
    page = book.create_sheet("Products")
    for row in rows:
        page.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sent(merchant: Merchant, content: bytes, *, archive: bytes = b"", name: str = "goods.csv",
         by: Any = None) -> CatalogueSpreadsheet:  # fmt: skip
    """Return a sheet that was read."""
    sheet = receive.receive(
        merchant, [content], name=name, at=NOON, by=by or merchant.owner,
        archive=[archive] if archive else [],
    )  # fmt: skip
    run_queued_work()
    sheet.refresh_from_db()
    return sheet


def checked(sheet: CatalogueSpreadsheet, fields: dict[str, str] | None = None, **choices: Any
            ) -> CatalogueSpreadsheet:  # fmt: skip
    """Return a sheet that was checked, with some columns matched otherwise."""
    told = list(sheet.fields)
    for heading, field in (fields or {}).items():
        told[sheet.headings.index(heading)] = field
    columns.match(sheet, told, sheet.choices | choices, at=NOON)
    receive.begin(sheet, State.CHECKING, at=NOON, by=sheet.by)
    run_queued_work()
    sheet.refresh_from_db()
    return sheet


def brought(sheet: CatalogueSpreadsheet) -> CatalogueSpreadsheet:
    """Return a checked sheet that was brought in."""
    receive.begin(sheet, State.WRITING, at=NOON, by=sheet.by)
    run_queued_work()
    sheet.refresh_from_db()
    return sheet


def all_in(merchant: Merchant, content: bytes, **choices: Any) -> CatalogueSpreadsheet:
    """Return a sheet that was read, checked and brought in."""
    return brought(checked(sent(merchant, content), **choices))


def problems(sheet: CatalogueSpreadsheet) -> dict[int, list[str]]:
    """Return what is wrong, by the number of the row."""
    rows = sheet.rows.filter(state=CatalogueRow.State.WRONG)
    return {row.number: [text for _place, text in row.problems] for row in rows if row.problems}


def outcomes(sheet: CatalogueSpreadsheet) -> list[tuple[str, str]]:
    """Return the state and the outcome of each row."""
    return list(sheet.rows.order_by("number").values_list("state", "outcome"))


def told(product: Product) -> dict[str, Any]:
    """Return what a product says, with its sizes, in the words of a sheet."""
    prices = RegularPrice.objects.filter(variant__product=product).amounts()
    sizes = product.variants.select_related("pool").order_by("position", "pk")
    return {
        "title": product.title, "summary": product.summary, "description": product.description,
        "category": product.category.path, "materials": product.materials, "tags": product.tags,
        "origin": product.origin, "hs_code": product.hs_code, "state": product.state,
        "options": product.option_names,
        "sizes": [(row.sku, tuple(row.options), prices.get(row.pk), row.pool.on_hand, row.weight_g)
                  for row in sizes],
    }  # fmt: skip
