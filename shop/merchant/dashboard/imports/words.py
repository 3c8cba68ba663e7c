"""What the fields of products and the columns of their sheets are called."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from shop.catalogue.fields.table import FIELDS
from shop.core.currencies import in_whole
from shop.core.languages import beside
from shop.merchant.imports.headings.formats import (
    CHOICE,
    OTHER_LANGUAGES,
    OWN,
    PICTURE,
    TRANSLATED,
)

AMOUNTS = {"price", "new"}


def field_names() -> dict[str, str]:
    """Return the fields that a column can be, by their code, in the order of a list of choices."""
    price = _("Price (%(currency)s)") % {"currency": settings.SHOP_CURRENCY}
    labels = {name: str(row.label) for name, row in FIELDS.items()}
    names = {
        "sku": _("SKU"), "product": _("Code of the product, the same in all its rows"),
        **{name: labels[name] for name in TRANSLATED},
        "category": _("Category"), CHOICE: _("What can be chosen, named like the column"),
        "price": price, "currency": _("Currency of the price"), "stock": _("Stock"),
        "weight_g": _("Packed weight, grams"), "weight_kg": _("Packed weight, kilograms"),
        "weight_lb": _("Packed weight, pounds"), "weight_oz": _("Packed weight, ounces"),
        **{name: labels[name] for name in OWN.values() if name in FIELDS}, PICTURE: _("Picture"),
        "image_alt": _("Description of the picture"), "status": _("Draft or on sale"),
        "published": _("Shown or not"), "visibility": _("Visible or hidden"),
    }  # fmt: skip
    for n in (1, 2, 3):
        names[f"option{n}_name"] = _("Choice %(number)d: what it is called") % {"number": n}
        names[f"option{n}"] = _("Choice %(number)d: which one it is") % {"number": n}
    for n in (1, 2, 3):
        names[f"values{n}_name"] = _("Choice %(number)d: what it is called") % {"number": n}
        names[f"values{n}"] = _("Choice %(number)d: all of them, divided by commas") % {"number": n}
    languages = dict(settings.LANGUAGES)
    for language in OTHER_LANGUAGES:
        for name in TRANSLATED:
            names[f"{name}:{language}"] = beside(names[name], _(languages[language]))
    return names | {
        "type": _("Kind of product"), "parent": _("Code of the product it belongs to"),
        "id": _("Number of the row over there"), "in_stock": _("In stock or not"),
    }  # fmt: skip


def change_names() -> dict[str, str]:
    """Return what changes are called, by the code that a row keeps."""
    return field_names() | {
        "new": _("New"), "weight": _("Packed weight, g"), "option": _("Which size or kind"),
        "option_names": str(FIELDS["option_names"].label), "category_id": _("Category"),
    }  # fmt: skip


def shown_value(what: str, value: str) -> str:
    """Return a value of a change as people read it: amounts in whole units."""
    if what in AMOUNTS and value.isdecimal():
        return str(in_whole(int(value), settings.SHOP_CURRENCY))
    return value
