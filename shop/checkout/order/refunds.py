"""Money of an order that goes back, as the payment provider has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shop.catalogue.delivery.quote import working_day
from shop.checkout.order.summary import paid_with
from shop.money.payments.models import Operation
from shop.orders.cart.formats import amount, between, full_day_at, less
from shop.orders.models import Order

ON_ITS_WAY, DONE, DELAYED = "info", "good", "warn"  # as tags are called
LEAST_DAYS, MOST_DAYS = 5, 10  # working days that banks usually take


@dataclass(frozen=True, slots=True)
class RefundShown:
    """A sum that goes back: how it stands, why, and notes on it.

    ``is_own`` unless it was never part of the order's total: a second payment, or too much.
    """

    text: str
    amount: str
    notes: tuple[str, ...]
    stands: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class MoneyBack:
    """All refunds of an order; ``left`` is the sum that its shopper pays in the end."""

    rows: tuple[RefundShown, ...]
    left: str
    is_all: bool

    @property
    def title(self) -> str:
        """Return the heading of the sums of a wholly refunded order, else nothing."""
        if not self.is_all:
            return ""
        return told(slowest(row.stands for row in self.rows if row.is_own))


def money_back(order: Order) -> MoneyBack | None:
    """Return the refunds of a paid order, or None. One statement."""
    moves = returning().filter(payment__order=order).select_related("refund", "payment")
    operations = list(moves)
    if not operations:
        return None
    own = sum(row.amount for row in operations if _is_own(row))
    return MoneyBack(
        tuple(_shown(row) for row in operations),
        left=amount(order.total - own, order.currency) if own else "",
        is_all=own == order.total,
    )


def returning() -> QuerySet[Operation]:
    """Return the movements of money back to shoppers, the oldest first."""
    refunds = Operation.objects.filter(kind=Operation.Kind.REFUND)
    return refunds.exclude(state=Operation.State.VOID).order_by("made_at", "pk")


def stands(operation: Operation) -> str:
    """Return how a refund stands: on its way, done, or delayed since a person has to see to it."""
    if operation.state == Operation.State.DONE:
        return DONE
    return DELAYED if operation.is_stuck else ON_ITS_WAY


def slowest(standings: Iterable[str]) -> str:
    """Return how several refunds stand: as the one that keeps its shopper waiting longest."""
    found = set(standings)
    return next(one for one in (DELAYED, ON_ITS_WAY, DONE) if one in found)


def told(standing: str) -> str:
    """Say in two words how a refund stands."""
    if standing == DONE:
        return _("Refunded")
    return _("Refund delayed") if standing == DELAYED else _("Refund on its way")


def _is_own(operation: Operation) -> bool:
    return operation.cause not in (Operation.Cause.SURPLUS, Operation.Cause.DIFFERS)


def _shown(operation: Operation) -> RefundShown:
    standing = stands(operation)
    text = told(standing)
    if standing == DONE:
        text = _("Refunded, %(date)s") % {"date": full_day_at(cast("datetime", operation.made_at))}
    return RefundShown(
        text=text,
        amount=less(operation.amount, operation.currency),
        notes=tuple(_notes(operation, standing)),
        stands=standing,
        is_own=_is_own(operation),
    )


def _notes(operation: Operation, standing: str) -> Iterator[str]:
    if operation.cause == Operation.Cause.SURPLUS:
        yield _("This order was paid twice: it is the second payment.")
    elif operation.cause == Operation.Cause.DIFFERS:
        yield _("Another amount came than was asked for.")
    if operation.refund and operation.refund.reason:
        yield operation.refund.said_reason
    if standing == DELAYED:
        yield _("It has not gone through yet. We are seeing to it; this page says when it has.")
    elif not operation.resolved_at:  # what was paid another way is on no card
        yield arrival(operation)
        if operation.bank_reference:
            number = {"number": operation.bank_reference}
            yield (
                _("If it does not arrive, your bank finds it by the reference %(number)s.") % number
            )


def arrival(operation: Operation) -> str:
    """Say when the money of a refund should be there, and on which card or account."""
    made = cast("datetime", operation.made_at).astimezone(ZoneInfo(settings.SHOP_ZONE)).date()
    facts = between(working_day(made, LEAST_DAYS), working_day(made, MOST_DAYS))
    if method := paid_with(operation.payment.method):
        text = _("It should be on %(method)s between %(from)s and %(to)s.")
        return text % (facts | {"method": method})
    return _("It should be with you between %(from)s and %(to)s.") % facts
