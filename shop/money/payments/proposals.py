"""Refunds that an organizer decides: at once up to a sum, above it with a second person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.tasks import task
from django.urls import reverse

from shop.core.currencies import written
from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.core.mail.notifications import Mail, notification
from shop.core.tasks import at_once, enqueue
from shop.festivals.changelog import log as note
from shop.money.ledger.thresholds import Threshold
from shop.money.money_tasks import gate
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import RefundProposal
from shop.money.payments.parcels import let_go_on
from shop.money.payments.refund import refund_parts
from shop.orders import end
from shop.orders.after_sale.mail import tell_stores_of_refund
from shop.orders.models import Order, OrderLine, Refund, RefundGoodwill, Suborder
from shop.orders.refund import Amount, delivery_left, gone
from shop.orders.shares import Share
from shop.people.accounts.models import User
from shop.people.merchants.own_stores import refuse_own

State = RefundProposal.State
MOST_WORDS = 300
OF_SENT = frozenset({Refund.Cause.RETURN, Refund.Cause.LOST})
DAY = timedelta(days=1)
SUMS_A_DAY = 10
"""One person alone sends back in a day at most so many times what they may of one order."""


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """What an organizer wants to send back of an order: all keys are ids as text.

    ``lines`` are units and, where it is other than their price, an amount; ``delivery`` amounts by
    part; ``gifts`` by part what store, platform and sponsor give, with the fund's id. Where nothing
    is said of ``is_restocked`` the units that have not left can be sold again.
    """

    cause: str
    reason: str
    lines: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)
    delivery: Mapping[str, int] = field(default_factory=dict)
    gifts: Mapping[str, tuple[int, int, int, int | None]] = field(default_factory=dict)
    is_restocked: bool | None = False

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON data, which a row keeps."""
        return {
            "cause": self.cause, "reason": self.reason, "lines": dict(self.lines),
            "delivery": dict(self.delivery), "gifts": dict(self.gifts),
            "is_restocked": self.is_restocked,
        }  # fmt: skip


class Undone(Exception):
    """Ends a transaction in which a plan was only tried."""


def whole(order: Order, *, cause: str, reason: str) -> RefundPlan:
    """Return the plan by which all that is left of an order goes back. A few statements."""
    lines = list(order.lines.all())
    before = gone(lines)
    left = {
        str(line.pk): (line.quantity - back.quantity, line.paid - back.paid)
        for line in lines
        for back in [before.get(line.pk, Share())]
    }
    deliveries = {str(part.pk): delivery_left(part)[0] for part in order.suborders.all()}
    return RefundPlan(
        cause=cause,
        reason=reason,
        lines={pk: rest for pk, rest in left.items() if any(rest)},
        delivery={pk: rest for pk, rest in deliveries.items() if rest},
        is_restocked=None,
    )


def foreseen(order_id: int, plan: RefundPlan, *, at: datetime) -> Refund:
    """Return the refund that a plan would make, with its rows read, and leave nothing of it.

    It is really made and taken back, so that what is shown is what would come.

    Raises:
        NotPossible: as ``carry_out``.
    """
    try:
        with transaction.atomic():
            refund = _carry_out(end.lock(order_id), plan, at=at, by=None)
            made = Refund.objects.prefetch_related(
                "lines__line__suborder__merchant", "parcels__suborder__merchant",
                "goodwill__suborder__merchant", "claims__claim__promotion",
            ).get(pk=refund.pk)  # fmt: skip
            raise Undone
    except Undone:
        return made


@transaction.atomic
def propose(
    order_id: int, plan: RefundPlan, *, seen: int | None, at: datetime, by: User
) -> Refund | RefundProposal:
    """Carry a plan out, or ask a second person where it comes to more than one may decide.

    Args:
        seen: what ``decided`` said when the sum was shown: a second press of the button, or a
            colleague's refund meanwhile, sends nothing twice.

    Raises:
        NotPossible: there is no reason, or something was decided since; or as ``carry_out``.
        OwnStore: they act for a store of the order.
    """
    if not plan.reason.strip():
        raise NotPossible("Say why: the shopper reads it.")
    lock_one(User.objects, by.pk)  # their bound of a day is over all orders
    order = end.lock(order_id)
    refuse_own(*order.suborders.values_list("merchant", flat=True), by=by)
    if decided(order_id) != seen:
        raise NotPossible("Something was sent back of it since, or asked for. Look at it again.")
    amount = foreseen(order_id, plan, at=at).amount
    if amount <= alone_left(order, by, at=at):
        refund = _carry_out(order, plan, at=at, by=by)
        note(order, "refund", at=at, by=by, festival=None, reason=plan.reason[:MOST_WORDS],
             after={"refund": refund.pk, "amount": amount})  # fmt: skip
        return refund
    made = RefundProposal.objects.create(
        order=order, plan=plan.as_json(), amount=amount, by=by, at=at
    )
    who = by.name or by.email
    said = f"{who} asks for {written(amount, order.currency, 'en')}: {plan.reason}"
    gate.open_task(MoneyTask.Kind.REFUND_CHECK, made, said, at=at, order=order, amount=amount,
                   currency=order.currency)  # fmt: skip
    enqueue(tell_of_proposal, made.pk)
    note(order, "propose refund", at=at, by=by, festival=None, reason=plan.reason[:MOST_WORDS],
         after={"amount": amount})  # fmt: skip
    return made


def decided(order_id: int) -> int:
    """Return how many refunds of an order there are, and were asked for."""
    refunds = Refund.objects.filter(order=order_id).count()
    return refunds + RefundProposal.objects.filter(order=order_id).count()


