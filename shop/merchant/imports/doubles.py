"""Finds SKUs that stand in two rows of a sheet, as they are written or as they are made up."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.utils.translation import gettext as _

from shop.core.locks import lock
from shop.merchant.imports.models import CatalogueRow, CatalogueSpreadsheet
from shop.merchant.imports.plan import SheetPlan
from shop.merchant.imports.rows import keep

State = CatalogueRow.State
DOUBLES = """
SELECT array_agg(r.number ORDER BY r.number)
FROM shop_cataloguerow AS r, jsonb_array_elements_text(r.cells -> 'skus') AS s(sku)
WHERE r.sheet_id = %(sheet)s AND (%(some)s::text[] IS NULL OR lower(s.sku) = ANY(%(some)s))
GROUP BY lower(s.sku)
HAVING count(*) > 1
"""


def mark_doubles(
    sheet: CatalogueSpreadsheet, plan: SheetPlan, of: Iterable[CatalogueRow] | None = None
) -> None:
    """Let rows be mended whose SKU stands in one before them; called in a transaction.

    One row of a product that is wrong holds all of it back.

    Args:
        of: the rows that were checked anew; None: all.
    """
    some = None if of is None else [sku.lower() for row in of for sku in row.cells.get("skus", [])]
    with connection.cursor() as cursor:
        cursor.execute(DOUBLES, {"sheet": sheet.pk, "some": some})
        found = {number: numbers[0] for (numbers,) in cursor.fetchall() for number in numbers[1:]}
    rows = CatalogueRow.objects.filter(sheet=sheet).exclude(state=State.DONE)
    groups = set(rows.filter(number__in=found).values_list("group", flat=True))
    locked = lock(rows.filter(group__in=groups), fully=True)
    for row in locked:
        if row.state == State.READY:
            row.enter(State.WRONG)
        if first := found.get(row.number):
            text = _("This SKU stands in row %(number)d already.") % {"number": first}
            row.problems = [*row.problems, [plan.place("sku"), text]]
    keep(locked)
