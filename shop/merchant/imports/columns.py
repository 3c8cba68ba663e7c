"""Matches the columns of a sheet with our fields: by its headings, or as the store did before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from shop.core.errors import StaleState
from shop.core.jobs import delete_some
from shop.merchant.imports.headings.formats import recognize
from shop.merchant.imports.models import CatalogueRow, CatalogueSpreadsheet, ColumnMemory
from shop.merchant.imports.values import style_of

State = CatalogueSpreadsheet.State
LONGEST_EXAMPLE = 80
PRICES_LOOKED_AT = 500
REMEMBERED = ("decimal", "categories", "otherwise", "fill", "submit")
OF_THE_SHEET = ("currency", "converts", "in_stock")
"""Choices that the next sheet does not get: they would change its prices and stock unseen."""
KEPT_FOR = timedelta(days=730)


def examples(before: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a value of each column: the first one that stands there."""
    found = list(before)
    for row in rows:
        found += [""] * (len(row) - len(found))
        for place, text in enumerate(row):
            if text and not found[place]:
                found[place] = " ".join(text.split())[:LONGEST_EXAMPLE]
        if found and all(found):
            break
    return found


def put_headings(
    sheet: CatalogueSpreadsheet, headings: list[str], shown: list[str], total: int, *, at: datetime
) -> None:
    """Keep the headings of a sheet that was read, and what each column seems to be."""
    known = recognize(headings)
    fields: list[str] = known.fields
    choices: dict[str, Any] = {"guesses": known.is_guess}
    before = ColumnMemory.objects.filter(merchant=sheet.merchant, headings=digest(headings)).first()
    if before:
        fields, choices = before.fields, before.choices | {"is_remembered": True}
    if "decimal" not in choices:
        choices["decimal"] = style_of(_prices(sheet, fields))
    rows = CatalogueSpreadsheet.objects.filter(pk=sheet.pk)
    rows.move_to(
        State.READ, headings=headings, examples=shown[: len(headings)], total=total,
        format=known.format, fields=fields, choices=choices, worked_at=at, tries=0,
        busy_until=None,
    )  # fmt: skip


@transaction.atomic
def match(
    sheet: CatalogueSpreadsheet, fields: list[str], choices: Mapping[str, Any], *, at: datetime
) -> None:
    """Keep how a sheet is read, for the next one with the same headings, too.

    All rows wait to be checked again.

    Raises:
        StaleState: it is in work, or brought in already.
    """
    rows = CatalogueSpreadsheet.objects.filter(pk=sheet.pk, state__in=(State.READ, State.CHECKED))
    kept = {name: choices[name] for name in REMEMBERED if name in choices}
    own = {name: choices[name] for name in OF_THE_SHEET if choices.get(name)}
    if not rows.update(fields=fields, choices=kept | own, asked={}, problem="", worked_at=at):
        raise StaleState
    row = ColumnMemory(merchant=sheet.merchant, headings=digest(sheet.headings), fields=fields,
                       choices=kept, at=at)  # fmt: skip
    ColumnMemory.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["merchant", "headings"],
        update_fields=["fields", "choices", "at"],
    )  # fmt: skip
    open_rows = CatalogueRow.objects.filter(sheet=sheet)
    open_rows.filter(state__in=(CatalogueRow.State.READY, CatalogueRow.State.WRONG)).move_to(
        CatalogueRow.State.WAITING
    )
    sheet.refresh_from_db()


def forget_columns(*, at: datetime) -> int:
    """Delete what was remembered of columns that no sheet had for long. Part of the beat."""
    old = ColumnMemory.objects.filter(at__lt=at - KEPT_FOR)
    return delete_some(old.order_by("at"))


def digest(headings: Sequence[str]) -> str:
    """Return a digest of the headings of a sheet."""
    return hashlib.sha256("\0".join(headings).casefold().encode()).hexdigest()


def _prices(sheet: CatalogueSpreadsheet, fields: Sequence[str]) -> list[str]:
    """Return prices that stand in a sheet, to see how it writes decimals."""
    places = [place for place, name in enumerate(fields) if name == "price"]
    rows = CatalogueRow.objects.filter(sheet=sheet).order_by("number")
    cells = rows.values_list("cells", flat=True)[:PRICES_LOOKED_AT]
    return [row["cells"][place] for row in cells for place in places if place < len(row["cells"])]
