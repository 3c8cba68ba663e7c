"""Takes a sheet back: what it changed returns to what it was, unless somebody changed it since."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from shop.catalogue.fields.table import TypedWords
from shop.catalogue.models import Product
from shop.catalogue.stock import count
from shop.catalogue.stock.models import Pool
from shop.core.errors import ShopError
from shop.core.locks import lock, lock_one
from shop.festivals.deals import reserved_stock
from shop.festivals.models import RegularPrice
from shop.festivals.prices.regular import change_prices
from shop.merchant.imports.check import rights_of
from shop.merchant.imports.compare import LISTS
from shop.merchant.imports.models import BroughtProduct, CatalogueSpreadsheet, SpreadsheetPicture
from shop.merchant.moderation.contents import Content, content_of, pending_change_of
from shop.merchant.moderation.drafts import delete_draft
from shop.merchant.moderation.propose import save_product
from shop.merchant.moderation.translate import save_words, wanted_words
from shop.merchant.moderation.trust import show_at_once
from shop.people.accounts.models import User
from shop.people.merchants.roles import Right
from shop.storefront.listings.edit import newest_edit
from shop.storefront.listings.refresh import note_stock
from shop.storefront.listings.variants import TypedVariant

BACK = "back"
"""What is noted of a product that is again as it was; else it is the reason."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """What is taken back, by whom, and when."""

    row: BroughtProduct
    product: Product
    by: User
    at: datetime
    rights: Collection[Right]


def undo_next(sheet: CatalogueSpreadsheet, *, at: datetime) -> bool:
    """Take the next product of a sheet back; return whether there was one."""
    row = BroughtProduct.objects.filter(sheet=sheet, undone="").order_by("-pk").first()
    if row is None:
        return False
    try:
        with transaction.atomic():
            _undo(sheet, row, at=at)
    except ShopError as refusal:
        BroughtProduct.objects.filter(pk=row.pk).update(undone=str(refusal)[:300])
    sheet.got_further(at=at)
    return True


def _undo(sheet: CatalogueSpreadsheet, row: BroughtProduct, *, at: datetime) -> None:
    said = BACK
    product = row.product
    rights = rights_of(sheet.merchant, sheet.by, at=at)
    if product is None:
        said = _("It is deleted.")
    elif sheet.by is None or Right.WORDS not in rights:
        said = _("Nobody may change it any more.")
    else:
        SpreadsheetPicture.objects.filter(product=product, sheet=sheet, state="waiting").delete()
        undoing = Undoing(row, product, sheet.by, at, rights)
        said = _delete(undoing) if row.is_new else _restore(undoing)
    BroughtProduct.objects.filter(pk=row.pk).update(undone=said[:300])


def _delete(undoing: Undoing) -> str:
    newest = newest_edit(undoing.product)
    came = SpreadsheetPicture.objects.filter(product=undoing.product, sheet=undoing.row.sheet)
    own = undoing.product.pictures.exclude(pk__in=came.exclude(picture=None).values("picture"))
    is_changed = newest is None or newest.pk != undoing.row.after.get("edit")
    if is_changed or own.exists():
        return _("It was changed since, and stays.")
    delete_draft(undoing.product, at=undoing.at, by=undoing.by)
    return BACK


def _restore(undoing: Undoing) -> str:
    """Let a product be as it was, part by part; what differs from what was brought in stays."""
    before, after = undoing.row.before, undoing.row.after
    pools = [int(pk) for pk in after.get("units", {})]
    lock(Pool.objects.filter(pk__in=pools))
    product = lock_one(Product.objects, undoing.product.pk)
    stays = _restore_units(undoing, before.get("units", {}), after.get("units", {}))
    stays |= _restore_edit(undoing, product)
    for language, words in after.get("texts", {}).items():
        if wanted_words(product, language, pending_change_of(product)) == words:
            save_words(product, language, before["texts"][language], version=_version(product),
                       at=undoing.at, by=undoing.by)  # fmt: skip
        else:
            stays = True
    show_at_once(product, waits=product.state in Product.APPROVED, at=undoing.at, by=undoing.by)
    stays |= _restore_prices(undoing, before.get("prices", {}), after.get("prices", {}))
    return _("What was changed since stays; all else is as it was.") if stays else BACK


def _restore_units(undoing: Undoing, before: Mapping[str, int], after: Mapping[str, int]) -> bool:
    now = dict(Pool.objects.filter(pk__in=map(int, after)).values_list("pk", "on_hand"))
    back = {int(pk): before[pk] for pk, units in after.items() if now.get(int(pk)) == units}
    if Right.STOCK not in undoing.rights:
        back = {}
    if back:
        fence = partial(reserved_stock.set_aside, at=undoing.at)
        if changed := count.count(back, fence=fence, at=undoing.at, by=undoing.by):
            note_stock(changed, at=undoing.at)
    return len(back) < len(after)


def _restore_prices(undoing: Undoing, before: Mapping[str, Any], after: Mapping[str, int]) -> bool:
    now = RegularPrice.objects.filter(variant__in=map(int, after)).amounts()
    back = {int(pk): before[pk] for pk, amount in after.items()
            if now.get(int(pk)) == amount and before[pk]}  # fmt: skip
    if Right.PRICES not in undoing.rights:
        back = {}
    if back:
        change_prices(back, at=undoing.at, by=undoing.by)
    return len(back) < len(after)


def _restore_edit(undoing: Undoing, product: Product) -> bool:
    """Restore words and sizes as far as they are as they were brought in."""
    before, after = undoing.row.before, undoing.row.after
    told, sizes, new = after.get("words", {}), after.get("rows", {}), after.get("new", [])
    if not (told or sizes or new):
        return False
    content = content_of(product, pending_change_of(product))
    words, stays = content.words, False
    for name, value in told.items():
        if _as_list(getattr(words, name)) == value:
            words = replace(words, **{name: _as_word(name, before["words"][name])})
        else:
            stays = True
    rows, kept = _rows_before(product, content, before.get("rows", {}), sizes, new)
    _save(undoing, product, words, rows)
    return stays or kept


def _rows_before(
    product: Product, content: Content, before: Mapping[str, Any], after: Mapping[str, Any],
    new: list[str],
) -> tuple[list[TypedVariant], bool]:  # fmt: skip
    """Return the grid as it was, and whether a size of it stays as it is."""
    variants = list(product.variants.select_related("pool").order_by("position", "pk"))
    prices = RegularPrice.objects.filter(variant__in=variants).amounts()
    rows: list[TypedVariant] = []
    stays = False
    for variant in variants:
        options = tuple(content.options.get(variant.pk, variant.options))
        is_listed = variant.listed_at is not None
        row = TypedVariant(
            len(rows), variant.pk, variant.sku, options, variant.weight_g,
            None if is_listed else prices.get(variant.pk),
            None if is_listed else variant.pool.on_hand,
            is_off=not variant.is_active or variant.sku in new,
        )  # fmt: skip
        if variant.sku in after:
            now = [list(row.options), row.weight_g, row.price, row.units]
            if now == after[variant.sku]:
                labels, weight, price, units = before[variant.sku]
                row = replace(row, options=tuple(labels), weight_g=weight, price=price, units=units)
            else:
                stays = True
        rows.append(row)
    rows += [replace(row, number=len(rows) + n) for n, row in enumerate(content.variants)
             if row.sku not in new]  # fmt: skip
    return rows, stays


def _save(undoing: Undoing, product: Product, words: TypedWords, rows: list[TypedVariant]) -> None:
    save_product(product, words, rows, version=_version(product), at=undoing.at, by=undoing.by)


def _version(product: Product) -> int:
    newest = newest_edit(product)
    return newest.pk if newest else 0


def _as_list(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _as_word(name: str, value: Any) -> Any:
    return tuple(value) if name in LISTS else value
