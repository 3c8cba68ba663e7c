"""Brings the products of a sheet in, one at a time: each whole, or not at all.

A product is compared anew under its lock, and written by what its form would call: what is public
changes by the rules of moderation, prices and stock by theirs. What was done is kept beside the
rows, so that nothing is done twice and all of it can be taken back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.catalogue.stock import count
from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible, ShopError
from shop.core.jobs import FailedItem, failed_jobs
from shop.core.locks import lock
from shop.festivals.deals import reserved_stock
from shop.festivals.prices.regular import change_prices
from shop.merchant.imports.check import by_group, known_to, note, rights_of
from shop.merchant.imports.compare import Comparison, StoredProduct, compare
from shop.merchant.imports.models import (
    BroughtProduct,
    CatalogueRow,
    CatalogueSpreadsheet,
    SpreadsheetPicture,
)
from shop.merchant.imports.parsed import WantedProduct, wanted_of
from shop.merchant.imports.plan import SheetPlan
from shop.merchant.imports.prices import ODD
from shop.merchant.imports.rows import keep
from shop.merchant.moderation.propose import save_product
from shop.merchant.moderation.translate import apply, names_of, save_words, wanted_words
from shop.merchant.moderation.trust import show_at_once
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.storefront.listings.edit import create_product, newest_edit
from shop.storefront.listings.refresh import note_stock

State = CatalogueRow.State
MOST_PICTURES = 12


@dataclass(slots=True)
class Writing:
    """Who brings a product in for which store, and when."""

    merchant: Merchant
    by: User
    at: datetime
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


def write_next(sheet: CatalogueSpreadsheet, plan: SheetPlan, *, at: datetime) -> bool:
    """Bring the next product in that is ready; return whether there was one.

    What cannot be written is told in its rows, and the next one has its turn.
    """
    ready = CatalogueRow.objects.filter(sheet=sheet, state=State.READY)
    group = ready.order_by("group").values_list("group", flat=True).first()
    if group is None:
        return False
    try:
        _write(sheet, plan, group, at=at)
    except ShopError as refusal:
        refuse_group(sheet, group, str(refusal))
    except Exception as error:  # noqa: BLE001 (one product never stops the others)
        failed_jobs.note(
            "bring a product in", FailedItem("sheet", f"{sheet.pk} {group}"), error, at=at
        )
        refuse_group(sheet, group, _("This product could not be brought in. We look into it."))
    sheet.got_further(at=at)
    return True


@transaction.atomic
def refuse_group(sheet: CatalogueSpreadsheet, group: int, text: str) -> None:
    """Tell in the rows of a product why it was not brought in."""
    rows = CatalogueRow.objects.filter(sheet=sheet, group=group, state=State.READY)
    for row in lock(rows, fully=True):
        row.move_to(State.WRONG, problems=[[-1, text]] if row.number == group else [])


@transaction.atomic
def _write(sheet: CatalogueSpreadsheet, plan: SheetPlan, group: int, *, at: datetime) -> None:
    """Bring one product in, with everything that its rows say.

    Raises:
        ShopError: something of it cannot be; nothing is changed.
    """
    rows = lock(CatalogueRow.objects.filter(sheet=sheet, group=group, state=State.READY),
                fully=True)  # fmt: skip
    if not rows or BroughtProduct.objects.filter(sheet=sheet, group=group).exists():
        CatalogueRow.objects.filter(pk__in=[row.pk for row in rows]).move_to(State.DONE)
        return
    if any(ODD in row.cells for row in rows):
        raise NotPossible(_("Say first whether its prices are right."))
    rights = rights_of(sheet.merchant, sheet.by, at=at)
    wanted = wanted_of(by_group(rows)[0], plan)
    known = known_to(sheet.merchant, [wanted])
    _lock(wanted, known)
    known = known_to(sheet.merchant, [wanted])  # as it is under the lock
    found = compare(wanted, known, rights)
    by_number = {row.number: row for row in rows}
    note(found, by_number)
    if not found.problems:
        product = _write_product(sheet, found, at=at)
        _name_pictures(sheet, product, wanted)
        for row in rows:
            row.enter(State.DONE)
            row.product = product
    keep(rows)


def _lock(wanted: WantedProduct, known: Mapping[str, StoredProduct]) -> None:
    """Lock the products that rows may change: before them the pools that are counted."""
    products = {stored.product.pk for stored in known.values()}
    counted = {row.sku.lower() for row in wanted.variants if row.units is not None}
    sizes = [size.pk for stored in known.values() for size in stored.variants
             if size.sku.lower() in counted]  # fmt: skip
    own = Q(variants__product__in=products)
    lock(Pool.objects.filter(own & (Q(variants__listed_at=None) | Q(variants__in=sizes))))
    lock(Product.objects.filter(pk__in=products))


def _write_product(sheet: CatalogueSpreadsheet, found: Comparison, *, at: datetime) -> Product:
    """Write what differs, and keep how it was."""
    assert sheet.by  # noqa: S101 (without somebody there are no rights, and so a problem)
    writing = Writing(sheet.merchant, sheet.by, at)
    if found.stored is None:
        product = _create(found, writing)
    else:
        product = _change(found, found.stored, writing)
    if found.changes:
        BroughtProduct.objects.create(
            sheet=sheet, group=found.wanted.group, product=product, is_new=found.is_new,
            before=writing.before, after=writing.after,
        )  # fmt: skip
    return product


def _create(found: Comparison, writing: Writing) -> Product:
    product = create_product(
        writing.merchant, found.words, found.rows, at=writing.at, by=writing.by
    )
    texts = {language: {name: words.get(name, "") for name in names_of(product)}
             | {"is_read": True} for language, words in found.texts.items()}  # fmt: skip
    if texts:
        apply(product, texts, at=writing.at, by=writing.by)
    writing.after |= {"edit": _version(product), "hidden": bool(found.wanted.is_hidden)}
    return product


def _change(found: Comparison, stored: StoredProduct, writing: Writing) -> Product:
    """Change a locked product: stock, then words and sizes, then languages, then prices."""
    product, at, by = stored.product, writing.at, writing.by
    _count(found, stored, writing)
    waits = False
    if found.is_edited:
        _keep_edit(found, stored, writing)
        waits |= save_product(product, found.words, found.rows, version=_version(product),
                              at=at, by=by)  # fmt: skip
    for language, words in found.texts.items():
        pending_change = getattr(product, "pending_change", None)
        _keep(writing, "texts", language, wanted_words(product, language, pending_change), words)
        waits |= save_words(product, language, words, version=_version(product), at=at, by=by)
    show_at_once(product, waits=waits, at=at, by=by)
    if found.prices:
        for pk, amount in found.prices.items():
            _keep(writing, "prices", str(pk), stored.prices.get(pk), amount)
        change_prices(found.prices, at=at, by=by)
    return product


def _count(found: Comparison, stored: StoredProduct, writing: Writing) -> None:
    if not found.units:
        return
    seen = {row.pool_id: row.pool.on_hand for row in stored.variants if row.pool_id in found.units}
    for pool, amount in found.units.items():
        _keep(writing, "units", str(pool), seen[pool], amount)
    fence = partial(reserved_stock.set_aside, at=writing.at)
    if changed := count.count(found.units, fence=fence, seen=seen, at=writing.at, by=writing.by):
        note_stock(changed, at=writing.at)


def _keep_edit(found: Comparison, stored: StoredProduct, writing: Writing) -> None:
    """Keep the words and the sizes as they were, and as they are now."""
    from_words, to_words = stored.content.words, found.words
    for name in type(to_words).__dataclass_fields__:
        before, after = getattr(from_words, name), getattr(to_words, name)
        if before != after:
            _keep(writing, "words", name, before, after)
    known = {row.pk: row for row in stored.variants}
    for row in found.rows:
        if row.id is None:
            continue
        variant = known[row.id]
        before_row = [list(stored.content.options.get(row.id, variant.options)), variant.weight_g,
                      stored.prices.get(row.id), variant.pool.on_hand]  # fmt: skip
        now = [list(row.options), row.weight_g, row.price, row.units]
        if variant.listed_at is not None:
            before_row[2:] = now[2:]
        if before_row != now:
            _keep(writing, "rows", row.sku, before_row, now)
    before_skus = {row.sku for row in stored.variants} | {
        row.sku for row in stored.content.variants
    }
    new = [row.sku for row in found.rows if row.id is None and row.sku not in before_skus]
    if new:
        writing.after["new"] = new


def _keep(writing: Writing, what: str, key: str, before: object, after: object) -> None:
    writing.before.setdefault(what, {})[key] = before
    writing.after.setdefault(what, {})[key] = after


def _version(product: Product) -> int:
    newest = newest_edit(product)
    return newest.pk if newest else 0


def _name_pictures(sheet: CatalogueSpreadsheet, product: Product, wanted: WantedProduct) -> None:
    """Note the pictures to be fetched; those that came with an earlier sheet are there."""
    rows = [
        SpreadsheetPicture(
            product=product, sheet=sheet, source=source,
            digest=hashlib.sha256(source.encode()).hexdigest(), alt=alt or product.title,
            position=place,
        )
        for place, (source, alt) in enumerate(wanted.pictures[:MOST_PICTURES])
        if not source.startswith(f"{settings.SITE_URL}/")  # a picture that is here already
    ]  # fmt: skip
    SpreadsheetPicture.objects.bulk_create(rows, ignore_conflicts=True)
    again = SpreadsheetPicture.objects.filter(
        product=product,
        digest__in=[row.digest for row in rows],
        state=SpreadsheetPicture.State.REFUSED,
    )
    again.move_to(SpreadsheetPicture.State.WAITING, sheet=sheet, text="", tries=0)
