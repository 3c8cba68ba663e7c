"""Writes sheets: the template with a store's own products, and the rows that were refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from shop.catalogue.models import Product, Variant
from shop.core.currencies import in_whole
from shop.core.spreadsheets.tables import as_text
from shop.festivals.models import Festival, Nomination, NominationSpreadsheet, SpreadsheetRow
from shop.festivals.pricing.kinds import NUMBERS
from shop.merchant.dashboard.access import nominations_of, products_of
from shop.merchant.dashboard.products.price_effects import current_prices
from shop.merchant.dashboard.spreadsheets.columns import headings
from shop.merchant.dashboard.spreadsheets.read import MOST_ROWS
from shop.merchant.dashboard.spreadsheets.slot_names import SlotNames
from shop.people.merchants.models import Merchant

KINDS = ("xlsx", "csv")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIGURES = ("regular", *(number.name for number in NUMBERS), "price", "units", "limit")
WIDTHS = {"product": 36, "sku": 22, "variant": 18, "slot": 24}

type Line = dict[str, str]


def template(
    festival: Festival, merchant: Merchant, slots: SlotNames, *, at: datetime
) -> list[Line]:
    """Return the rows of a store's template: its variants, with their earlier nominations.

    An experience is one row: all its dates follow one percentage. No more products are read than
    a sheet has rows. Seven statements.
    """
    offered = (Product.State.PUBLISHED, Product.State.SUBMITTED)
    rows = products_of(merchant).filter(state__in=offered).select_related(None)
    rows = rows.only("title", "slug", "kind").order_by("title", "pk")
    products = list(rows[:MOST_ROWS])
    goods = [row.pk for row in products if row.kind == Product.Kind.GOODS]
    variants: dict[int, list[Variant]] = {pk: [] for pk in goods}
    sizes = Variant.objects.on_sale(at=at).filter(product__in=goods)
    for variant in sizes.order_by("position", "pk"):
        variants[variant.product_id].append(variant)
    prices = current_prices([row for own in variants.values() for row in own], at=at)
    offers: dict[int, list[Nomination]] = {}
    own = nominations_of(merchant).filter(product__in=products, slot__festival=festival)
    own = own.filter(slot__ends_at__gt=at, slot__cancelled_at=None)
    for row in own.exclude(state=Nomination.State.WITHDRAWN):
        offers.setdefault(row.product_id, []).append(row)
    lines: list[Line] = []
    for product in products:
        for offer in offers.get(product.pk, [None]):
            told = _told(offer, slots) if offer else {}
            lines += _lines(product, variants.get(product.pk), offer, told, prices)
    return lines[:MOST_ROWS]


def refused(sheet: NominationSpreadsheet) -> list[Line]:
    """Return the rows that were refused, as they were filled in, each with its problem."""
    words = headings()
    return [
        row.cells | {"column": words.get(row.column, ""), "problem": row.text}
        for row in sheet.rows.filter(state=SpreadsheetRow.State.REFUSED)
    ]


def answer(
    lines: Iterable[Line], *, kind: str, name: str, slots: Sequence[str] = ()
) -> HttpResponse:
    """Return rows as a file to download.

    Args:
        kind: xlsx or csv.
        slots: what may be chosen in the column of slots.
    """
    words = headings()
    shown = list(lines)
    if any("problem" in line for line in shown):
        words |= {"column": _("Column"), "problem": _("Problem")}
    content = _xlsx(words, shown, slots) if kind == "xlsx" else _csv(words, shown)
    response = HttpResponse(content, XLSX if kind == "xlsx" else "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _told(offer: Nomination, slots: SlotNames) -> Line:
    return {"slot": slots.of(offer.slot), "limit": _text(offer.per_shopper)}


def _lines(
    product: Product,
    variants: Sequence[Variant] | None,
    offer: Nomination | None,
    told: Line,
    prices: dict[int, int],
) -> Iterator[Line]:
    """Yield the rows of one product, of goods one per variant."""
    numbers = {name: _text(value) for name, value in offer.numbers.items()} if offer else {}
    if variants is None:
        yield {"product": product.title, "sku": product.slug, **numbers, **told}
        return
    for variant in variants:
        key = str(variant.pk)
        line = {"product": product.title, "sku": variant.sku, "variant": variant.label}
        line["regular"] = _amount(prices.get(variant.pk))
        has_part = offer and (not offer.allotments or key in offer.allotments)
        if offer and has_part and (any(numbers.values()) or key in offer.prices):
            line |= (
                told
                | numbers
                | {
                    "price": _amount(offer.prices.get(key)),
                    "units": _text(offer.allotments.get(key)),
                }
            )
        yield line


def _xlsx(words: dict[str, str], lines: Sequence[Line], slots: Sequence[str]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "Baobab"
    sheet.append(list(words.values()))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for line in lines:
        sheet.append([_cell(name, line.get(name, "")) for name in words])
    for place, name in enumerate(words):
        sheet.column_dimensions[chr(ord("A") + place)].width = WIDTHS.get(name, 16)
    sheet.freeze_panes = "A2"
    _offer_choices(sheet, list(words).index("slot"), slots)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _offer_choices(sheet: Worksheet, place: int, slots: Sequence[str]) -> None:
    """Let the slot be chosen from a list; Excel takes lists of 255 letters at the most."""
    choices = ",".join(slots)
    if not slots or len(choices) > 250 or any(mark in slot for slot in slots for mark in ',"'):
        return
    letter = chr(ord("A") + place)
    rule = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
    rule.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
    sheet.add_data_validation(rule)


def _cell(name: str, value: str) -> object:
    if name in FIGURES and value:
        try:
            return float(value) if "." in value else int(value)
        except ValueError:  # what a merchant typed and was refused
            return as_text(value)
    return as_text(value)


def _csv(words: dict[str, str], lines: Sequence[Line]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([as_text(word) for word in words.values()])
    writer.writerows([as_text(line.get(name, "")) for name in words] for line in lines)
    return file.getvalue().encode("utf-8-sig")  # the mark tells Excel which letters these are


def _amount(minor: int | None) -> str:
    return "" if minor is None else str(in_whole(minor, settings.SHOP_CURRENCY))


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
