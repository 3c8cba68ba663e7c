"""After the end of a festival: the tasks that are left, and closing it for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet, Sum

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.festivals.models import Deal, Festival
from shop.festivals.prices.spans import mark_change
from shop.orders.models import Order
from shop.people.accounts.models import User
from shop.reports.models import FinalReport, FinalStatement
from shop.reports.report import figures
from shop.reports.statements import statements_of
from shop.reports.tallies import count_all_sales


@dataclass(frozen=True, slots=True)
class Closing:
    """The checklist of a festival that is over.

    ``returned`` of the ``set_aside`` units were not sold and are in everyday sale again, by
    themselves; ``refunds_until`` is the instant from which it can be closed without a reason.
    """

    has_ended: bool
    pending: int
    last_pay_by: datetime | None
    set_aside: int
    sold: int
    refunds_until: datetime
    is_refund_window_over: bool
    is_closed: bool

    @property
    def returned(self) -> int:
        """Return the units that went back into everyday sale."""
        return self.set_aside - self.sold

    @property
    def may_close(self) -> bool:
        """Tell whether it can be closed, if need be with a reason."""
        return self.has_ended and not self.pending and not self.is_closed


def closing_of(festival: Festival, *, at: datetime) -> Closing:
    """Return the checklist. Two statements."""
    pending = _pending(festival).aggregate(n=Count("pk", distinct=True), last=Max("pay_by"))
    deals = Deal.objects.filter(slot__festival=festival, allotment__isnull=False)
    units = deals.exclude(state=Deal.State.WITHDRAWN).aggregate(
        aside=Sum("allotment"), sold=Sum("sold")
    )
    until = refunds_until(festival)
    return Closing(
        has_ended=festival.ends_at <= at,
        pending=pending["n"],
        last_pay_by=pending["last"],
        set_aside=units["aside"] or 0,
        sold=units["sold"] or 0,
        refunds_until=until,
        is_refund_window_over=until <= at,
        is_closed=festival.state == Festival.State.CLOSED,
    )


@transaction.atomic
def close_festival(festival: Festival, *, at: datetime, by: User, reason: str = "") -> FinalReport:
    """Close a festival that is over and freeze its figures and statements.

    Prices of the past stay as they were.

    Args:
        reason: why it is closed before the refund window is over; kept in the log.

    Raises:
        NotPossible: it is not published, not over, an order of it is unpaid, or the refund window
            runs on and no reason is given.
    """
    festival = lock_one(Festival.objects, festival.pk)
    _refuse(festival, reason.strip(), at=at)
    # So that nothing that was paid is missing. Nobody else counts before this is committed.
    count_all_sales(at=at)
    final = FinalReport.objects.create(festival=festival, at=at, figures=figures(festival, at=at))
    FinalStatement.objects.bulk_create(
        FinalStatement(report=final, merchant_id=store, lines=found.kept())
        for store, found in statements_of(festival).items()
    )
    festival.move_to(Festival.State.CLOSED, closed_at=at)
    mark_change("festival closed", at=at)
    log(festival, "close", at=at, by=by, festival=festival, reason=reason.strip())
    return final


def refunds_until(festival: Festival) -> datetime:
    """Return the end of the time in which refunds may still change the figures."""
    return festival.ends_at + timedelta(days=festival.refund_window_days)


def _refuse(festival: Festival, reason: str, *, at: datetime) -> None:
    if festival.state != Festival.State.PUBLISHED:
        raise NotPossible("Only a published festival can be closed.")
    if at < festival.ends_at:
        raise NotPossible("It is not over yet. Stop it first, or wait for its end.")
    if pending := _pending(festival).aggregate(n=Count("pk", distinct=True))["n"]:
        are = "1 order of it is" if pending == 1 else f"{pending} orders of it are"
        raise NotPossible(f"{are} not paid yet. Wait until they are paid or expire.")
    if at < refunds_until(festival) and not reason:
        until = f"{refunds_until(festival):%d %B %Y, %H:%M} UTC"
        text = f"Refunds may change its figures until {until}. Give a reason to close it now."
        raise NotPossible(text)


def _pending(festival: Festival) -> QuerySet[Order]:
    mine = Q(lines__festival=festival) | Q(discounts__promotion__festival=festival)
    return Order.objects.filter(mine, state=Order.State.PENDING)