def alone_left(order: Order, by: User, *, at: datetime) -> int:
    """Return how much more of an order one person may send back now without a second one.

    What they sent back of it before counts, and of all orders of its currency within a day: many
    small refunds are a large one. What somebody else had asked for does not count.
    """
    approved = RefundProposal.objects.filter(refund=OuterRef("pk"))
    own = Refund.objects.filter(~Exists(approved), by=by, order__currency=order.currency)
    sums = own.aggregate(
        order=Sum("amount", filter=Q(order=order)), day=Sum("amount", filter=Q(at__gt=at - DAY))
    )
    bound = Threshold.ALONE.in_minor(order.currency)
    return max(0, min(bound - (sums["order"] or 0), bound * SUMS_A_DAY - (sums["day"] or 0)))


@transaction.atomic
def approve(task: MoneyTask, *, reason: str, at: datetime, by: User) -> Refund:
    """Carry out what somebody else proposed.

    Raises:
        NotPossible: it is one's own proposal, or comes to another sum by now; or as ``carry_out``:
            then it can be dropped.
        StaleState: somebody has decided about it.
    """
    order, proposal = _of_task(task)
    if proposal.by_id == by.pk:
        raise NotPossible("You asked for it yourself: somebody else has to look at it.")
    gate.close(task, TaskOutcome.APPROVED, reason=reason, at=at, by=by)
    refund = _carry_out(order, plan_of(proposal), at=at, by=by)
    if refund.amount != proposal.amount:
        now = written(refund.amount, order.currency, "en")
        raise NotPossible(f"It comes to {now} by now. Leave it, and ask for it anew.")
    proposal.move_to(State.DONE, refund=refund)
    if refund.cause == Refund.Cause.FRAUD:
        let_go_on(order, by_hand=True)  # all of it went back: nothing is left to stop or to keep
    return refund


@transaction.atomic
def drop(task: MoneyTask, *, reason: str, at: datetime, by: User) -> None:
    """Leave a proposed refund; whoever asked may do so, too.

    Raises:
        StaleState: somebody has decided about it.
    """
    _order, proposal = _of_task(task)
    gate.close(task, TaskOutcome.DROPPED, reason=reason, at=at, by=by)
    proposal.move_to(State.DROPPED)


@task
@at_once
def tell_of_proposal(proposal_id: int) -> None:
    """Queue a mail to each organizer about a refund that waits for a second person."""
    for address in settings.ORGANIZER_EMAILS:
        enqueue(send_proposal, proposal_id, address)


@notification("refund-to-approve", promises={"Approve it or leave it": "desk:money-task"})
def send_proposal(proposal_id: int, address: str) -> Mail | None:
    """Tell one organizer of a refund that waits for a second person, if it still does."""
    row = RefundProposal.objects.select_related("order", "by").get(pk=proposal_id)
    kind = MoneyTask.Kind.REFUND_CHECK
    waiting = gate.open_tasks().filter(kind=kind, about=gate.key_of(row)).first()
    if waiting is None:
        return None
    context = {
        "who": (row.by.name or row.by.email) if row.by else "Somebody",
        "amount": written(row.amount, row.order.currency, "en"),
        "order_number": row.order.number,
        "reason": plan_of(row).reason,
        "link": f"{settings.SITE_URL}{reverse('desk:money-task', args=[waiting.pk])}",
    }
    return Mail(address, "en", context)


def plan_of(proposal: RefundProposal) -> RefundPlan:
    """Return the plan of a proposal."""
    kept = proposal.plan
    return RefundPlan(
        cause=kept["cause"],
        reason=kept["reason"],
        lines={pk: (units, paid) for pk, (units, paid) in kept["lines"].items()},
        delivery=kept["delivery"],
        gifts={pk: tuple(parts) for pk, parts in kept["gifts"].items()},
        is_restocked=kept["is_restocked"],
    )


def _of_task(task: MoneyTask) -> tuple[Order, RefundProposal]:
    pk = int(task.about.rpartition("-")[2])
    order = end.lock(RefundProposal.objects.values_list("order", flat=True).get(pk=pk))
    return order, lock_one(RefundProposal.objects, pk)


def _carry_out(order: Order, plan: RefundPlan, *, at: datetime, by: User | None) -> Refund:
    """Make the refund of a plan, under the order's lock.

    Raises:
        NotPossible: more would go back than is left, of a line, a delivery or the payment.
    """
    lines = {str(row.pk): row for row in order.lines.all()}
    stores = {str(row.pk): row for row in order.suborders.all()}
    parts: dict[OrderLine | Suborder, int | Amount] = {
        lines[pk]: units if paid is None else Amount(paid, units)
        for pk, (units, paid) in plan.lines.items()
    }
    parts |= {stores[pk]: amount for pk, amount in plan.delivery.items() if amount}
    gifts = [
        RefundGoodwill(suborder=stores[pk], by_merchant=store, by_platform=platform,
                       by_fund=sponsor, fund_id=fund if sponsor else None)
        for pk, (store, platform, sponsor, fund) in plan.gifts.items()
        if store or platform or sponsor
    ]  # fmt: skip
    if not parts and not gifts:
        raise NotPossible("Say how much goes back.")
    there = [part for part in parts if isinstance(part, OrderLine)] if plan.is_restocked else []
    refund = refund_parts(
        order, parts, cause=plan.cause, at=at, reason=plan.reason, by=by, goodwill=gifts,
        restock=None if plan.is_restocked is None else there, of_sent=plan.cause in OF_SENT,
    )  # fmt: skip
    enqueue(tell_stores_of_refund, refund.pk)
    return refund
