"""Works off the rows of sheets of nominations, a hundred at a time.

Each hundred is one transaction with the same number of statements. What a process that dies
leaves undone waits in its rows: running the task again finishes it, and does nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter

from django.db import transaction
from django.db.models import F
from django.tasks import task
from django.utils import translation
from django.utils.translation import gettext as _

from shop.catalogue.models import Product, Variant
from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.locks import lock
from shop.core.tasks import enqueue
from shop.festivals.models import NominationSpreadsheet, SpreadsheetRow
from shop.festivals.nominations.submit import Answer, Offer, submit_all
from shop.merchant.dashboard.access import products_of
from shop.merchant.dashboard.spreadsheets.read import ReadRow
from shop.merchant.dashboard.spreadsheets.rows import SheetFacts, SheetGroup, Wrong, group_of
from shop.merchant.dashboard.spreadsheets.slot_names import SlotNames
from shop.people.merchants.models import Merchant

State = SpreadsheetRow.State
BATCH = 100


@transaction.atomic
def put_rows(sheet: NominationSpreadsheet, rows: Sequence[ReadRow], *, at: datetime) -> None:
    """Keep the rows of a sheet that was read, and queue the work on them."""
    products = _products_by_sku(sheet.merchant, {row.cells.get("sku", "") for row in rows})
    slots = SlotNames(sheet.festival, at=at)
    SpreadsheetRow.objects.bulk_create(
        SpreadsheetRow(
            sheet=sheet, number=row.number, cells=row.cells, place=_place(row, products, slots)
        )
        for row in rows
    )
    enqueue(work_off, sheet.pk)


@task
def work_off(sheet_id: int) -> None:
    """Work off the rows of a sheet that still wait."""
    rows = NominationSpreadsheet.objects.select_related("festival", "merchant", "by")
    sheet = rows.filter(pk=sheet_id).first()
    if sheet is None:  # forgotten meanwhile
        return
    NominationSpreadsheet.objects.filter(pk=sheet.pk).update(tries=F("tries") + 1)
    with translation.override(sheet.language):
        while sheet.rows.filter(state=State.WAITING).exists():
            work_off_some(sheet, at=clock.now())


@transaction.atomic
def work_off_some(sheet: NominationSpreadsheet, *, at: datetime) -> None:
    """Work off the next hundred rows, and those that belong to the same nominations."""
    waiting = SpreadsheetRow.objects.filter(sheet=sheet, state=State.WAITING)
    places = set(waiting.order_by("number").values_list("place", flat=True)[:BATCH])
    rows = sorted(lock(waiting.filter(place__in=places), fully=True), key=attrgetter("number"))
    known = _known(sheet, rows, at=at)
    groups = list(_groups(rows, known))
    offers = [Offer(group.product, group.slot, group.proposal) for group in groups]
    try:
        answers = submit_all(
            sheet.merchant_id, sheet.festival, offers, at=at, by=sheet.by, keeps_same=True
        )
    except NotPossible as refusal:
        for row in rows:
            if row.state == State.WAITING:  # others are told what is wrong with them
                _refuse(row, "", str(refusal))
    else:
        for group, answer in zip(groups, answers, strict=True):
            _note(group, answer)
    SpreadsheetRow.objects.bulk_update(rows, ["state", "column", "text", "nomination"])
    NominationSpreadsheet.objects.filter(pk=sheet.pk).update(worked_at=at, tries=0)


def _groups(rows: Sequence[SpreadsheetRow], known: SheetFacts) -> Iterator[SheetGroup]:
    """Yield the proposals of rows; tell rows that cannot be used so."""
    by_place: dict[str, list[SpreadsheetRow]] = {}
    for row in rows:
        by_place.setdefault(row.place, []).append(row)
    for own in by_place.values():
        try:
            yield group_of(own, known)
        except Wrong as wrong:
            _refuse_all(own, wrong.row, wrong.column, wrong.text)


def _note(group: SheetGroup, answer: Answer) -> None:
    problem = next(iter(answer.check.problems), None)
    if answer.refusal:
        _refuse_all(group.rows, group.rows[0], "slot", answer.refusal)
    elif problem is not None and answer.nomination is None:
        column = problem.column
        if column == "price" and not group.proposal.kind.names_prices:
            column = group.proposal.kind.numbers[0].name
        row = group.variants.get(problem.variant_id, group.rows[0])
        _refuse_all(group.rows, row, column, " ".join(answer.check.problems))
    else:
        state = State.SUBMITTED if answer.is_new else State.CHANGED
        for row in group.rows:
            row.enter(State.SAME if answer.is_same else state)
            row.nomination = answer.nomination


def _refuse_all(
    rows: Sequence[SpreadsheetRow], wrong: SpreadsheetRow, column: str, text: str
) -> None:
    """Refuse a nomination at the row that is wrong; the rows beside it name that one."""
    for row in rows:
        if row is wrong:
            _refuse(row, column, text)
        else:
            beside = _("Row %(number)d of the same product and slot has a problem.")
            _refuse(row, "", beside % {"number": wrong.number})


def _refuse(row: SpreadsheetRow, column: str, text: str) -> None:
    row.enter(State.REFUSED)
    row.column, row.text, row.nomination = column, text, None


def _place(row: ReadRow, products: Mapping[str, int], slots: SlotNames) -> str:
    product = products.get(row.cells.get("sku", ""))
    told = row.cells.get("slot", "")
    found = slots.find(told)
    slot = found.pk if found else told.casefold()[:150]
    return f"{product}:{slot}" if product else f"row {row.number}"


def _products_by_sku(merchant: Merchant, skus: set[str]) -> dict[str, int]:
    """Return the own products by the SKUs of goods and the addresses of experiences."""
    variants = Variant.objects.filter(merchant=merchant, sku__in=skus)
    experiences = products_of(merchant).filter(kind=Product.Kind.EXPERIENCE, slug__in=skus)
    return dict(variants.values_list("sku", "product")) | dict(
        experiences.values_list("slug", "pk")
    )


def _known(
    sheet: NominationSpreadsheet, rows: Sequence[SpreadsheetRow], *, at: datetime
) -> SheetFacts:
    """Read the variants, experiences and slots that rows may name. Four statements."""
    skus = {row.cells.get("sku", "") for row in rows}
    own = products_of(sheet.merchant)
    variants = Variant.objects.filter(
        product__in=own.filter(kind=Product.Kind.GOODS), sku__in=skus
    ).select_related("product")
    by_sku = {variant.sku: variant for variant in variants}
    sizes: dict[int, set[int]] = {}
    products = {variant.product_id for variant in by_sku.values()}
    living = Variant.objects.on_sale(at=at).filter(product__in=products)
    for pk, product in living.values_list("pk", "product"):
        sizes.setdefault(product, set()).add(pk)
    experiences = own.filter(kind=Product.Kind.EXPERIENCE, slug__in=skus)
    return SheetFacts(
        by_sku,
        {product.slug: product for product in experiences},
        {pk: frozenset(ids) for pk, ids in sizes.items()},
        SlotNames(sheet.festival, at=at),
    )
