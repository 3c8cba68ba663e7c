"""The subjects of reminders: an opening, or something that comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.catalogue.models import Product, Variant
from shop.catalogue.words import terms_for
from shop.core import dates
from shop.core.conditions import under
from shop.core.errors import NotPossible
from shop.core.languages import beside
from shop.festivals.models import Deal, Festival, Slot
from shop.festivals.words import festival_title

NAMED = re.compile(r"(festival|slot|product|variant|deal)-([1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing, and its name on a page; ``slot`` is None for a thing that may come back."""

    name: str
    title: str
    slot: Slot | None = None
    product: Product | None = None
    variant: Variant | None = None
    deal: Deal | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """Return the fields of a reminder that name its subject."""
        return {name: getattr(self, name) for name in ("slot", "product", "variant", "deal")}


def thing_of(name: str, *, at: datetime) -> Subject:
    """Return the subject that a form names, such as "festival-3" or "variant-9".

    "product-7" is the next opening of a product's deal, "deal-9" the units of the deal that a
    variant has now.

    Raises:
        NotPossible: there is no such thing to wait for, or it is there already.
    """
    found = NAMED.fullmatch(name)
    if found is None:
        raise NotPossible(_("There is nothing to wait for here any more. Look at the page again."))
    make = {"festival": _festival, "slot": _slot, "product": _product, "variant": _variant,
            "deal": _deal}[found[1]]  # fmt: skip
    thing = make(name, int(found[2]), at)
    if thing is None:
        raise NotPossible(_("There is nothing to wait for here any more. Look at the page again."))
    return thing


def coming(*, at: datetime) -> dict[str, object]:
    """Return which slots are still to come and announced, as a filter of slots."""
    return {
        "starts_at__gt": at,
        "cancelled_at": None,
        "festival__state": Festival.State.PUBLISHED,
    }


def opens(slot: Slot) -> str:
    """Return when a slot opens: "29 November at 18:00 (East Africa Time)"."""
    return dates.moment(slot.starts_at, slot.festival.zone, get_language() or "en")


def title_of(festival: Festival) -> str:
    """Return the festival's title in the language of the page."""
    return festival_title(festival, get_language() or "en")


def _festival(name: str, pk: int, at: datetime) -> Subject | None:
    slots = Slot.objects.filter(festival=pk, kind=Slot.Kind.WHOLE, **coming(at=at))
    slot = slots.select_related("festival").first()
    return Subject(name, title_of(slot.festival), slot=slot) if slot else None


def _slot(name: str, pk: int, at: datetime) -> Subject | None:
    slot = Slot.objects.filter(pk=pk, **coming(at=at)).select_related("festival").first()
    if slot is None:
        return None
    if slot.kind == Slot.Kind.WHOLE:
        return Subject(name, title_of(slot.festival), slot=slot)
    title = beside(title_of(slot.festival), slot.label_in(get_language() or "en"))
    return Subject(name, title, slot=slot)


def _product(name: str, pk: int, at: datetime) -> Subject | None:
    product = _seen(pk)
    if product is None:
        return None
    deals = Deal.objects.filter(
        under("variant", Variant.on_sale(at)), variant__product=product, state=Deal.State.APPROVED
    )
    slots = Slot.objects.filter(**coming(at=at)).select_related("festival").order_by("starts_at")
    slot = slots.filter(pk__in=deals.values("slot")).first()
    if slot is None:
        listed = product.participations.values("festival")
        slot = slots.filter(kind=Slot.Kind.WHOLE, festival__in=listed).first()
    if slot is None:
        return None
    return Subject(name, _title(product), slot=slot, product=product)


def _variant(name: str, pk: int, at: datetime) -> Subject | None:
    variant = _sold(pk, at)
    return Subject(name, _with_label(variant), variant=variant) if variant else None


def _deal(name: str, pk: int, at: datetime) -> Subject | None:
    variant = _sold(pk, at)
    if variant is None:
        return None
    deals = variant.deals.open(at=at).filter(allotment__isnull=False)
    deal = deals.order_by("slot__kind", "pk").first()
    if deal is None:
        return None
    return Subject(name, _with_label(variant), variant=variant, deal=deal)


def _sold(pk: int, at: datetime) -> Variant | None:
    variants = Variant.objects.on_sale(at=at).filter(under("product", Product.PUBLIC), pk=pk)
    return variants.select_related("product__merchant").first()


def _seen(product_id: int) -> Product | None:
    return Product.objects.public().filter(pk=product_id).first()


def _with_label(variant: Variant) -> str:
    return with_label(variant, get_language() or "en")


def with_label(variant: Variant, language: str) -> str:
    """Return a variant's product and options in a language."""
    label = terms_for(variant.product, variant.options, language).label(variant.options)
    return beside(variant.product.title_in(language), label.text)


def _title(product: Product) -> str:
    return product.title_in(get_language() or "en")
