"""The columns of a sheet of nominations, in the words of every language."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from shop.festivals.pricing.kinds import NUMBERS

# What is typed, and what a row can do without.
TYPED = ("slot", *(number.name for number in NUMBERS), "price", "units", "limit")
NEEDED = ("sku", "slot")


def headings() -> dict[str, str]:
    """Return the headings of the columns, by name, in the language of whoever asks."""
    facts = {"currency": settings.SHOP_CURRENCY}
    return {
        "product": _("Product"),
        "sku": _("SKU"),
        "variant": _("Size"),
        "regular": _("Regular price (%(currency)s)") % facts,
        "slot": _("Slot"),
        **{number.name: _(number.label) for number in NUMBERS},
        "price": _("Festival price (%(currency)s)") % facts,
        "units": _("Festival pieces"),
        "limit": _("Most per shopper"),
    }


@cache
def known_headings() -> dict[str, str]:
    """Return the names of columns by their headings, in small letters, in every language.

    A sheet may be filled in by somebody who reads another language than its sender.
    """
    found: dict[str, str] = {}
    for code, _language in settings.LANGUAGES:
        with translation.override(code):
            for names in (_before(), headings()):
                found |= {text.casefold(): name for name, text in names.items()}
    return found


def _before() -> dict[str, str]:
    """Return headings of sheets that were made before prices named their currency."""
    return {"regular": _("Regular price"), "price": _("Festival price")}
