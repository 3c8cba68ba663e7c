"""At the hour that was set, a date with a least number of guests takes place or is called off."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shop.catalogue.models import DatePlan, Variant
from shop.catalogue.stock.models import Pool
from shop.catalogue.stock.units import lock as lock_pools
from shop.core.errors import NotPossible
from shop.core.jobs.work import each
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.money.payments.call_off import close
from shop.money.payments.visits.tasks import ask_store
from shop.orders.tickets.change import kinds_of
from shop.orders.tickets.tasks import tell_it_takes_place
from shop.people.accounts.models import User

ROUND = "decide about dates with few guests"


def decide_few(*, at: datetime) -> int:
    """Decide about the dates whose hour has come; return about how many. Part of the beat.

    A date for which a shopper is paying at that moment waits until that is over.
    """
    due = DatePlan.objects.filter(decides_at__lte=at, settled_at=None)
    return each(ROUND, due.order_by("decides_at", "pk"), lambda plan: decide(plan.pk, at=at), at=at)


@transaction.atomic
def decide(pool_id: int, *, at: datetime) -> bool:
    """Decide about one date; tell whether anything was done. Safe to repeat.

    Where nobody answers, the date takes place: the host is told so when asked.
    """
    plan, pool, kinds = _locked(pool_id)
    if plan.settled_at or not plan.decides_at or plan.decides_at > at:
        return False
    begins = kinds[0].session_start if kinds else None
    if begins is None:  # called off meanwhile
        _settle(plan, at=at)
        return True
    lacks = plan.lacks(pool.sold)
    if not lacks or begins <= at or plan.if_few == DatePlan.IfFew.TAKE_PLACE:
        _take_place(plan, kinds, at=at, by=None)
        return True
    if lacks <= pool.held or plan.asked_at:
        return False
    if plan.if_few == DatePlan.IfFew.CALL_OFF:
        close(pool, reason=Variant.TOO_FEW, at=at, by=None)
        _settle(plan, at=at)
    else:
        plan.asked_at = at
        plan.save(update_fields=["asked_at"])
        enqueue(ask_store, pool_id)
    return True


@transaction.atomic
def let_it_take_place(pool_id: int, *, at: datetime, by: User) -> None:
    """Let a date take place with too few guests, and tell those who have booked.

    Raises:
        NotPossible: it is called off, or decided already.
    """
    plan, _pool, kinds = _locked(pool_id)
    if not kinds:
        raise NotPossible(_("This session is called off already."))
    if not plan.is_open:
        raise NotPossible(_("It is decided already whether this date takes place."))
    _take_place(plan, kinds, at=at, by=by)


def _locked(pool_id: int) -> tuple[DatePlan, Pool, list[Variant]]:
    """Lock the seats of a date; return what is planned of it, them, and its kinds of tickets."""
    pool = lock_pools([pool_id])[pool_id]
    plan = DatePlan.objects.filter(pool=pool_id).first() or DatePlan(pool=pool)
    return plan, pool, list(kinds_of(pool).select_related("product"))


def _take_place(plan: DatePlan, kinds: list[Variant], *, at: datetime, by: User | None) -> None:
    is_promised = plan.is_promised
    _settle(plan, at=at)
    log(kinds[0].product, "date takes place", at=at, by=by, festival=None,
        after={"starts": str(kinds[0].session_start)})  # fmt: skip
    if is_promised:
        enqueue(tell_it_takes_place, plan.pk)


def _settle(plan: DatePlan, *, at: datetime) -> None:
    plan.settled_at = at
    plan.save(update_fields=["settled_at"])
