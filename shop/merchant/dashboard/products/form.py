"""The form of a product and the grid of its variants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from shop.catalogue.fields.row import FormSection
from shop.catalogue.fields.table import FIELDS, TypedWords
from shop.catalogue.models import Category, Variant
from shop.catalogue.stock.count import MOST
from shop.core.forms.fields import AmountField, LineField
from shop.core.forms.numbers import number_of
from shop.core.languages import listed, sentences
from shop.festivals.models import ChangeLog, RegularPrice
from shop.merchant.dashboard.products.making import PLACES
from shop.merchant.moderation.contents import Content
from shop.storefront.listings.variants import MOST_ROWS, BadRows, TypedVariant

EMPTY_ROWS = 2


class ProductForm(forms.Form):
    """The words of a product: title, category, description, materials and the like."""

    fields: dict[str, Any]
    meanwhile: ChangeLog  # on a conflict: what somebody else saved first
    stored: list[tuple[str, str]]

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    category = forms.ModelChoiceField(
        Category.objects.none(),
        label=_("Category"),
        empty_label=_("Choose a category"),
        error_messages={
            "required": _("Choose a category"),
            "invalid_choice": _("Choose a category"),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        categories = Category.objects.order_by("path")
        self.fields["category"].queryset = categories
        self.fields["category"].label_from_instance = _indented
        for name, row in FIELDS.items():
            self.fields[name] = row.type.form_field(
                label=row.label, help_text=row.help_text, required=bool(row.missing),
                error_messages={"required": row.missing} if row.missing else {},
            )  # fmt: skip
        self.order_fields(["version", "title", "category"])
        self.fields["description"].is_asked_later = True  # before a review, not in a draft

    @property
    def places(self) -> dict[str, list[forms.BoundField]]:
        """Return the fields by the place where the page asks for them."""
        return {
            place.value: [self[name] for name, row in FIELDS.items() if row.place == place]
            for place in FormSection
        }

    @property
    def has_clothes_details(self) -> bool:
        """Tell whether gender, age group or colour is filled in or wrong."""
        return any(field.value() or field.errors for field in self.places["clothes"])

    def ask_about_an_experience(self) -> None:
        """Label the fields as they are called of an experience."""
        for name, row in FIELDS.items():
            self.fields[name].label = row.of_experience or row.label

    def suggest_codes(self, codes: Sequence[str]) -> None:
        """Say which customs codes products of the category have."""
        if codes:
            often = _("Often in this category: %(codes)s") % {"codes": listed(codes)}
            field = self.fields["hs_code"]
            field.help_text = sentences(field.help_text, often)

    def words(self, before: TypedWords | None) -> TypedWords:
        """Return the typed words; titles in other languages have pages of their own."""
        told = {name: self.cleaned_data[name] for name in FIELDS}
        typed = {name: value for name, value in told.items() if value not in (None, "")}
        titles = dict(before.titles) if before else {}
        return TypedWords(category_id=self.cleaned_data["category"].pk, titles=titles, **typed)


def _indented(category: Category) -> str:
    return f"{'– ' * category.path.count('/')}{category.shown_name}"


class VariantForm(forms.Form):
    """One row of the grid. A variant that was on sale has its price and its units elsewhere."""

    id = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    first = LineField(max_length=60, required=False)
    second = LineField(max_length=60, required=False)
    third = LineField(max_length=60, required=False)
    sku = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._/-]*$",
        max_length=40,
        required=False,
        error_messages={
            "invalid": _("A SKU has letters, digits, dots and hyphens, like AD-TH-140")
        },
    )
    price = AmountField(required=False)
    units = forms.IntegerField(required=False, min_value=0, max_value=MOST)
    weight_g = forms.IntegerField(required=False, min_value=1, max_value=200_000)
    is_off = forms.BooleanField(required=False)

    variant: Variant | None = None

    @property
    def is_listed(self) -> bool:
        """Tell whether the row stands for a variant that has been on sale."""
        return self.variant is not None and self.variant.listed_at is not None

    def clean(self) -> dict[str, Any]:
        """Ask for a SKU in each row that says anything; rows taken away are not checked."""
        told = cast("dict[str, Any]", super().clean())
        if told.get("is_off"):
            self.errors.clear()
            return told
        says = any(told.get(name) for name in (*PLACES, "price", "units", "weight_g"))
        is_bare = not told.get("sku") and "sku" not in self.errors
        if is_bare and (says or self.variant):
            self.add_error("sku", _("Enter a SKU of your own, like AD-TH-140"))
        return told

    def row(self, number: int) -> TypedVariant | None:
        """Return the row as typed, or None where nothing was."""
        told = self.cleaned_data
        if told.get("is_off"):
            return self._row_off(number)
        if not told.get("sku"):
            return None
        return TypedVariant(
            number=number,
            id=self.variant.pk if self.variant else None,
            sku=told["sku"],
            options=tuple(filter(None, (told[place] for place in PLACES))),
            weight_g=told["weight_g"] or 0,
            price=told["price"],
            units=told["units"],
        )

    def _row_off(self, number: int) -> TypedVariant | None:
        """Return a row that is taken away: it stays as it is stored."""
        if self.variant is None:
            return None
        return TypedVariant(number, self.variant.pk, self.variant.sku, is_off=True)


class BaseGrid(BaseFormSet):  # type: ignore[type-arg]  # Django has no type arguments here
    """The rows of a product; each that names a variant is tied to one of the product's own."""

    def tie(self, variants: Sequence[Variant]) -> None:
        """Tie rows to variants of the product; any other row stands for a new one."""
        known = {variant.pk: variant for variant in variants}
        for form in self.forms:
            pk = number_of(str(form["id"].value() or ""))
            form.variant = known.pop(pk, None) if pk else None

    def rows(self) -> list[TypedVariant]:
        """Return the rows that say something."""
        found = (form.row(number) for number, form in enumerate(self.forms))
        return [row for row in found if row]

    def show(self, problem: BadRows) -> None:
        """Write the sentences of a refusal into the rows that they belong to."""
        for (number, name), text in problem.errors.items():
            self.forms[number].add_error("first" if name == "options" else name, text)


