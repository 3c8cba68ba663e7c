"""Moves the end of a running slot, once, with the deals and benefits that ended with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.errors import NotPossible
from shop.festivals.changelog import latest, log
from shop.festivals.local_time import typed, wall_of
from shop.festivals.models import ChangeLog, Deal, Festival, Promotion, RegularPrice, Slot
from shop.festivals.nominations.entry_rules import refuse_if_over
from shop.festivals.prices import spans
from shop.festivals.pricing.items import first_rise
from shop.festivals.pricing.kinds import FOLLOWING
from shop.locks import lock, lock_one


@transaction.atomic
def extend_slot(
    slot: Slot, ends_at: datetime, *, at: datetime, by: User | None = None, reason: str
) -> None:
    """Move the end of a running slot to a later instant, once, with a public reason.

    Deals and promotions that ended exactly with it move along; so does the festival when its
    whole slot is extended. Prior prices stay: they are anchored at each deal's start. An extension
    is at most as long as the slot itself was: what was typed by mistake cannot be taken back.

    Raises:
        NotPossible: it is over, or was extended as often as the festival allows.
    """
    festival = lock_one(Festival.objects, slot.festival_id)
    slot = lock_one(Slot.objects, slot.pk)
    at = latest(festival, at)
    _refuse_extension(slot, festival, ends_at, reason, at=at)
    old = slot.ends_at
    promotions, deals = _locked_that_end_with(slot)
    products = sorted(set(deals.values_list("variant__product_id", flat=True)))
    since = spans.lock_prices(products, at=at)
    refuse_if_over(slot, at=since)
    _extend_deals(deals, ends_at)
    end = {"ends_at": ends_at, "ends_wall": typed(wall_of(ends_at, festival.zone))}
    Slot.objects.filter(pk=slot.pk).update(**end)
    if slot.kind == Slot.Kind.WHOLE:
        Festival.objects.filter(pk=festival.pk).update(**end)
        promotions.update(use_to=ends_at)
    spans.rebuild(products, since=since, what="slot extended")
    log(slot, "extend", at=at, by=by, festival=festival, reason=reason,
        before={"ends_at": old.isoformat()}, after={"ends_at": ends_at.isoformat()})  # fmt: skip


def extensions_of(slot_ids: Collection[int]) -> dict[int, int]:
    """Return how often slots were extended, by id; those that never were are left out."""
    rows = ChangeLog.objects.filter(subject="slot", subject_id__in=slot_ids, action="extend")
    return dict(rows.order_by().values_list("subject_id").annotate(n=Count("pk")))


def _extend_deals(deals: QuerySet[Deal], ends_at: datetime) -> None:
    """Move the end of deals; a percent deal ends where its regular price rises before that."""
    rows = {deal.pk: deal for deal in deals}
    following = [deal for deal in rows.values() if deal.kind in FOLLOWING]
    known = RegularPrice.objects.histories({deal.variant_id for deal in following})
    for deal in following:
        if rise := first_rise(known[deal.variant_id], deal.effective_to - spans.TICK, ends_at):
            del rows[deal.pk]
            Deal.objects.filter(pk=deal.pk).update(effective_to=rise)
    Deal.objects.filter(pk__in=list(rows)).update(effective_to=ends_at)


def _refuse_extension(
    slot: Slot, festival: Festival, ends_at: datetime, reason: str, *, at: datetime
) -> None:
    if not festival.is_open:
        raise NotPossible(_("This festival is over."))
    if slot.kind == Slot.Kind.FLASH and ends_at > festival.ends_at:
        raise NotPossible("A slot ends with its festival at the latest. Extend that first.")
    if not slot.starts_at <= at < slot.ends_at:
        raise NotPossible(_("Only a running slot can be extended. Make a new slot."))
    if ends_at > slot.ends_at + (slot.ends_at - slot.starts_at):
        raise NotPossible("An extension is at most as long as the slot itself.")
    if ends_at <= slot.ends_at or not reason.strip():
        raise NotPossible(_("Give a later end and a reason; shoppers will read it."))
    if extensions_of([slot.pk]).get(slot.pk, 0) >= festival.max_extensions:
        raise NotPossible(_("This was extended already."))


def _locked_that_end_with(slot: Slot) -> tuple[Any, Any]:
    """Return the promotions and the deals that move along, locked in the order that all keep."""
    promotions = Promotion.objects.filter(festival=slot.festival, use_to=slot.ends_at)
    lock(promotions)
    deals = Deal.objects.filter(slot=slot, effective_to=slot.ends_at)
    deals = deals.exclude(state__in=Deal.GONE)
    lock(deals)
    return promotions, deals
