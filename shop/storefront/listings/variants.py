"""Writes the grid of a product's variants: adds, changes and takes away rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import cast

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shop.catalogue.models import Product, Variant
from shop.catalogue.stock import count
from shop.catalogue.stock.models import Pool, StockMove
from shop.core.currencies import price_wanted
from shop.core.errors import NotPossible
from shop.core.locks import lock
from shop.festivals.changelog import log
from shop.festivals.deals import reserved_stock
from shop.festivals.models import RegularPrice
from shop.festivals.prices import spans
from shop.people.accounts.models import User
from shop.storefront.listings.publish import has_deals

MOST_ROWS = 100
HEAVIEST = 200_000
"""Grams that a parcel may have."""


@dataclass(frozen=True, slots=True)
class TypedVariant:
    """One variant as typed. ``id`` of None is a new one; amounts are minor units.

    Price and units are taken for variants that were never on sale; afterwards they change on
    pages of their own, where it is said what that means. ``number`` is its place in the form.
    """

    number: int
    id: int | None
    sku: str
    options: Sequence[str] = ()
    weight_g: int = 0
    price: int | None = None
    units: int | None = None
    is_off: bool = False


class BadRows(NotPossible):
    """Rows that cannot be saved; ``errors`` holds a sentence by row number and field."""

    def __init__(self, errors: Mapping[tuple[int, str], str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(dict.fromkeys(self.errors.values())))


def check_rows(product: Product, rows: Sequence[TypedVariant]) -> None:
    """Refuse rows that contradict themselves or take a SKU of others.

    Raises:
        BadRows: nothing was written.
    """
    if len(rows) > MOST_ROWS:
        raise NotPossible(_("A product has %(most)d variants at the most.") % {"most": MOST_ROWS})
    shown = [row for row in rows if not row.is_off]
    skus = Counter(row.sku.casefold() for row in shown)
    taken = _taken_skus(product, rows)
    errors = {
        (row.number, "sku"): _("The SKU %(sku)s is used already.") % {"sku": row.sku}
        for row in shown
        if skus[row.sku.casefold()] > 1 or row.sku in taken
    }
    is_approved = product.state in Product.APPROVED
    errors |= row_errors(shown, wanted=len(product.option_names), is_approved=is_approved)
    if errors:
        raise BadRows(errors)


def row_errors(
    rows: Sequence[TypedVariant], *, wanted: int, is_approved: bool
) -> dict[tuple[int, str], str]:
    """Return what is wrong with rows that are not taken away, by row number and field.

    Args:
        wanted: how many things can be chosen.
        is_approved: the rows are on sale at once.
    """
    found = _choice_errors(rows, wanted=wanted)
    return found | _sale_errors(rows) if is_approved else found


def _choice_errors(rows: Sequence[TypedVariant], *, wanted: int) -> dict[tuple[int, str], str]:
    choices = Counter(tuple(row.options) for row in rows)
    errors = {}
    for row in rows:
        if len(row.options) > wanted:
            errors[row.number, "options"] = _("Say under “What can be chosen” what this is")
        elif len(row.options) < wanted:
            errors[row.number, "options"] = _("Say which size or kind this is")
        elif choices[tuple(row.options)] > 1:
            errors[row.number, "options"] = _("Two rows stand for the same choice")
    return errors


def _sale_errors(rows: Sequence[TypedVariant]) -> dict[tuple[int, str], str]:
    """Return the errors of rows that are on sale at once: no price, or no weight for delivery."""
    errors = {
        (row.number, "price"): price_wanted() for row in rows if row.id is None and not row.price
    }
    lacking = [row for row in rows if not row.weight_g]
    return errors | {
        (row.number, "weight_g"): _("Give every size its packed weight") for row in lacking
    }


def save_rows(product: Product, rows: Sequence[TypedVariant], *, at: datetime, by: User) -> None:
    """Write the rows of a saved product; variants that have been on sale are never deleted.

    Raises:
        NotPossible: a variant with a deal would be taken off sale, or the last one of a product
            on sale.
        BadRows: another product took a SKU meanwhile.
    """
    known = {variant.pk: variant for variant in product.variants.select_related("pool")}
    gone = [known[row.id] for row in rows if row.id in known and row.is_off]
    kept = [row for row in rows if row.id in known and not row.is_off]
    fresh = [row for row in rows if row.id is None and not row.is_off]
    _take_away(product, gone, at=at)
    if product.state == Product.State.PUBLISHED and not kept and not fresh:
        raise NotPossible(_("A product on sale needs a variant. Take the product off sale."))
    positions = {id(row): place for place, row in enumerate([*kept, *fresh])}
    is_public = product.state == Product.State.PUBLISHED
    since = spans.lock_prices([product.pk], at=at) if is_public else None
    try:
        with transaction.atomic():
            _change(known, kept, positions)
            _count(known, kept, at=at, by=by)
            made = _add(product, fresh, positions, listed_at=since)
    except IntegrityError:  # somebody took a SKU in a race
        check_rows(product, rows)
        raise
    _price(known, kept, made, starts_at=since or at, by=by)
    if since:
        spans.rebuild([product.pk], since=since, what="variants")


@transaction.atomic
def change_weights(grams: Mapping[int, int], *, at: datetime, by: User) -> int:
    """Set packed weights by variant id; return how many changed.

    An editor of the product that was opened before is told that somebody saved.

    Raises:
        NotPossible: a weight cannot be.
    """
    if any(not 1 <= weight <= HEAVIEST for weight in grams.values()):
        raise NotPossible(_("Give every size its packed weight"))
    rows = list(Variant.objects.filter(pk__in=grams).order_by("pk"))
    changed = [row for row in rows if row.weight_g != grams[row.pk]]
    products = {row.product_id for row in changed}
    for product in lock(Product.objects.filter(pk__in=products)):
        own = [row for row in changed if row.product_id == product.pk]
        log(product, "edit", at=at, by=by, festival=None,
            before={"weights": {row.sku: row.weight_g for row in own}},
            after={"weights": {row.sku: grams[row.pk] for row in own}})  # fmt: skip
    for row in changed:
        row.weight_g = grams[row.pk]
    Variant.objects.bulk_update(changed, ["weight_g"])
    return len(changed)


def _taken_skus(product: Product, rows: Sequence[TypedVariant]) -> set[str]:
    """Return the SKUs of variants that keep theirs: of other products, and of those off sale."""
    skus = {row.sku for row in rows if not row.is_off}
    others = Variant.objects.filter(merchant=product.merchant_id, sku__in=skus)
    others = others.exclude(pk__in=[row.id for row in rows if row.id and not row.is_off])
    if product.pk:
        gone = [row.id for row in rows if row.id and row.is_off]
        others = others.exclude(product=product, pk__in=gone, listed_at__isnull=True)
    return set(others.values_list("sku", flat=True))


def _take_away(product: Product, variants: Sequence[Variant], *, at: datetime) -> None:
    if has_deals([variant.pk for variant in variants if variant.is_active], at=at):
        raise NotPossible(_("A variant with a deal that is not over stays on sale until then."))
    never_sold = [variant for variant in variants if variant.listed_at is None]
    RegularPrice.objects.filter(variant__in=never_sold).delete()
    pools = [variant.pool_id for variant in never_sold]
    Variant.objects.filter(pk__in=[variant.pk for variant in never_sold]).delete()
    StockMove.objects.filter(pool_id__in=pools).delete()
    Pool.objects.filter(pk__in=pools).delete()
    sold = [variant.pk for variant in variants if variant.listed_at is not None]
    Variant.objects.filter(pk__in=sold, product=product).update(is_active=False)


def _change(
    known: Mapping[int, Variant], rows: Sequence[TypedVariant], positions: Mapping[int, int]
) -> None:
    changed = []
    for row in rows:
        variant = known[cast("int", row.id)]
        if variant.sku != row.sku:
            # Out of the way first: two rows may have changed their SKUs with each other.
            Variant.objects.filter(pk=variant.pk).update(sku=f"~{variant.pk}")
        variant.sku, variant.options = row.sku, list(row.options)
        variant.weight_g, variant.position = row.weight_g, positions[id(row)]
        variant.is_active = True
        changed.append(variant)
    fields = ["sku", "options", "weight_g", "position", "is_active"]
    Variant.objects.bulk_update(changed, fields)


def _count(
    known: Mapping[int, Variant], rows: Sequence[TypedVariant], *, at: datetime, by: User
) -> None:
    units = {
        known[pk].pool_id: row.units
        for row in rows
        if known[pk := cast("int", row.id)].listed_at is None and row.units is not None
    }
    if units:
        count.count(units, fence=partial(reserved_stock.set_aside, at=at), at=at, by=by)


def _add(
    product: Product,
    rows: Sequence[TypedVariant],
    positions: Mapping[int, int],
    *,
    listed_at: datetime | None,
) -> list[tuple[TypedVariant, Variant]]:
    pools = Pool.objects.bulk_create(Pool(on_hand=row.units or 0) for row in rows)
    variants = Variant.objects.bulk_create(
        Variant(
            product=product,
            sku=row.sku,
            options=list(row.options),
            weight_g=row.weight_g,
            position=positions[id(row)],
            pool=pool,
            listed_at=listed_at,
        )
        for row, pool in zip(rows, pools, strict=True)
    )
    return list(zip(rows, variants, strict=True))


def _price(
    known: Mapping[int, Variant],
    kept: Sequence[TypedVariant],
    made: Sequence[tuple[TypedVariant, Variant]],
    *,
    starts_at: datetime,
    by: User,
) -> None:
    """Set the first prices: of new variants, and of those that were never on sale."""
    wanted: dict[int, int] = {variant.pk: row.price for row, variant in made if row.price}
    priced = [(cast("int", row.id), row.price) for row in kept if row.price]
    unlisted = [(pk, price) for pk, price in priced if known[pk].listed_at is None]
    now = RegularPrice.objects.filter(variant__in=[pk for pk, _price in unlisted]).amounts()
    wanted |= {pk: price for pk, price in unlisted if now.get(pk) != price}
    RegularPrice.objects.bulk_create(
        RegularPrice(variant_id=pk, amount=amount, starts_at=starts_at, by=by)
        for pk, amount in wanted.items()
    )
