"""One order and what may befall it: each step is the shop's own, over HTTP where the provider is.

A step that is not possible now is refused, and changes nothing; what holds must hold after it, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from shop.core.errors import ShopError
from shop.festivals.models import Fund
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.decide import left_of, say_who_bears
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.disputes.take_over import PLATFORM
from shop.money.payments.external.decide import split, was_owed
from shop.money.payments.external.take_over import look_at_blocked
from shop.money.payments.models import GatewayEvent, Payment
from shop.money.payments.operations import check_pending, run_operations
from shop.money.payments.proposals import RefundPlan, decided, propose
from shop.money.payments.proposals import approve as approve_refund
from shop.money.payments.webhooks import handle_waiting
from shop.money.returns import answer, ask
from shop.money.returns import replace as again
from shop.money.returns.models import ReturnLine, ReturnRequest
from shop.money.returns.overdue import look_at_returns
from shop.money.settlements import make as settlements
from shop.money.settlements import payouts
from shop.money.settlements.methods import trust_again
from shop.money.settlements.models import Payout, Settlement
from shop.money.settlements.proofs import BankProof, prove
from shop.money.settlements.remote import stuck_transfers
from shop.money.settlements.remote.recipients import look_at
from shop.money.settlements.remote.stuck import pay_stuck_again
from shop.money.settlements.remote.transfers import send_transfers, take_back_refunded
from shop.orders.after_sale.arrive import arrived, take_as_arrived
from shop.orders.models import Order, OrderLine, Replacement, Suborder
from shop.orders.refund import Amount, gone
from shop.orders.shares import Share
from shop.orders.ship import ship
from shop.orders.stop import decide
from tests import make
from tests.make import NOON
from tests.paying import begin, deliver, set_clocks
from tests.shop.money.settlements.earned import store
from tests.shop.money.settlements.remote import owned
from tools.sandbox.errors import Refused

DAY = timedelta(days=1)
TRANSFERS = "stripe_balance.stripe_transfers"
REASONS = list(ReturnLine.Reason)
type Step = Callable[["Life", int], object]


class Life:
    """An order of two stores, with a sponsor, a voucher of a store, and delivery."""

    def __init__(self, sandbox: Any) -> None:
        """Sell three pieces of one store and two of another."""
        self.sandbox, self.at, self.taken = sandbox, NOON, Counter[str]()
        set_clocks(sandbox, NOON)
        make.delivery(7_01)
        festival = make.festival(commission_bp=800)
        fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=500_00)
        first, second = store(), owned.store(sandbox, reserve_bp=1_000)
        jar = make.variant(25_00, of=make.product(of=first), on_hand=50)
        cup = make.variant(33_33, of=make.product(of=second), on_hand=50)
        make.deal(jar, during=festival, price=20_00, subsidy=1_00, fund=fund, allotment=20)
        make.promotion(festival, group="save", value=6_00, organizer_share=50)
        self.stores = (first, second)
        self.people = (make.user(), make.user())
        payment = begin(make.cart({jar: 3, cup: 2}))
        sandbox.pay(payment.session_id)
        deliver(sandbox)
        self.order = Order.objects.get(pk=payment.order_id)
        self.payment = Payment.objects.get(pk=payment.pk)

    def take(self, name: str, n: int) -> None:
        """Take a step, or be refused; then let the provider's messages come."""
        with suppress(ShopError, Refused):
            STEPS[name](self, n)
            self.taken[name] += 1
        deliver(self.sandbox)
        handle_waiting(at=self.at)

    def part(self, n: int) -> Suborder:
        """Return one of its parts."""
        return self.order.suborders.order_by("pk")[n % 2]

    def line(self, n: int) -> OrderLine:
        """Return one of its lines."""
        return self.order.lines.order_by("pk")[n % 2]

    def request(self, n: int) -> ReturnRequest | None:
        """Return one of what was asked for."""
        rows = list(ReturnRequest.objects.filter(suborder__order=self.order).order_by("pk"))
        return rows[n % len(rows)] if rows else None

    def task(self, kind: str) -> MoneyTask | None:
        """Return the first open task of a kind about it."""
        rows = MoneyTask.objects.filter(kind=kind, state="open")
        return rows.filter(order=self.order).order_by("pk").first()

    def payout(self, state: str) -> Payout | None:
        """Return a payout to one of its stores in a state."""
        rows = Payout.objects.filter(settlement__merchant__in=self.stores, state=state)
        rows = rows.filter(method__way="manual")
        return rows.order_by("pk").first()


def later(life: Life, n: int) -> None:
    """Let days go by, and the beat do what is due."""
    life.at += (n % 20 + 1) * DAY
    set_clocks(life.sandbox, life.at)
    take_as_arrived(at=life.at)
    again.take_as_there(at=life.at)
    look_at_returns(at=life.at)
    settlements.release_reserves(at=life.at)
    payouts.queue_what_waits(at=life.at)


