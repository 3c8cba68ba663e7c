"""Shows a form whose product somebody else saved first: typed values beside stored ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from django.utils.translation import gettext as _

from shop.catalogue.fields.table import TypedWords
from shop.catalogue.models import Category, Product, Variant
from shop.core.languages import listed, sentences
from shop.merchant.dashboard.products.form import (
    Grid,
    ProductForm,
    VariantForm,
    first_words,
    new_row_of,
    relabel,
    row_of,
)
from shop.merchant.dashboard.products.making import PLACES
from shop.merchant.moderation.contents import content_of, pending_change_of
from shop.storefront.listings.edit import EditConflict
from shop.storefront.listings.variants import TypedVariant


def show_conflict(form: ProductForm, grid: Any, product: Product, refusal: EditConflict) -> Any:
    """Write the stored values into the form, so that saving it again is a decision.

    Returns:
        The grid as typed, with a row for each variant that was added meanwhile.
    """
    now = Product.objects.get(pk=product.pk)
    content = content_of(now, pending_change_of(now))
    variants = list(now.variants.select_related("pool").order_by("position", "pk"))
    relabel(variants, content)
    form.add_error(None, str(refusal))
    form.data = data = cast("Any", form.data).copy()
    data["version"] = refusal.edit.pk
    form.meanwhile = refusal.edit
    form.stored = list(_words(form, content.words))
    if now.kind == Product.Kind.EXPERIENCE:
        return grid
    grid.tie(variants)
    form.stored += _rows(grid, variants)
    skus = {row.cleaned_data.get("sku") for row in grid.forms}
    added = [row for row in content.variants if row.sku not in skus]
    form.stored += [(row.sku, sentences(_told(row), _("Added meanwhile"))) for row in added]
    return _with_rows(grid, variants, added)


def _words(form: ProductForm, now: TypedWords) -> Iterator[tuple[str, str]]:
    """Yield the label and the stored words of each field that the form would change."""
    typed = form.cleaned_data
    for name, value in first_words(now).items():
        mine = typed[name].pk if name == "category" else typed[name]
        if mine != value:
            text = (
                Category.objects.get(pk=value).name
                if name == "category"
                else form.fields[name].prepare_value(value)
            )
            yield str(form.fields[name].label), text or "–"


def _rows(grid: Any, variants: Sequence[Variant]) -> Iterator[tuple[str, str]]:
    """Yield the SKU and the stored facts of each row that the grid would change."""
    back = _("Taken away. Saving puts it back.")
    for row in grid.forms:
        told = row.cleaned_data
        if row.variant is None and told.get("id") and not told["is_off"]:
            yield told["sku"], back
    rows = {row.variant.pk: row for row in grid.forms if row.variant}
    for variant in variants:
        row = rows.get(variant.pk)
        if row is None:
            yield variant.sku, sentences(_facts(variant), _("Added meanwhile"))
        elif not variant.is_active and not row.cleaned_data["is_off"]:
            yield variant.sku, back
        elif variant.is_active and _differs(row.cleaned_data, row_of(variant)):
            yield variant.sku, _facts(variant)


def _differs(typed: dict[str, Any], stored: dict[str, Any]) -> bool:
    names = (*PLACES, "sku", "weight_g", "is_off")
    return any(typed.get(name) != stored[name] for name in names)


def _facts(variant: Variant) -> str:
    return listed((variant.label, f"{variant.weight_g} g"))


def _told(row: TypedVariant) -> str:
    return listed((*row.options, f"{row.weight_g} g"))


def _with_rows(grid: Any, variants: Sequence[Variant], added: Sequence[TypedVariant]) -> Any:
    """Return the grid with the variants behind its rows that it does not name."""
    named = {row.variant.pk for row in grid.forms if row.variant}
    data, first = grid.data.copy(), len(grid.forms)
    unnamed = [row_of(variant) for variant in variants if variant.pk not in named]
    for place, facts in enumerate([*unnamed, *map(new_row_of, added)], first):
        for name, value in facts.items():
            if value:
                shown = VariantForm.base_fields[name].prepare_value(value)
                data[f"{grid.prefix}-{place}-{name}"] = shown
    data[f"{grid.prefix}-TOTAL_FORMS"] = first + len(unnamed) + len(added)
    longer = Grid(data, prefix=grid.prefix)
    longer.tie(variants)
    return longer
