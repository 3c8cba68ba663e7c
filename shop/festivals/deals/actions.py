"""Organizers' actions on a deal: pause, resume, raise its allotment.

Each takes the deal rows first, then the pools, then the prices, writes the instants that the
price lock returned, and leaves a line in the change log.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import lock_one, locked
from shop.festivals.changelog import latest, log
from shop.festivals.deals import reserved_stock
from shop.festivals.mail import tell_changed
from shop.festivals.models import (
    Closure,
    Deal,
    Fund,
)
from shop.festivals.prices import spans
from shop.festivals.promotions import sponsors
from shop.people.accounts.models import User
from shop.people.merchants.own_stores import refuse_own


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


def _locked(deal: Deal) -> Deal:
    return lock_one(Deal.objects.select_related("variant", "slot__festival"), deal.pk)
