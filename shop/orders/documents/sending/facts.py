"""What the papers of a parcel say, as values for the page that sets them.

A slip is in the shopper's language, and beneath it in that of who packs, where they differ. A
customs declaration is in French, a language of every post, and in English; its boxes are those of
the forms CN22 and CN23 of the Universal Postal Union.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from shop.catalogue.delivery.names import address_lines, country_name
from shop.core import dates
from shop.core.currencies import currencies
from shop.core.money import split
from shop.orders.after_sale.contents import Units, units_of
from shop.orders.documents.sending.barcode import barcode
from shop.orders.models import OrderLine, Suborder

CN22_MOST_G = 2_000
"""A CN22 is for a small packet: up to 2 kg and a value of 300 SDR; above it takes a CN23."""


@dataclass(frozen=True, slots=True)
class Declared:
    """Some equal goods of a parcel, as customs ask for them; weights in grams, value minor."""

    title: str
    quantity: int
    weight_g: int
    value: int
    hs_code: str
    origin: str

    @property
    def lacks(self) -> list[str]:
        """Return what customs ask for and nobody has filled in."""
        asked = (("weight", self.weight_g), ("code", self.hs_code), ("origin", self.origin))
        return [name for name, value in asked if not value]


def in_parcel(places: Mapping[int, Units]) -> dict[int, int]:
    """Return how many units of lines the papers of a part name: what is to be sent, else what was.

    By line id.
    """
    is_waiting = any(units.to_send for units in places.values())
    return {pk: units.to_send if is_waiting else units.sent for pk, units in places.items()}


def declared(lines: Iterable[OrderLine], packed: Mapping[int, int]) -> list[Declared]:
    """Return the goods that are in a parcel.

    Args:
        lines: with product and variant.
        packed: how many units of a line are in it, by its id.
    """
    found = []
    for line in lines:
        count = packed.get(line.pk, 0)
        if count < 1:
            continue
        product = line.product
        value = split(line.paid, [count, line.quantity - count])[0]
        found.append(Declared(
            line.title, count, line.variant.weight_g * count, value, product.hs_code,
            country_name(product.origin, "en") if product.origin else "",
        ))  # fmt: skip
    return found


def crosses_a_border(part: Suborder) -> bool:
    """Tell whether a parcel goes to another country, and needs a declaration."""
    contact = part.order.contact
    return contact is not None and contact.country != part.merchant.country


def slips(
    parts: Iterable[Suborder],
    packed: Mapping[int, int] | None = None,
    pictures: Mapping[int, str] | None = None,
) -> list[dict[str, Any]]:
    """Return the facts of packing slips; no prices, since many a parcel is a gift.

    Args:
        packed: what is in the parcel, by line id; None: what is to be sent, or was.
        pictures: the addresses of pictures, by line id.
    """
    parts, shown = list(parts), pictures or {}
    if packed is not None:
        return [_slip(part, packed, shown) for part in parts]
    places = units_of([line for part in parts for line in part.lines.all()])
    return [
        _slip(part, in_parcel({line.pk: places[line.pk] for line in part.lines.all()}), shown)
        for part in parts
    ]


def labels(parts: Iterable[Suborder]) -> list[dict[str, Any]]:
    """Return the facts of address labels."""
    return [
        {
            "number": part.order.number,
            "sender": _sender(part),
            "to": _receiver(part, "en"),
            "phone": part.order.contact.phone if part.order.contact else "",
        }
        for part in parts
    ]


def declaration(
    part: Suborder, packed: Mapping[int, int] | None = None, *, at: date
) -> dict[str, Any]:
    """Return the facts of a customs declaration. Two statements.

    Args:
        packed: as in ``slips``.
    """
    lines = list(part.lines.select_related("product", "variant"))
    rows = declared(lines, in_parcel(units_of(lines)) if packed is None else packed)
    currency = part.order.currency
    return {
        "number": part.order.number,
        "date": at.isoformat(),
        "place": part.merchant.city,
        "sender": _sender(part),
        "tax_number": part.merchant.tax_number,
        "to": _receiver(part, "en"),
        "phone": part.order.contact.phone if part.order.contact else "",
        "currency": currency,
        "postage": _amount(part.delivery_price, currency),
        "rows": [
            [row.title, str(row.quantity), _kilograms(row.weight_g), _amount(row.value, currency),
             row.hs_code or "–", row.origin or "–"]
            for row in rows
        ],
        "weight": _kilograms(sum(row.weight_g for row in rows)),
        "value": _amount(sum(row.value for row in rows), currency),
    }  # fmt: skip


def _slip(part: Suborder, packed: Mapping[int, int], pictures: Mapping[int, str]) -> dict[str, Any]:
    language = part.order.language or settings.LANGUAGE_CODE
    packers = _slip_words()
    with override(language):
        words = _slip_words()
        day = dates.day_of_year_in(part.order.placed_at, settings.SHOP_ZONE, language)
    return {
        "language": language, "words": words,
        "beneath": {name: text for name, text in packers.items() if text != words[name]},
        "number": part.order.number, "day": day,
        "sender": _sender(part), "to": _receiver(part, language),
        "rows": [
            [line.shown_title or line.title, ", ".join(_options(line)), _as_listed(line), line.sku,
             *barcode(line.sku), pictures.get(line.pk, ""), str(packed[line.pk])]
            for line in part.lines.all() if packed.get(line.pk)
        ],
    }  # fmt: skip


def _slip_words() -> dict[str, str]:
    return {
        "title": _("Packing slip"), "order": _("Order"), "day": _("Date"),
        "from": _("From"), "to": _("To"), "item": _("Item"), "sku": _("SKU"),
        "quantity": _("Qty"),
        "note": _("Is something missing or broken? Say so on the page of your order."),
    }  # fmt: skip


def _as_listed(line: OrderLine) -> str:
    """Return title and options as the store knows them, where the shopper read others."""
    shown = (line.shown_title or line.title, list(_options(line)))
    if shown == (line.title, list(line.options)):
        return ""
    return ", ".join([line.title, *line.options])


def _options(line: OrderLine) -> Collection[str]:
    return line.shown_options or line.options


def _sender(part: Suborder) -> Sequence[str]:
    store = part.merchant
    names = [store.seller_name] + ([store.name] if store.name != store.seller_name else [])
    return [*names, *store.seller_lines, country_name(store.country, "en")]


def _receiver(part: Suborder, language: str) -> Sequence[str]:
    contact = part.order.contact
    return list(address_lines(contact, language)) if contact else []


def _amount(minor: int, currency: str) -> str:
    digits = currencies()[currency].exponent
    return f"{minor / 10**digits:.{digits}f}"


def _kilograms(grams: int) -> str:
    return f"{grams / 1000:.3f}" if grams else "–"
