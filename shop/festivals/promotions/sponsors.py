"""The only writer of the amounts that sponsors' funds have promised."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, Sum, When
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from shop.core.currencies import written
from shop.core.errors import NotPossible, Unavailable
from shop.core.jobs import each
from shop.core.locks import lock
from shop.festivals.models import Deal, Festival, Fund, Promotion

log = logging.getLogger(__name__)

# An order that was priced before a deal ended may take its units some seconds after.
GRACE = timedelta(minutes=10)
RECENT = timedelta(days=60)


def commit(fund: Fund, amount: int) -> None:
    """Promise a part of a fund, in minor units, inside the caller's transaction.

    The row stays locked; in the order of locks it stands with promotions, before deals.

    Raises:
        NotPossible: the fund has less left.
    """
    enough = Fund.objects.filter(pk=fund.pk, amount__gte=F("committed") + amount)
    if not enough.update(committed=F("committed") + amount):
        raise short(Fund.objects.get(pk=fund.pk), amount)


def give(fund: Fund, amount: int) -> None:
    """Let a sponsor pay for goodwill, or have it again where the amount is below zero.

    Raises:
        NotPossible: the fund has less left.
    """
    own = Fund.objects.filter(pk=fund.pk)
    if amount > 0:
        commit(fund, amount)
    else:
        own.update(committed=Greatest(F("committed") + amount, 0))
    own.update(given=F("given") + amount)


def short(fund: Fund, amount: int) -> NotPossible:
    """Return the refusal of a fund that has less left than would be promised."""
    text = _("%(sponsor)s has %(left)s left to promise; this needs %(amount)s.")
    return NotPossible(
        text
        % {
            "sponsor": fund.sponsor,
            "left": written(fund.amount - fund.committed, settings.SHOP_CURRENCY, "en"),
            "amount": written(amount, settings.SHOP_CURRENCY, "en"),
        }
    )


def share_of(promotion: Promotion, amount: int) -> int:
    """Return the most that the organizer's side can come to pay of an amount, in minor units.

    The share of each order's benefit is rounded down, so theirs together is never more.
    """
    return amount * promotion.organizer_share // 100


def lock_funds(festival_id: int) -> None:
    """Lock the funds of a festival, before its deals as everywhere."""
    lock(Fund.objects.filter(festival=festival_id))


def reckon(festival_id: int, *, at: datetime) -> None:
    """Set the promised amount of each fund of a festival, inside the caller's transaction.

    What runs or is to come is promised whole: the subsidies of an allotment, the share of a
    budget. Of what is over only what orders have taken or hold; the rest is free again.
    """
    lock_funds(festival_id)
    # Read after the wait for the lock: whoever held it may have promised something.
    for fund in Fund.objects.filter(festival=festival_id).order_by("pk"):
        promised = _promised(fund, at=at)
        if promised > fund.amount:  # nothing may keep organizers from stopping a festival
            log.error("fund %s has promised %s, more than it has", fund.pk, promised)
        if promised != fund.committed:
            most = min(promised, fund.amount)
            Fund.objects.filter(pk=fund.pk).update(committed=most)


def check(fund_ids: Collection[int], *, at: datetime) -> None:
    """Refuse if a fund has promised more than its amount; the caller has locked the funds.

    Raises:
        Unavailable: one has promised more to others meanwhile.
    """
    for fund in Fund.objects.filter(pk__in=fund_ids):
        if _promised(fund, at=at) > fund.amount:
            raise Unavailable("fund", [fund.pk])


def _promised(fund: Fund, *, at: datetime) -> int:
    used = _of_deals(fund, over=at - GRACE) + _of_promotions(fund, over=at - GRACE)
    return used + fund.given


def reckon_all(*, at: datetime) -> int:
    """Free promises that funds need not keep; return for how many festivals. In the beat."""
    recent = Festival.objects.filter(funds__committed__gt=0, ends_at__gt=at - RECENT)
    ids = list(recent.distinct().order_by("pk").values_list("pk", flat=True))

    @transaction.atomic
    def anew(festival_id: int) -> None:
        reckon(festival_id, at=at)

    return each("free what sponsors need not give", ids, anew, at=at, about=Festival)


def _of_deals(fund: Fund, *, over: datetime) -> int:
    lives = Q(effective_to__gt=over) & ~Q(state__in=Deal.GONE)
    units = Case(When(lives, then=F("allotment")), default=Deal.TAKEN)
    deals = Deal.objects.filter(nomination__fund=fund, allotment__isnull=False, subsidy__gt=0)
    return deals.aggregate(promised=Sum(units * F("subsidy"), default=0))["promised"]


def _of_promotions(fund: Fund, *, over: datetime) -> int:
    rows = Promotion.objects.filter(fund=fund).exclude(state=Promotion.State.DRAFT)
    promised = 0
    for row in rows:
        is_over = row.state == Promotion.State.ENDED_EARLY or row.use_to <= over
        budget = cast("int", row.budget)  # what a fund pays for has one
        promised += share_of(row, row.spent + row.held_amount if is_over else budget)
    return promised