Grid = cast("type[BaseGrid]", formset_factory(
    VariantForm, BaseGrid, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS + 20,
    validate_max=True,
))  # fmt: skip


def first_words(words: TypedWords) -> dict[str, Any]:
    """Return the initial words of a product's form."""
    found = {name: getattr(words, name) for name in FIELDS}
    return found | {"category": words.category_id}


def first_rows(variants: Sequence[Variant], content: Content) -> list[dict[str, Any]]:
    """Return the initial rows of the grid: the variants, those that are proposed, empty rows."""
    prices = RegularPrice.objects.filter(variant__in=variants).amounts()
    relabel(variants, content)
    rows = [row_of(variant) | {"price": prices.get(variant.pk)} for variant in variants]
    rows += [new_row_of(row) for row in content.variants]
    empty = EMPTY_ROWS if rows else 2 * EMPTY_ROWS
    return rows + [{}] * min(empty, MOST_ROWS - len(rows))


def relabel(variants: Sequence[Variant], content: Content) -> None:
    """Give variants in memory the labels that are proposed for them."""
    for variant in variants:
        variant.options = list(content.options.get(variant.pk, variant.options))


def new_row_of(row: TypedVariant) -> dict[str, Any]:
    """Return the grid's row of a proposed variant."""
    facts = {"sku": row.sku, "price": row.price, "units": row.units, "weight_g": row.weight_g}
    return labels_of(row.options) | facts


def labels_of(options: Sequence[str]) -> dict[str, str]:
    """Return the labels of a variant by the fields of its row."""
    return dict(zip(PLACES, [*options, "", "", ""], strict=False))


def row_of(variant: Variant) -> dict[str, Any]:
    """Return the grid's row of a variant, without its price."""
    return {
        "id": variant.pk,
        **labels_of(variant.options),
        "sku": variant.sku,
        "units": variant.pool.on_hand,
        "weight_g": variant.weight_g or None,
        "is_off": not variant.is_active,
    }
