"""What becomes of an order in a season: each fate is a story that waits so many days in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random
from typing import Any, Protocol

from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.decide import left_of, say_who_bears
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.disputes.take_over import PLATFORM
from shop.money.payments.external.decide import split
from shop.money.payments.proposals import RefundPlan, approve, decided, propose
from shop.money.returns import answer, ask
from shop.money.returns.models import ReturnRequest
from shop.orders.after_sale.arrive import arrived
from shop.orders.models import Order, OrderLine, Suborder
from shop.orders.refund import Amount, gone
from shop.orders.shares import Share
from shop.orders.ship import ship


class Stage(Protocol):
    """What a story needs to know of the season in which it happens."""

    at: datetime
    sandbox: Any
    chance: Random
    people: tuple[Any, Any]


type Story = Iterator[int]
type Fate = Callable[[Stage, Order], Story]


def kept(stage: Stage, order: Order) -> Story:
    """Everything is sent, arrives, and stays."""
    yield from _sent(stage, order)
    yield 4
    for part in _parts(order):
        if part.state == Suborder.State.SHIPPED:
            arrived(part.pk, Suborder.Arrival.CARRIER, at=stage.at)


def unheard(stage: Stage, order: Order) -> Story:
    """It is sent, and nobody says that it arrived."""
    yield from _sent(stage, order)


def cancelled(stage: Stage, order: Order) -> Story:
    """Its shopper cancels one line before it is sent; the rest goes its way."""
    line = _line(stage, order)
    ask.ask(order.pk, line.suborder_id, "cancel", _wish(line, "mind"), at=stage.at)
    yield from kept(stage, order)


def unsendable(stage: Stage, order: Order) -> Story:
    """Its store cannot send a piece; the rest goes its way."""
    line = _line(stage, order)
    answer.cannot_send(line.suborder_id, {line.pk: 1}, are_there=stage.chance.random() < 0.5,
                       reason="It broke", at=stage.at, by=stage.people[0])  # fmt: skip
    yield from kept(stage, order)


def returned(stage: Stage, order: Order) -> Story:
    """A piece goes back to its store, which agrees, gets it and pays it back."""
    yield from kept(stage, order)
    yield 2
    row = _asked(stage, order, stage.chance.choice(["broken", "size", "differs"]))
    yield 1
    answer.agree(row.pk, answer="Box 7, Nairobi", at=stage.at, by=stage.people[0])
    yield 2
    ask.note_sent(row.pk, carrier="EMS", tracking_number="1", at=stage.at)
    yield 9
    whole = [one.line_id for one in row.lines.all()]
    answer.receive(row.pk, whole=whole, at=stage.at, by=stage.people[0])


def disputed_return(stage: Stage, order: Order) -> Story:
    """A store refuses a return, its shopper appeals, and an organizer pays it back."""
    yield from kept(stage, order)
    yield 3
    row = _asked(stage, order, "broken")
    yield 2
    answer.refuse(row.pk, answer="It was whole", at=stage.at, by=stage.people[0])
    yield 1
    answer.appeal(row.pk, at=stage.at)
    yield 1
    answer.pay_back(row.pk, answer="Seen", at=stage.at, by=stage.people[1])


def unanswered(stage: Stage, order: Order) -> Story:
    """A store says nothing; after three days an organizer refuses, and that stays."""
    yield from kept(stage, order)
    yield 3
    row = _asked(stage, order, "broken")
    yield 5
    answer.refuse(row.pk, answer="The pictures show none", at=stage.at, by=stage.people[1])


def lost(stage: Stage, order: Order) -> Story:
    """A parcel never comes and is paid back."""
    yield from _sent(stage, order)
    yield 15
    line = _line(stage, order)
    row = ask.ask(order.pk, line.suborder_id, "missing", _wish(line, "missing"), at=stage.at)
    yield 2
    answer.pay_back(row.pk, at=stage.at, by=stage.people[0])


def sorry(stage: Stage, order: Order) -> Story:
    """An organizer gives goodwill of store and platform, and later the rest back."""
    yield from kept(stage, order)
    yield 2
    part = _parts(order)[0]
    _propose(stage, order, gifts={str(part.pk): (1_50, 50, 0, None)})
    yield 12
    line = part.lines.order_by("pk")[0]
    _propose(stage, order, lines={str(line.pk): (line.quantity, None)})


def from_outside(stage: Stage, order: Order) -> Story:
    """Somebody refunds a part in the provider's dashboard; an organizer says what for."""
    yield from kept(stage, order)
    yield 2
    payment = order.payments.get(state="paid")
    stage.sandbox.dashboard_refund(payment.charge_id, amount=stage.chance.randint(1_00, 9_00))
    yield 1
    task = MoneyTask.objects.get(kind="external_refund", order=order, state="open")
    assert task.operation is not None
    missing = task.operation.unmatched
    parts: dict[Any, Any] = {}
    for line in order.lines.order_by("pk"):
        left = line.paid - gone([line]).get(line.pk, Share()).paid
        if part := min(left, missing):
            parts[line] = Amount(part)
            missing -= part
    for sent in _parts(order):  # goods that a voucher made cheaper than what was refunded
        if part := min(sent.delivery_paid, missing):
            parts[sent] = part
            missing -= part
    split(task, parts, reason="Scratched", at=stage.at, by=stage.people[0])


