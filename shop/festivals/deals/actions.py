"""What organizers do to a festival and its deals: publish, pause, resume, raise, extend.

Each takes the deal rows first, then the pools, then the prices, writes the instants that the
price lock returned, and leaves a line in the change log.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.errors import NotPossible
from shop.festivals.changelog import latest, log
from shop.festivals.deals import reserved_stock
from shop.festivals.local_time import typed, wall_of
from shop.festivals.mail import tell_changed
from shop.festivals.models import (
    ChangeLog,
    Closure,
    Deal,
    Festival,
    Fund,
    Nomination,
    Promotion,
    Slot,
)
from shop.festivals.prices import spans
from shop.festivals.prices.regular import regular_prices
from shop.festivals.pricing.items import first_rise
from shop.festivals.promotions import sponsors
from shop.locks import lock, lock_one, locked
from shop.merchants.own_stores import refuse_own


@transaction.atomic
def publish_festival(
    festival: Festival,
    *,
    at: datetime,
    by: User | None = None,
    reason: str = "",
    missing: Sequence[str] = (),
) -> None:
    """Make a festival public: its deals count from their slots on, without a further job.

    Args:
        reason: why it may be published although something is missing; kept in the log.
        missing: what was said to be missing and kept nobody from publishing; kept there as well.
    """
    festival = lock_one(Festival.objects, festival.pk)
    lock(Nomination.objects.filter(slot__festival=festival, state=Nomination.State.APPROVED))
    if festival.state != Festival.State.DRAFT:
        raise NotPossible(_("Only a draft can be published."))
    festival.move_to(Festival.State.PUBLISHED)
    deals = Deal.objects.filter(slot__festival=festival)
    lock(deals)
    products = _products(deals)
    since = spans.lock_prices(products, at=at)
    _begin_late(deals, since)
    spans.rebuild(products, since=since, what="festival published")
    after = {"missing": list(missing)} if missing else {}
    log(festival, "publish", at=at, by=by, festival=festival, reason=reason, after=after)


def _begin_late(deals: QuerySet[Deal], since: datetime) -> None:
    """Let no price count before it was public; what would be over by then never counts."""
    over = deals.filter(effective_to__lte=since, state__in=Deal.LIVING)
    ids = set(over.values_list("nomination", flat=True))
    over.move_to(Deal.State.WITHDRAWN)
    Nomination.objects.filter(pk__in=ids).without_deals().move_to(Nomination.State.WITHDRAWN)
    deals.filter(effective_from__lt=since, effective_to__gt=since).update(effective_from=since)


@transaction.atomic
def pause_deal(deal: Deal, *, at: datetime, by: User | None = None, reason: str = "") -> datetime:
    """Stop a deal from giving its price until it is resumed; its units stay set aside.

    Returns:
        The instant from which the everyday price counts.
    """
    refuse_own(deal.variant.product.merchant_id, by=by)
    deal = _locked(deal)
    if deal.state != Deal.State.APPROVED or deal.effective_to <= at:
        raise NotPossible(_("Only a deal that has not ended can be paused."))
    since = spans.lock_prices([deal.variant.product_id], at=at)
    deal.move_to(Deal.State.PAUSED)
    Closure.objects.create(deal=deal, reason=Closure.Reason.PAUSED, starts_at=since)
    spans.rebuild([deal.variant.product_id], since=since, what="deal paused")
    line = log(deal, "pause", at=since, by=by, festival=deal.slot.festival, reason=reason)
    tell_changed(line, deal.nomination_id)
    return since


@transaction.atomic
def resume_deal(deal: Deal, *, at: datetime, by: User | None = None) -> datetime:
    """Let a paused deal give its price again; return the instant from which it does.

    It kept its fence, so nothing more is set aside; where units of it are gone, it gives the rest.
    """
    refuse_own(deal.variant.product.merchant_id, by=by)
    deal = _locked(deal)
    if deal.state != Deal.State.PAUSED:
        raise NotPossible(_("This deal is not paused."))
    if deal.effective_to <= at:
        raise NotPossible(_("This deal is over."))
    since = spans.lock_prices([deal.variant.product_id], at=at)
    deal.move_to(Deal.State.APPROVED)
    deal.closures.filter(reason=Closure.Reason.PAUSED, ends_at=None).update(ends_at=since)
    spans.rebuild([deal.variant.product_id], since=since, what="deal resumed")
    line = log(deal, "resume", at=since, by=by, festival=deal.slot.festival)
    tell_changed(line, deal.nomination_id)
    return since


@transaction.atomic
def raise_allotment(
    deal: Deal,
    units: int,
    *,
    at: datetime,
    by: User | None = None,
    may_promise: bool = True,
) -> None:
    """Set more units of a deal aside; from approval on an allotment only rises.

    Args:
        may_promise: whether who raises it may promise the organizer's or a sponsor's money.

    Raises:
        NotPossible: it would fall, the deal sells from everyday stock or is over, the fund of
            its subsidy is short, or the store would promise others' money.
        FenceBroken: fewer units are free than would be set aside.
    """
    funded = Fund.objects.filter(nomination__deals=deal)
    fund = locked(funded).first()
    deal = _locked(deal)
    at = latest(deal.slot.festival, at)
    if deal.subsidy and not may_promise:
        raise NotPossible(_("The organizer adds money to each unit of this deal. Ask them."))
    if deal.allotment is None or deal.effective_to <= at or deal.state in Deal.GONE:
        raise NotPossible(_("Only a running or coming deal with an allotment can be raised."))
    if units <= deal.allotment:
        raise NotPossible(_("An allotment can only be raised. Withdraw the deal to lower it."))
    if fund:
        sponsors.commit(fund, (units - deal.allotment) * deal.subsidy)
    Deal.objects.filter(pk=deal.pk).update(allotment=units)
    reserved_stock.check_room({deal.variant.pool_id}, at=at)
    since = spans.lock_prices([deal.variant.product_id], at=at)
    deal.closures.filter(reason=Closure.Reason.SOLD_OUT, ends_at=None).update(ends_at=since)
    spans.rebuild([deal.variant.product_id], since=since, what="allotment raised")
    before = {"allotment": deal.allotment}
    line = log(deal, "raise", at=since, by=by, festival=deal.slot.festival, before=before,
               after={"allotment": units})  # fmt: skip
    tell_changed(line, deal.nomination_id)


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
    products = _products(deals)
    since = spans.lock_prices(products, at=at)
    _refuse_if_over(slot, since)
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
    following = [deal for deal in rows.values() if deal.kind == Deal.Kind.PERCENT]
    known = regular_prices({deal.variant_id for deal in following})
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


def _refuse_if_over(slot: Slot, at: datetime) -> None:
    if slot.ends_at <= at:
        raise NotPossible(_("The slot is over. Make a new one."))


def _locked(deal: Deal) -> Deal:
    return lock_one(Deal.objects.select_related("variant", "slot__festival"), deal.pk)


def _locked_that_end_with(slot: Slot) -> tuple[Any, Any]:
    """Return the promotions and the deals that move along, locked in the order that all keep."""
    promotions = Promotion.objects.filter(festival=slot.festival, use_to=slot.ends_at)
    lock(promotions)
    deals = Deal.objects.filter(slot=slot, effective_to=slot.ends_at)
    deals = deals.exclude(state__in=Deal.GONE)
    lock(deals)
    return promotions, deals


def _products(deals: Any) -> list[int]:
    return sorted(set(deals.values_list("variant__product_id", flat=True)))
