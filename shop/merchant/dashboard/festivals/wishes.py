"""The wishes of a festival's organizers, as far as a store can answer them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.catalogue.delivery.names import country_name
from shop.catalogue.models import Product, Variant
from shop.core.forms.numbers import number_of
from shop.festivals.models import Festival, Nomination, ProductRequest, Slot
from shop.festivals.nominations.proposal import Proposal
from shop.festivals.pricing.kinds import Fixed, Percent
from shop.people.merchants.models import Merchant

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Fitting:
    """A wish of the organizers, with the own products that fit and the slots they may go to."""

    wanted: ProductRequest
    title: str
    products: tuple[Product, ...]
    slots: tuple[Slot, ...]
    is_answered: bool


def wanted_for(
    merchant: Merchant, festival: Festival, products: Sequence[Product], slots: Sequence[Slot]
) -> list[Fitting]:
    """Return the wishes that a store can answer, the newest first. Two statements."""
    rows = festival.wanted.filter(
        Q(product__isnull=True) | Q(product__merchant=merchant),
        country__in=("", merchant.country),
    )
    rows = rows.select_related("product", "category", "slot")[:SHOWN]
    own = Nomination.objects.filter(wanted__festival=festival, product__merchant=merchant)
    answered = set(own.exclude(state=Nomination.State.WITHDRAWN).values_list("wanted", flat=True))
    found = []
    for row in rows:
        fitting = tuple(product for product in products if fits(row, product))
        places = tuple(slot for slot in slots if row.slot_id in (None, slot.pk))
        if places and (fitting or row.product_id is None):
            found.append(Fitting(row, _title(row), fitting, places, row.pk in answered))
    return found


def _title(wanted: ProductRequest) -> str:
    if wanted.product is not None:
        return wanted.product.title
    language = get_language() or "en"
    if wanted.category is not None:
        return wanted.category.name_in(language)
    return _("Products from %(country)s") % {"country": country_name(wanted.country, language)}


def fits(wanted: ProductRequest, product: Product) -> bool:
    """Tell whether a product fits a wish; its country is its store's."""
    if wanted.product_id is not None:
        return wanted.product_id == product.pk
    if wanted.category is None:
        return True
    path = wanted.category.path
    return product.category is not None and (
        product.category.path == path or product.category.path.startswith(f"{path}/")
    )


def answered_by(
    merchant: Merchant, text: str, product: Product, slot: Slot
) -> ProductRequest | None:
    """Return the wish with a number, if a product in a slot answers it; else nothing."""
    if (pk := number_of(text)) is None:
        return None
    rows = ProductRequest.objects.filter(
        festival=slot.festival_id, country__in=("", merchant.country)
    )
    found = rows.select_related("category").filter(pk=pk).first()
    if found is None or found.slot_id not in (None, slot.pk) or not fits(found, product):
        return None
    return found


def proposed(wanted: ProductRequest, variants: Sequence[Variant]) -> Proposal | None:
    """Return the organizers' proposal for a product; None where they leave it open."""
    if wanted.percent:
        return Proposal(rule=Percent.code, numbers={"percent": wanted.percent})
    wanted_sizes = [row for row in variants if wanted.variant_id in (None, row.pk)]
    if wanted.price and wanted_sizes:
        prices = {variant.pk: wanted.price for variant in wanted_sizes}
        return Proposal(rule=Fixed.code, prices=prices)
    return None
