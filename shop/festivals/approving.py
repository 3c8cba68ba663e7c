"""Reviewers accept nominations: each makes the deals of its variants, with their fence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.catalogue.models import Product, Variant
from shop.errors import NotPossible
from shop.festivals import fence, spans
from shop.festivals.changes import log
from shop.festivals.models import Deal, Enrolment, Nomination, Slot
from shop.festivals.reductions import refuse_if_dearer


@transaction.atomic
def approve(nomination: Nomination, *, at: datetime, by: User | None = None) -> list[Deal]:
    """Accept a nomination: a deal comes into being for each of its variants, with its fence.

    A deal approved after its slot began starts at the approval: past prices never change.

    Raises:
        NotPossible: it was decided already, its slot is over or full, its product is not
            published, or it is no reduction.
        FenceBroken: fewer units are free than would be set aside.
    """
    nomination = (
        Nomination.objects.select_for_update(of=("self",))
        .select_related("slot__festival", "product", "enrolment")
        .get(pk=nomination.pk)
    )
    if nomination.state != Nomination.State.SUBMITTED:
        raise NotPossible(_("This nomination was decided already."))
    slot = nomination.slot
    _refuse_if_over(slot, at)
    _refuse_unready(nomination)
    Nomination.objects.filter(pk=nomination.pk).update(
        state=Nomination.State.APPROVED, reviewer=by, decided_at=at
    )
    starts_at = max(slot.starts_at, at)
    variants = nomination.product.variants.to_come(at=starts_at).order_by("pk")
    deals = Deal.objects.bulk_create(deals_of(nomination, variants, starts_at=starts_at))
    if not deals:
        raise NotPossible(_("None of its variants or dates can be bought while the slot runs."))
    if any(deal.allotment is not None for deal in deals):
        fence.check_room({deal.variant.pool_id for deal in deals}, at=at)
    since = spans.lock_prices([nomination.product_id], at=at)
    _refuse_if_over(slot, since)
    if slot.starts_at < since:
        Deal.objects.filter(pk__in=[deal.pk for deal in deals]).update(effective_from=since)
    refuse_if_dearer(deals, slot.festival, starts_at=max(slot.starts_at, since))
    spans.rebuild([nomination.product_id], since=since, what="deal approved")
    log(nomination, "approve", at=at, by=by, festival=slot.festival)
    return deals


def _refuse_if_over(slot: Slot, at: datetime) -> None:
    if slot.ends_at <= at:
        raise NotPossible(_("The slot is over. Make a new one."))


def _refuse_unready(nomination: Nomination) -> None:
    """Refuse what cannot be approved yet, and one place too many; the slot stays locked."""
    if nomination.product.state != Product.State.PUBLISHED:
        raise NotPossible(_("The product is not published yet. Decide on it first."))
    if nomination.enrolment.state != Enrolment.State.ACCEPTED:
        raise NotPossible(_("This store does not take part in the festival."))
    slot = nomination.slot
    if slot.max_nominations is None:
        return
    # Two reviewers fill a place one by one.
    Slot.objects.select_for_update(no_key=True).get(pk=slot.pk)
    approved = slot.nominations.filter(state=Nomination.State.APPROVED).count()
    if approved >= slot.max_nominations:
        raise NotPossible(_("All places in this slot are taken."))


def deals_of(
    nomination: Nomination, variants: Iterable[Variant], *, starts_at: datetime
) -> list[Deal]:
    """Return one deal, not saved, for each of the variants that the nomination covers.

    Units set aside for some variants leave the others out: these are sold out, or meant for the
    everyday price, and a deal of theirs would sell everyday stock without a limit.
    """
    found, units = [], nomination.allotments
    is_percent = nomination.rule == Nomination.Rule.PERCENT
    for variant in variants:
        price = nomination.percent if is_percent else nomination.prices.get(str(variant.pk))
        if price is None or (units and str(variant.pk) not in units):
            continue
        found.append(
            Deal(
                nomination=nomination,
                slot=nomination.slot,
                variant=variant,
                kind=Deal.Kind.PERCENT if is_percent else Deal.Kind.FIXED,
                value=price,
                subsidy=nomination.subsidy,
                allotment=units.get(str(variant.pk)),
                per_shopper=nomination.per_shopper,
                effective_from=starts_at,
                effective_to=nomination.slot.ends_at,
            )
        )
    return found
