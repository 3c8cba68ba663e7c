"""What becomes of a request: a store or an organizer agrees, refuses, pays back, has the goods."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.festivals.changelog import log as note
from shop.money.money_tasks import gate
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.refund import refund_parts
from shop.money.returns.ask import sum_of_request
from shop.money.returns.models import ReturnRequest
from shop.money.returns.sums import BackSum, sum_of
from shop.money.returns.tasks import send_news
from shop.orders import end
from shop.orders.after_sale.contents import left_to_send
from shop.orders.cart.formats import amount
from shop.orders.models import Order, OrderLine, Refund, Suborder
from shop.people.accounts.models import User

State, Kind = ReturnRequest.State, ReturnRequest.Kind
SEND_WITHIN = timedelta(days=14)
MOST_WORDS = 300


@transaction.atomic
def agree(request_id: int, *, answer: str, at: datetime, by: User) -> None:
    """Agree that goods are sent back; where to, and with which label, the answer says.

    Raises:
        NotPossible: nothing waits for that answer.
    """
    _order, request = with_order(request_id)
    if request.kind != Kind.RETURN or State.AGREED not in ReturnRequest.NEXT[request.state]:
        raise NotPossible(_("This was decided meanwhile. Look at it again."))
    _answer(request, State.AGREED, answer, at=at, by=by, send_by=at + SEND_WITHIN)
    enqueue(send_news, request.pk)


@transaction.atomic
def refuse(request_id: int, *, answer: str, at: datetime, by: User) -> None:
    """Refuse, with the reason; the shopper may ask an organizer then.

    Raises:
        NotPossible: there is no reason, or nothing waits for that answer.
    """
    if not answer.strip():
        raise NotPossible(_("Say why: the shopper reads it."))
    _order, request = with_order(request_id)
    if State.REFUSED not in ReturnRequest.NEXT[request.state]:
        raise NotPossible(_("This was decided meanwhile. Look at it again."))
    _answer(request, State.REFUSED, answer, at=at, by=by, closed_at=at)
    enqueue(send_news, request.pk)


@transaction.atomic
def pay_back(
    request_id: int,
    *,
    at: datetime,
    by: User,
    answer: str = "",
    whole: Collection[int] = (),
    delivery: int | None = None,
) -> Refund:
    """Send the money of a request back: the goods are here, or need not come.

    Args:
        answer: the shopper reads it.
        delivery: how much of the parcel's delivery goes back; None: as the shopper was told.
        whole: ids of the lines whose units are with the store, as good as new: they are in stock
            again.

    Raises:
        NotPossible: it is decided already, more would go back than is left, or less of the
            delivery than the shopper was told without a reason.
    """
    order, request = with_order(request_id)
    if State.REFUNDED not in ReturnRequest.NEXT[request.state]:
        raise NotPossible(_("This was decided meanwhile. Look at it again."))
    back = sum_of_request(request)
    lines = {row.line: row.quantity for row in request.lines.select_related("line")}
    restock = [line for line in lines if line.pk in whole]
    parts: dict[OrderLine | Suborder, int] = dict(lines.items())
    if postage := _delivery(back, delivery, order, answer):
        parts[request.suborder] = postage
    cause = Refund.Cause.LOST if request.kind == Kind.MISSING else Refund.Cause.RETURN
    refund = refund_parts(
        order, parts, cause=cause, at=at, reason=answer.strip(), by=by, restock=restock,
        of_sent=True,
    )  # fmt: skip
    _answer(request, State.REFUNDED, answer, at=at, by=by, refund=refund, closed_at=at)
    return refund


@transaction.atomic
def receive(
    request_id: int,
    *,
    at: datetime,
    by: User,
    answer: str = "",
    whole: Collection[int] = (),
    delivery: int | None = None,
) -> Refund:
    """Write down that a store has the goods, and send the money back, as ``pay_back`` does.

    Raises:
        NotPossible: nothing was to come, or it is decided already.
    """
    _order, request = with_order(request_id)
    if not request.may_come:
        raise NotPossible(_("This was decided meanwhile. Look at it again."))
    request.move_to(State.RECEIVED, received_at=at)
    return pay_back(request_id, at=at, by=by, answer=answer, whole=whole, delivery=delivery)


@transaction.atomic
def object_to(request_id: int, *, answer: str, at: datetime, by: User) -> None:
    """Write down that a store has the goods, and why it does not pay them back.

    Raises:
        NotPossible: there is no reason, nothing was to come, or it is decided already.
    """
    _order, request = with_order(request_id)
    if not request.may_come:
        raise NotPossible(_("This was decided meanwhile. Look at it again."))
    request.move_to(State.RECEIVED, received_at=at)
    refuse(request_id, answer=answer, at=at, by=by)


@transaction.atomic
def appeal(request_id: int, *, at: datetime) -> None:
    """Ask an organizer to decide what a store refused.

    Raises:
        NotPossible: it was not refused, or an organizer decides already.
    """
    order, request = with_order(request_id)
    if request.state != State.REFUSED or request.appealed_at:
        raise NotPossible(_("An organizer has looked at it already."))
    request.move_to(State.APPEALED, appealed_at=at)
    put_on_desk(request, order, "Its shopper asks for a decision: the store refused.", at=at)


def put_on_desk(request: ReturnRequest, order: Order, what: str, *, at: datetime) -> None:
    """Let an organizer decide about a request."""
    kind = MoneyTask.Kind.RETURN
    amount = sum_of_request(request).total
    gate.open_task(kind, request, f"{request.number}: {what}", at=at, order=order,
                   amount=amount, currency=order.currency)  # fmt: skip


@transaction.atomic
def cannot_send(
    part_id: int, units: Mapping[int, int], *, are_there: bool, reason: str, at: datetime, by: User
) -> Refund:
    """Send back the money of units that a store cannot send, with the shopper's vouchers.

    Args:
        units: by line id.
        are_there: whether the pieces exist and can be sold to others; else they leave the stock.

    Raises:
        NotPossible: there is no reason, the parcel has left or is stopped, or fewer are left.
    """
    if not reason.strip():
        raise NotPossible(_("Say why: the shopper reads it."))
    order = end.lock(Suborder.objects.values_list("order", flat=True).get(pk=part_id))
    part = lock_one(order.suborders, part_id)
    if part.state != Suborder.State.WAITING:
        raise NotPossible(_("This parcel has left, or was cancelled."))
    if part.stopped_at:
        raise NotPossible(_("Do not send this parcel: its payment is in question."))
    part.order = order
    lines = {line.pk: line for line in part.lines.all()}
    wanted = {lines[pk]: count for pk, count in units.items() if count and pk in lines}
    if not wanted:
        raise NotPossible(_("Choose what it is about."))
    left = left_to_send(part)
    if any(not 0 < count <= left.get(line, 0) for line, count in wanted.items()):
        raise NotPossible(_("Fewer of them are left to be sent. Look at the order again."))
    # The store is at fault, so their part of the delivery goes back with them.
    back = sum_of(part, wanted, at_fault={line.pk for line in wanted})
    chosen: dict[OrderLine | Suborder, int] = dict(wanted.items())
    if back.delivery:
        chosen[part] = back.delivery
    restock = list(wanted) if are_there else []
    refund = refund_parts(
        order, chosen, cause=Refund.Cause.CANNOT_DELIVER, at=at, reason=reason.strip(), by=by,
        restock=restock,
    )  # fmt: skip
    note(order, "cannot send", at=at, by=by, festival=None, reason=reason.strip()[:MOST_WORDS],
         after={"part": part.pk})  # fmt: skip
    return refund


def _delivery(back: BackSum, wanted: int | None, order: Order, answer: str) -> int:
    """Return how much of a delivery goes back.

    Raises:
        NotPossible: it is out of its bounds, or less than the shopper was told and nobody says why.
    """
    if wanted is None:
        return back.delivery
    if not back.least <= wanted <= back.most:
        bounds = {"least": amount(back.least, order.currency),
                  "most": amount(back.most, order.currency)}  # fmt: skip
        raise NotPossible(_("Refund %(least)s to %(most)s of the delivery.") % bounds)
    if wanted < back.delivery and not answer.strip():
        raise NotPossible(
            _("Say why you refund less of the delivery than the shopper was told: they read it.")
        )
    return wanted


def _answer(
    request: ReturnRequest, state: str, answer: str, *, at: datetime, by: User, **changes: object
) -> None:
    said = answer.strip()[:MOST_WORDS] or request.answer
    request.move_to(state, answer=said, answered_at=at, answered_by=by, **changes)
    gate.close_by_itself(request, kind=MoneyTask.Kind.RETURN, at=at)
    note(request, state, at=at, by=by, festival=None, reason=said)


def with_order(request_id: int) -> tuple[Order, ReturnRequest]:
    """Lock the order, then its request: the order of locks."""
    order_id = Order.objects.filter(suborders__returns=request_id).values_list("pk", flat=True)
    order = end.lock(order_id.get())
    request = lock_one(ReturnRequest.objects.select_related("suborder__order"), request_id)
    return order, request