def send(life: Life, n: int) -> None:
    """Let a store send its parcel."""
    ship(life.part(n), carrier="DHL", tracking_number="", at=life.at, by=life.people[0])


def arrive(life: Life, n: int) -> None:
    """Let a parcel arrive."""
    arrived(life.part(n).pk, Suborder.Arrival.CARRIER, at=life.at)


def ask_for(life: Life, n: int) -> None:
    """Ask something back, in one of the three ways."""
    line = life.line(n)
    kind = list(ReturnRequest.Kind)[n % 3]
    reason = {"cancel": "mind", "missing": "missing"}.get(kind, REASONS[n % 6])
    wish = ask.Wish(n % line.quantity + 1, reason)
    ask.ask(life.order.pk, line.suborder_id, kind, {line.pk: wish}, at=life.at)


def answer_it(life: Life, n: int) -> None:
    """Answer what was asked, in one of seven ways."""
    row = life.request(n)
    if row is None:
        return
    facts: dict[str, Any] = {"at": life.at, "by": life.people[0]}
    whole = [one.line_id for one in row.lines.all()] if n % 2 else []
    ways: tuple[Callable[[], object], ...] = (
        lambda: answer.agree(row.pk, answer="Box 7", **facts),
        lambda: answer.refuse(row.pk, answer="No", **facts),
        lambda: answer.pay_back(row.pk, whole=whole, **facts),
        lambda: answer.receive(row.pk, whole=whole, **facts),
        lambda: answer.appeal(row.pk, at=life.at),
        lambda: ask.take_back(row.pk, at=life.at),
        lambda: ask.note_sent(row.pk, carrier="EMS", tracking_number="", at=life.at),
    )
    ways[n % len(ways)]()


def cannot_send(life: Life, n: int) -> None:
    """Let a store say that it cannot send pieces."""
    line = life.line(n)
    answer.cannot_send(line.suborder_id, {line.pk: n % line.quantity + 1}, are_there=bool(n % 2),
                       reason="Rain", at=life.at, by=life.people[0])  # fmt: skip


def replace_it(life: Life, n: int) -> None:
    """Send goods once more: promise, answer, cancel, send, or let it arrive."""
    facts: dict[str, Any] = {"at": life.at, "by": life.people[0]}
    rows = Replacement.objects.filter(suborder__order=life.order).order_by("-pk")
    row, asked, line = rows.first(), life.request(n), life.line(n)
    if row and row.is_waiting and n % 3:
        if n % 3 == 1:
            again.cancel(row.pk, reason="None", **facts)
        else:
            again.send(row.pk, carrier="EMS", tracking_number="", **facts)
    elif row and row.is_on_its_way:
        again.came(row.pk, Suborder.Arrival.CARRIER, at=life.at)
    elif asked and n % 2:
        again.answer_by(asked.pk, answer="Another", **facts)
    else:
        units = {line.pk: n % line.quantity + 1}
        again.send_again(line.suborder_id, units, reason="Broken", **facts)


def refund(life: Life, n: int) -> None:
    """Let an organizer send back units, an amount, delivery or goodwill."""
    line, part = life.line(n), life.part(n)
    plans = (
        {"lines": {str(line.pk): (n % line.quantity + 1, None)}},
        {"lines": {str(line.pk): (0, n * 77 + 1)}},
        {"delivery": {str(part.pk): n * 33 + 1}},
        {"gifts": {str(part.pk): (n * 11, n * 5 + 1, 0, None)}},
    )
    plan = RefundPlan(cause="goodwill", reason="Sorry", is_restocked=bool(n % 2), **plans[n % 4])
    propose(life.order.pk, plan, seen=decided(life.order.pk), at=life.at, by=life.people[0])
    if task := life.task("refund_check"):
        approve_refund(task, reason="Right", at=life.at, by=life.people[1])


def outside(life: Life, n: int) -> None:
    """Refund in the provider's dashboard."""
    life.sandbox.dashboard_refund(life.payment.charge_id, amount=(n + 1) * 4_11)


def explain(life: Life, n: int) -> None:
    """Say what such a refund was for."""
    task = life.task("external_refund")
    if task is None or task.operation is None:
        return
    if n % 3 == 0:
        was_owed(task, reason="Ours", at=life.at, by=life.people[0])
        return
    missing, parts = task.operation.unmatched, {}
    for line in life.order.lines.order_by("pk"):
        left = line.paid - gone([line]).get(line.pk, Share()).paid
        if part := min(left, missing):
            parts[line] = Amount(part)
            missing -= part
    split(task, parts, reason="A flaw", at=life.at, by=life.people[0])


def dispute(life: Life, n: int) -> None:
    """Let the shopper's bank take something back, or decide; or appeal, and let it decide anew."""
    row = Dispute.objects.filter(payment=life.payment, state__in=Dispute.LIVE).first()
    lost = Dispute.objects.filter(payment=life.payment, state="lost").first()
    if row is None and lost and n % 4 == 0:
        life.sandbox.appeal(lost.remote_id)
        return
    if row is None:
        if n % 2:
            life.sandbox.dispute(life.payment.charge_id, amount=(n + 1) * 5_00)
        return
    life.sandbox.close_dispute(row.remote_id, won=n % 2 == 0)


