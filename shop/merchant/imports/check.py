"""Checks the rows of a sheet: what would be new, what would change, what is to be mended.

Nothing of the catalogue is written. Some products at a time are one transaction, each with the
same number of statements; what a process that dies leaves undone waits in its rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from shop.catalogue.models import Category
from shop.core.languages import listed
from shop.core.locks import lock
from shop.merchant.imports.compare import Comparison, StoredProduct, compare, stored_products
from shop.merchant.imports.models import CatalogueRow, CatalogueSpreadsheet
from shop.merchant.imports.parsed import WantedProduct, wanted_of
from shop.merchant.imports.plan import FILLED, FILLED_WORDS, SheetPlan, folded
from shop.merchant.imports.prices import learn_usual, mark_odd
from shop.merchant.imports.rows import keep
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.roles import RIGHTS, Right, in_force

State, Outcome = CatalogueRow.State, CatalogueRow.Outcome
BATCH = 50  # products
MOST_ASKED = 100  # names of categories that are asked about


@transaction.atomic
def check_some(sheet: CatalogueSpreadsheet, plan: SheetPlan, *, at: datetime) -> bool:
    """Check the next rows that wait; return whether there were any."""
    waiting = CatalogueRow.objects.filter(sheet=sheet, state=State.WAITING)
    groups = list(waiting.order_by("group").values_list("group", flat=True).distinct()[:BATCH])
    if not groups:
        return False
    rows = lock(CatalogueRow.objects.filter(sheet=sheet, group__in=groups).exclude(
        state=State.DONE
    ), fully=True)  # fmt: skip
    check_rows(sheet, plan, rows, at=at)
    return True


def check_rows(
    sheet: CatalogueSpreadsheet, plan: SheetPlan, rows: Sequence[CatalogueRow], *, at: datetime,
    is_again: bool = False,
) -> None:  # fmt: skip
    """Check locked rows, all of each of their products, and keep what was found.

    Args:
        is_again: what these lack was counted before.
    """
    rights = rights_of(sheet.merchant, sheet.by, at=at)
    wanted = [wanted_of(own, plan) for own in by_group(rows)]
    known = known_to(sheet.merchant, wanted)
    categories = {row.pk: row for row in Category.objects.all()}
    by_number = {row.number: row for row in rows}
    compared = [compare(one, known, rights) for one in wanted]
    named = {one.words.category_id for one in compared if not one.problems}
    learn_usual(plan, [categories[pk] for pk in named], at=at)
    for found in compared:
        note(found, by_number)
        mark_odd(found, by_number, plan)
        if not is_again:
            _ask(sheet, found, plan, by_number, categories)
    keep(rows)
    sheet.got_further(at=at, asked=sheet.asked)


def by_group(rows: Sequence[CatalogueRow]) -> list[list[CatalogueRow]]:
    """Return the rows of each product, in the order of the sheet."""
    found: dict[int, list[CatalogueRow]] = {}
    for row in sorted(rows, key=lambda row: row.number):
        found.setdefault(row.group, []).append(row)
    return list(found.values())


def known_to(merchant: Merchant, wanted: Sequence[WantedProduct]) -> dict[str, StoredProduct]:
    """Return the store's products that wanted ones may be."""
    return stored_products(merchant, {row.sku for one in wanted for row in one.variants})


def rights_of(merchant: Merchant, user: User | None, *, at: datetime) -> Collection[Right]:
    """Return what somebody may do for a store by now; nothing once they do not act for it."""
    rows = Membership.objects.filter(in_force(at=at), merchant=merchant, user=user)
    role = rows.values_list("role", flat=True).first() if user else None
    return RIGHTS[role] if role else frozenset()


def note(found: Comparison, rows: Mapping[int, CatalogueRow]) -> None:
    """Write into the rows of a product what was found. One wrong row holds all of it back."""
    wanted = found.wanted
    product = found.stored.product if found.stored else None
    new = {change.row for change in found.changes if change.what == "new"}
    changed = {change.row for change in found.changes}
    title = wanted.words.get("title") or (product.title if product else "")
    sizes = {row.row: listed(row.options) or row.sku for row in wanted.variants}
    for number in wanted.rows:
        row = rows[number]
        if row.state != State.WAITING:
            row.enter(State.WAITING)
        row.enter(State.WRONG if found.problems else State.READY)
        row.problems = [[one.place, one.text] for one in found.problems if one.row == number]
        row.changes = [asdict(one) for one in found.changes if one.row == number]
        row.product = product
        own = [one.sku for one in wanted.variants if one.row == number]
        row.cells = {**row.cells, "title": title, "size": sizes.get(number, ""), "skus": own}
        is_new = product is None or number in new
        is_changed = number in changed or (number == wanted.group and bool(found.changes))
        row.outcome = Outcome.NEW if is_new else Outcome.CHANGED if is_changed else Outcome.SAME
    first = rows[wanted.group]
    first.cells = {**first.cells, "notes": list(dict.fromkeys(wanted.notes))}


def _ask(
    sheet: CatalogueSpreadsheet, found: Comparison, plan: SheetPlan,
    rows: Mapping[int, CatalogueRow], categories: Mapping[int, Category],
) -> None:  # fmt: skip
    """Note what is asked once: other currencies, categories, what new products lack."""
    asked: dict[str, Any] = sheet.asked
    wanted = found.wanted
    for code in wanted.currencies:
        codes = asked.setdefault("currencies", {})
        codes[code] = codes.get(code, 0) + 1
    if found.is_new and (uncounted := sum(row.is_in_stock for row in wanted.variants)):
        asked["in_stock"] = asked.get("in_stock", 0) + uncounted
    category = wanted.words.get("category_id") or wanted.words.get("otherwise")
    if category is None:
        if found.is_new:
            told = _category_told(wanted, plan, rows)
            names = asked.setdefault("categories", {})
            if told in names or len(names) < MOST_ASKED:
                names[told] = names.get(told, 0) + 1
        return
    if not found.is_new:
        return
    lacking = {name: not wanted.words.get(name) for name in FILLED_WORDS}
    lacking["weight_g"] = any(not row.weight_g for row in wanted.variants)
    own = asked.setdefault("lacking", {}).setdefault(
        categories[category].path, dict.fromkeys(FILLED, 0)
    )
    for name, is_lacking in lacking.items():
        own[name] += is_lacking


def _category_told(wanted: WantedProduct, plan: SheetPlan, rows: Mapping[int, CatalogueRow]) -> str:
    """Return what the rows of a product say for its category; empty where they say nothing."""
    for number in wanted.rows:
        if told := plan.cells(rows[number].cells["cells"]).get("category"):
            return folded(told)
    return ""
