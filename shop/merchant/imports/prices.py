"""Asks once about the prices of a sheet that are far from the usual ones, before any is applied.

Somebody thought in another currency, or left a digit out. The question stands in the rows; whoever
says that the prices are right is believed for exactly these, however often the rows are checked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from shop.catalogue.models import Category
from shop.core.states import StateQuerySet
from shop.merchant.imports.compare import Comparison
from shop.merchant.imports.models import CatalogueRow, CatalogueSpreadsheet
from shop.merchant.imports.plan import SheetPlan
from shop.storefront.listings.usual_prices import Usual, far_from, is_odd, usual_in, usual_of

ODD, SURE = "odd", "sure"
"""In the cells of a row: prices that wait for a word, and amounts that somebody said are right."""
PRICED = ("price", "new")
# What was asked is compared as it was read: a row that was checked again meanwhile still waits.
CONFIRM = """
UPDATE shop_cataloguerow AS r
SET cells = r.cells - 'odd' || jsonb_build_object('sure', x.sure)
FROM jsonb_to_recordset(%s::jsonb) AS x(id bigint, odd jsonb, sure jsonb)
WHERE r.id = x.id AND r.cells->'odd' = x.odd
"""


def mark_odd(found: Comparison, rows: Mapping[int, CatalogueRow], plan: SheetPlan) -> None:
    """Note in the rows of a product which of its new prices somebody has to confirm."""
    far = {} if found.problems else _far(found, plan.usual.get(found.words.category_id))
    for number in found.wanted.rows:
        row = rows[number]
        odd = [[amount, usual.amount, usual.of] for (of, _place), (amount, usual) in far.items()
               if of == number]  # fmt: skip
        row.cells = {name: value for name, value in row.cells.items() if name != ODD}
        if odd and _amounts(odd) != row.cells.get(SURE):
            row.cells[ODD] = odd


def learn_usual(plan: SheetPlan, categories: Collection[Category], *, at: datetime) -> None:
    """Read what is usual in categories that came up. Two statements, none for known ones."""
    unknown = [row for row in categories if row.pk not in plan.usual]
    if unknown:
        found = usual_in(unknown, at=at)
        plan.usual.update((row.pk, found.get(row.path)) for row in unknown)


def unanswered(sheet: CatalogueSpreadsheet) -> StateQuerySet[CatalogueRow]:
    """Return the rows that are ready but for a word about their prices."""
    ready = CatalogueRow.objects.filter(sheet=sheet, state=CatalogueRow.State.READY)
    return ready.filter(cells__has_key=ODD)


def answer_to(rows: StateQuerySet[CatalogueRow]) -> str:
    """Return the answer for a yes: it stands for exactly these rows and prices."""
    return _digest([(pk, odd) for pk, odd in rows.order_by("pk").values_list("pk", "cells__odd")])


def confirm(sheet: CatalogueSpreadsheet, answer: str) -> bool:
    """Keep that the prices which were asked about are right; return whether they still are those.

    Args:
        answer: as ``answer_to`` gave it with the question.
    """
    rows = list(unanswered(sheet).order_by("pk").values_list("pk", "cells__odd"))
    if _digest(rows) != answer:
        return False
    told = [{"id": pk, "odd": odd, "sure": _amounts(odd)} for pk, odd in rows]
    with connection.cursor() as cursor:
        cursor.execute(CONFIRM, [json.dumps(told)])
    return True


def _far(
    found: Comparison, usual: Usual | None
) -> dict[tuple[int, int], tuple[int, Usual]]:  # fmt: skip
    """Return the odd new prices of a product by row and change, each with what is usual.

    A price is compared with the one of now first, then with the other choices on sale or what is
    usual in the category, then with the others in the sheet.
    """
    changes = {(one.row, place): one for place, one in enumerate(found.changes)
               if one.what in PRICED and one.after.isdecimal()}  # fmt: skip
    typed = {key: int(one.after) for key, one in changes.items()}
    far = far_from(typed, _siblings(found) or usual)
    for key, one in changes.items():
        if one.before.isdecimal() and is_odd(typed[key], before := int(one.before)):
            far[key] = Usual(before, _("its price now"))
    return {key: (typed[key], known) for key, known in sorted(far.items())}


def _siblings(found: Comparison) -> Usual | None:
    """Return the usual price of the choices that are on sale and stay as they are."""
    stored = found.stored
    if stored is None:
        return None
    return usual_of([
        stored.prices[row.pk] for row in stored.variants
        if row.is_active and row.listed_at and row.pk not in found.prices
        and row.pk in stored.prices
    ])  # fmt: skip


def _amounts(odd: Sequence[Sequence[Any]]) -> list[int]:
    return [amount for amount, *_rest in odd]


def _digest(rows: Sequence[tuple[int, Any]]) -> str:
    told = json.dumps([[pk, odd] for pk, odd in rows], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