def bear(life: Life, n: int) -> None:
    """Say who bears a lost dispute."""
    task = life.task("dispute")
    if task is None or task.dispute is None or not task.dispute.to_bear:
        return
    missing, parts = task.dispute.to_bear, {}
    for row in life.order.suborders.order_by("pk") if n % 2 else ():
        parts[str(row.pk)] = min(left_of(row), missing)
        missing -= parts[str(row.pk)]
    say_who_bears(task, parts | {PLATFORM: missing}, reason="Lost", at=life.at, by=life.people[0])


def move(life: Life, n: int) -> None:
    """Let money go back: carried out, pending, or failing after it was done."""
    life.sandbox.hold_refunds(n % 3 == 0)
    run_operations(at=life.at)
    life.sandbox.hold_refunds(False)
    for row in list(life.sandbox.world.store.all("refund")):
        if row["status"] == "pending" and n % 2:
            life.sandbox.settle_refund(row["id"], ok=n % 4 != 1)
    check_pending(at=life.at + timedelta(hours=2))
    look_at_blocked(at=life.at)


def let_go(life: Life, n: int) -> None:
    """Stop parcels, or let them go on."""
    decide(life.order.pk, is_stopped=bool(n % 2), reason="Look", at=life.at, by=life.people[0])


def settle(life: Life, n: int) -> None:
    """Draft a store's settlement and approve it, or drop it."""
    merchant = life.stores[n % 2]
    settlements.draft(merchant.pk, cut_off=life.at, at=life.at)
    row = merchant.settlements.filter(state=Settlement.State.DRAFT).first()
    if row is None:
        return
    if n % 5 == 4:
        settlements.void(row.pk, reason="Again", at=life.at, by=life.people[0])
    else:
        settlements.approve(row.pk, seen=row.total, at=life.at, by=life.people[0])


def export(life: Life, n: int) -> None:
    """Send what is queued to the bank."""
    if row := life.payout("queued"):
        made = payouts.make_batch([row.pk], "statement_csv", at=life.at, by=life.people[0])
        payouts.export(made.pk, at=life.at, by=life.people[1])


def bank(life: Life, n: int) -> None:
    """Let the bank pay, refuse, or return a payout."""
    if row := life.payout("exported"):
        if n % 4 == 3:
            payouts.fail(row.pk, reason="Closed", at=life.at, by=life.people[0])
        else:
            proof = BankProof(f"FT{row.pk}", life.at.date(), row.amount, fee=n * 10)
            prove(row.pk, proof, at=life.at, by=life.people[0])
    elif row := life.payout("done"):
        payouts.came_back(row.pk, row.amount - min(n, row.amount), reason="Closed", at=life.at,
                          by=life.people[0])  # fmt: skip
        trust_again(row.method_id, at=life.at, by=life.people[0], reason="Right")


def move_to_account(life: Life, n: int) -> None:
    """Let the provider pay a store on its own account, and take back what was refunded."""
    take_back_refunded(at=life.at)
    send_transfers(at=life.at + n * timedelta(minutes=10))


def bar_account(life: Life, n: int) -> None:
    """Let a store's own account be barred, or open again."""
    row = life.stores[1].payout_methods.exclude(state="closed").get()
    status = "restricted" if n % 2 else "active"
    life.sandbox.set_capability(row.remote_id, TRANSFERS, status)
    look_at(row, at=life.at)


def unblock(life: Life, n: int) -> None:
    """Do something about a payout to an own account that does not go on."""
    task = MoneyTask.objects.filter(kind="payout_stuck", state="open").first()
    if task is None:
        return
    facts: dict[str, Any] = {"reason": "Looked", "at": life.at, "by": life.people[0]}
    if n % 3 == 0:
        stuck_transfers.settle_elsewhere(task, reference=f"TR{task.pk}", **facts)
    elif n % 3 == 1:
        pay_stuck_again(task, **facts)
    else:
        stuck_transfers.try_again(task, **facts)


def replay(life: Life, n: int) -> None:
    """Apply a message of the provider again."""
    rows = list(GatewayEvent.objects.order_by("pk"))
    GatewayEvent.objects.filter(pk=rows[n % len(rows)].pk).update(
        state="new", next_try_at=life.at - DAY
    )


STEPS: dict[str, Step] = {
    one.__name__: one
    for one in (
        later,
        send,
        arrive,
        ask_for,
        answer_it,
        cannot_send,
        replace_it,
        refund,
        outside,
        explain,
        dispute,
        bear,
        move,
        let_go,
        settle,
        export,
        bank,
        move_to_account,
        bar_account,
        unblock,
        replay,
    )
}
OFTEN = (
    "later",
    "send",
    "arrive",
    "replace_it",
    "settle",
    "export",
    "bank",
    "move",
    "move_to_account",
)
"""What has to come several times before a life gets anywhere."""
