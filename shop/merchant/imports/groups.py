"""Which rows of a sheet are one product: told by a code, a parent, a SKU that is known, a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import batched

from django.db import transaction
from django.db.models.functions import Lower

from shop.catalogue.models import Variant
from shop.merchant.imports.headings.formats import CHOICE, Format
from shop.merchant.imports.models import CatalogueRow, CatalogueSpreadsheet
from shop.merchant.imports.parsed import is_child
from shop.merchant.imports.plan import SheetPlan
from shop.merchant.imports.rows import keep

BATCH = 500


@transaction.atomic
def put_together(sheet: CatalogueSpreadsheet, plan: SheetPlan) -> None:
    """Give each row of a sheet the number of the first row of its product.

    Those that were brought in stay together as they are. In memory are the codes of products, and
    of rows some hundred.
    """
    parents = _parents(sheet, plan) if plan.format == Format.WOOCOMMERCE else {}
    firsts: dict[str, int] = {}
    before = ""
    for rows in batched(_rows(sheet), BATCH):
        own = _own_products(sheet, plan, rows)
        for row in rows:
            cells = plan.cells(row.cells["cells"])
            before = _key(row, cells, plan, own, parents, before)
            row.group = firsts.setdefault(before, row.number)
        keep(rows)


def _key(
    row: CatalogueRow, cells: dict[str, str], plan: SheetPlan, own: dict[str, int],
    parents: dict[str, int], before: str,
) -> str:  # fmt: skip
    """Return what all rows of a product have in common, and no other."""
    if plan.format == Format.WOOCOMMERCE:
        told = cells.get("parent", "").casefold() if is_child(cells) else ""
        first = parents.get(told, row.number)
        return f"parent {told}" if told and told not in parents else f"row {first}"
    if code := cells.get("product"):
        return f"code {code.casefold()}"
    if plan.format == Format.SHOPIFY and before:  # their rows below a product may leave it out
        return before
    has_choices = bool(plan.many(row.cells["cells"], CHOICE)) or "option1" in cells
    by_name = f"name {cells.get('title', '').casefold()}" if has_choices else "name "
    found = f"row {row.number}" if by_name == "name " else by_name
    product = own.get(cells.get("sku", "").lower())
    return found if product is None else f"own {product}"


def _parents(sheet: CatalogueSpreadsheet, plan: SheetPlan) -> dict[str, int]:
    """Return the numbers of the rows of products, by SKU and by id, as sizes name them."""
    found: dict[str, int] = {}
    for row in _rows(sheet):
        cells = plan.cells(row.cells["cells"])
        if not is_child(cells):
            if sku := cells.get("sku"):
                found.setdefault(sku.casefold(), row.number)
            if pk := cells.get("id"):
                found.setdefault(f"id:{pk}".casefold(), row.number)
    return found


def _own_products(
    sheet: CatalogueSpreadsheet, plan: SheetPlan, rows: Sequence[CatalogueRow]
) -> dict[str, int]:
    """Return the store's products by the SKUs of rows. One statement."""
    skus = {plan.cells(row.cells["cells"]).get("sku", "").lower() for row in rows}
    known = Variant.objects.alias(low=Lower("sku")).filter(merchant=sheet.merchant_id)
    return dict(known.filter(low__in=skus).values_list(Lower("sku"), "product"))


def _rows(sheet: CatalogueSpreadsheet) -> Iterator[CatalogueRow]:
    rows = CatalogueRow.objects.filter(sheet=sheet).exclude(state=CatalogueRow.State.DONE)
    return rows.order_by("number").iterator(chunk_size=BATCH)