def won(stage: Stage, order: Order) -> Story:
    """The shopper's bank takes the money and gives it back."""
    yield from kept(stage, order)
    row = yield from _bank_takes(stage, order)
    stage.sandbox.close_dispute(row.remote_id, won=True)


def lost_to_bank(stage: Stage, order: Order) -> Story:
    """The bank keeps the money: stores bear it, or the platform."""
    yield from kept(stage, order)
    row = yield from _bank_takes(stage, order)
    stage.sandbox.close_dispute(row.remote_id, won=False)
    yield 1
    row.refresh_from_db()
    task = MoneyTask.objects.get(kind="dispute", order=order, state="open")
    missing, parts = row.to_bear, {}
    for part in _parts(order) if stage.chance.random() < 0.5 else ():
        parts[str(part.pk)] = min(left_of(part), missing)
        missing -= parts[str(part.pk)]
    say_who_bears(task, parts | {PLATFORM: missing}, reason="Lost", at=stage.at,
                  by=stage.people[0])  # fmt: skip


FATES: dict[Fate, int] = {
    kept: 60, unheard: 6, cancelled: 6, unsendable: 3, returned: 8, disputed_return: 2,
    unanswered: 1, lost: 3, sorry: 3, from_outside: 3, won: 2, lost_to_bank: 3,
}  # fmt: skip
"""How often each comes, of a hundred."""


def _parts(order: Order) -> list[Suborder]:
    return list(order.suborders.order_by("pk"))


def _line(stage: Stage, order: Order) -> OrderLine:
    return stage.chance.choice(list(order.lines.order_by("pk")))


def _wish(line: OrderLine, reason: str) -> dict[int, ask.Wish]:
    return {line.pk: ask.Wish(1, reason)}


def _sent(stage: Stage, order: Order) -> Story:
    yield 1
    for part in _parts(order):
        if part.state == Suborder.State.WAITING:
            ship(part, carrier="DHL", tracking_number="", at=stage.at, by=stage.people[0])


def _asked(stage: Stage, order: Order, reason: str) -> ReturnRequest:
    line = _line(stage, order)
    return ask.ask(order.pk, line.suborder_id, "return", _wish(line, reason), at=stage.at)


def _propose(stage: Stage, order: Order, **plan: Any) -> None:
    made = RefundPlan(cause="goodwill", reason="Sorry", **plan)
    propose(order.pk, made, seen=decided(order.pk), at=stage.at, by=stage.people[0])
    tasks = MoneyTask.objects.filter(kind="refund_check", order=order, state="open")
    for task in tasks:
        approve(task, reason="Right", at=stage.at, by=stage.people[1])


def _bank_takes(stage: Stage, order: Order) -> Iterator[int]:
    yield 3
    payment = order.payments.get(state="paid")
    stage.sandbox.dispute(payment.charge_id)
    yield 20
    return Dispute.objects.get(payment=payment)
