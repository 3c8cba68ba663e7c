"""The ways in which a task of the money desk ends, each told beforehand and then done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.shortcuts import get_object_or_404

from cms.dashboard.confirm import Act, reason_form
from cms.dashboard.fields import CountField
from cms.dashboard.money.decisions import (
    ElsewhereForm,
    approve,
    by_hand,
    close_balance,
    decide_return,
    drop,
    pay_again,
    possible_for,
    possible_for_payout,
    rest_elsewhere,
    send_rest,
    trust,
)
from cms.dashboard.money.nightly import (
    explain,
    is_fee,
    made,
    match,
    own_money,
    paid_in,
    possible_of_night,
    write_off,
)
from shop.core import clock
from shop.core.currencies import written
from shop.core.forms.fields import AmountField, LineField
from shop.money.money_tasks.kinds import KINDS, TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments import repair, review
from shop.money.payments.disputes import decide as disputes
from shop.money.payments.disputes import fraud
from shop.money.payments.disputes.take_over import PLATFORM
from shop.money.payments.external import decide as outside
from shop.money.payments.models import RefundProposal
from shop.orders.after_sale.contents import to_send
from shop.orders.models import Order, OrderLine, Suborder
from shop.orders.refund import Amount, delivery_left, gone
from shop.orders.shares import Share
from shop.people.accounts.requests import SignedIn
from shop.reports.reconciliation.nightly import KINDS as KINDS_OF_NIGHT

type MakeAct = Callable[[SignedIn, MoneyTask], Act]
Reason = reason_form("Whoever looks next reads it.")
NEXT_READS = "Whoever looks next reads it, and so does the shopper."


def _try_again(request: SignedIn, task: MoneyTask) -> Act:
    def run(answers: dict[str, Any]) -> str:
        if repair.try_again(task, **answers, at=clock.moment_of(request), by=request.user):
            return "It is sent again within a minute."
        return "The provider had sent it already. Nothing is sent again."

    effects = [
        _named(task),
        "The provider is asked first whether it went. If so, that is written down, and no more.",
        "If not, it is sent again under a new key. The same cause may stop it again.",
    ]
    return Act("Send this money again", "Try again", effects, run, Reason)


def _settle(request: SignedIn, task: MoneyTask) -> Act:
    def run(answers: dict[str, Any]) -> str:
        repair.settle_elsewhere(task, **answers, at=clock.moment_of(request), by=request.user)
        return "Written down: the shopper got this money another way."

    effects = [
        _named(task),
        "Do this when the money has left your own account, not before.",
        "The books say that it was paid from there. Nothing is sent through the provider any more.",
        "It cannot be taken back.",
    ]
    title = "This money was paid another way"
    return Act(title, "It was paid", effects, run, ElsewhereForm, is_grave=True)


def _accept(request: SignedIn, task: MoneyTask) -> Act:
    def run(answers: dict[str, Any]) -> str:
        review.accept(task, **answers, at=clock.moment_of(request), by=request.user)
        return "It is the sale now. The shopper has the receipt, and the stores know of it."

    effects = [
        _came(task),
        "The order is paid: its goods are sold, the stores are told, the shopper gets a receipt.",
        "What is too much goes back to the shopper. What is missing the platform bears.",
        "It cannot be taken back; a refund can follow.",
    ]
    return Act("Accept this money as the sale", "Accept it", effects, run, Reason, is_grave=True)


def _send_back(request: SignedIn, task: MoneyTask) -> Act:
    def run(answers: dict[str, Any]) -> str:
        review.send_back(task, **answers, at=clock.moment_of(request), by=request.user)
        return "It goes back within a minute, and the goods are free."

    effects = [
        _came(task),
        "All that is left of it goes back the way it came.",
        "The goods are free, and the shopper can order anew.",
    ]
    return Act("Send this money back", "Send it back", effects, run, Reason, is_grave=True)


def _split(request: SignedIn, task: MoneyTask) -> Act:
    order = _order(task)
    lines = _left_lines(order)
    parcels = [(row, delivery_left(row)[0]) for row in order.suborders.select_related("merchant")]
    fields: dict[str, forms.Field] = {}
    for line, left in lines:
        name = f"{line.read}, {written(left.paid, order.currency, 'en')} left"
        fields[f"paid-{line.pk}"] = AmountField(label=name, required=False)
        fields[f"units-{line.pk}"] = CountField(
            label=f"Units of it back in stock: {line.read}",
            min_value=0,
            max_value=left.quantity,
            initial=0,
        )
    for row, left_paid in parcels:
        if left_paid:
            amount = written(left_paid, order.currency, "en")
            label = f"Delivery by {row.merchant.name}, {amount} left"
            fields[f"delivery-{row.pk}"] = AmountField(label=label, required=False)
    fields["reason"] = LineField(max_length=300, help_text=NEXT_READS)

    def run(answers: dict[str, Any]) -> str:
        parts: dict[OrderLine | Suborder, int | Amount] = {
            line: Amount(answers[f"paid-{line.pk}"] or 0, answers[f"units-{line.pk}"])
            for line, _ in lines
            if answers[f"paid-{line.pk}"] or answers[f"units-{line.pk}"]
        }
        deliveries: dict[OrderLine | Suborder, int | Amount] = {
            row: answers[f"delivery-{row.pk}"]
            for row, left in parcels
            if left and answers[f"delivery-{row.pk}"]
        }
        outside.split(
            task, parts | deliveries, reason=answers["reason"], at=clock.moment_of(request),
            by=request.user,
        )  # fmt: skip
        return "Written down. Each store and each sponsor has its share back; parcels may go on."

    unmatched = task.operation.unmatched if task.operation else 0
    effects = [
        f"{written(unmatched, task.currency, 'en')} went back at the provider, not by us.",
        "Say what it was for: the parts have to be that amount together.",
        "Each party’s share goes back by its part: store, organizer, sponsor, commission, tax.",
        "What is left of the order can be sent again.",
    ]
    form = type("SplitForm", (forms.Form,), fields)
    return Act("What this refund was for", "Write it down", effects, run, form, is_grave=True)


def _was_owed(request: SignedIn, task: MoneyTask) -> Act:
    def run(answers: dict[str, Any]) -> str:
        outside.was_owed(task, **answers, at=clock.moment_of(request), by=request.user)
        return "Written down. What is left of our own refund, if anything, goes alone."

    amount = written(task.operation.unmatched if task.operation else 0, task.currency, "en")
    effects = [
        f"{amount} went back at the provider for a refund of ours that did not go, or came back.",
        "Our refund asks for so much less; where nothing is left, it is not sent.",
        "Nothing changes for the stores: they bore it when it was written down.",
    ]
    return Act("It was for a refund of ours", "Write it down", effects, run, Reason)


def _answer(outcome: TaskOutcome, said: str) -> MakeAct:
    def make(request: SignedIn, task: MoneyTask) -> Act:
        def run(answers: dict[str, Any]) -> str:
            disputes.answer(task, outcome, **answers, at=clock.moment_of(request), by=request.user)
            return "Written down. It comes back here when the bank has decided against us."

        effects = [
            task.what,
            said,
            "Nothing is sent to the bank from here: do that in the provider’s dashboard first.",
        ]
        return Act(f"{outcome.label}: a dispute", outcome.label, effects, run, Reason)

    return make


def _fault(request: SignedIn, task: MoneyTask) -> Act:
    order = _order(task)
    stores = list(order.suborders.select_related("merchant"))
    fields: dict[str, forms.Field] = {}
    for row in stores:
        left = disputes.left_of(row)
        label = f"{row.merchant.name}, at most {written(left, order.currency, 'en')}"
        field = AmountField(label=label, required=False)
        field.validators.append(MaxValueValidator(left))
        fields[str(row.pk)] = field
    fields[PLATFORM] = AmountField(label="The platform", required=False)
    fee = written(task.dispute.fee if task.dispute else 0, task.currency, "en")
    fields["fee_by"] = forms.ChoiceField(
        label=f"The fee of the bank, {fee}, is borne by",
        choices=[(PLATFORM, "The platform"), *((row.pk, row.merchant.name) for row in stores)],
        required=False,
        help_text="A store only where it bears something of the amount, too.",
    )
    fields["reason"] = LineField(max_length=300, help_text="The stores that bear it read it.")

    def run(answers: dict[str, Any]) -> str:
        names = [str(row.pk) for row in stores] + [PLATFORM]
        parts = {name: answers[name] or 0 for name in names}
        disputes.say_who_bears(
            task, parts, fee_by=answers["fee_by"] or PLATFORM, reason=answers["reason"],
            at=clock.moment_of(request), by=request.user,
        )  # fmt: skip
        return "Written down: the books say who bears it."

    lost = task.dispute.withdrawn if task.dispute else 0
    effects = [
        f"The bank gave {written(lost, task.currency, 'en')} to the shopper for good.",
        "What a store bears undoes its sale so far: organizer, sponsor and commission share it.",
        "Units that a store still has, and bears whole, are free again.",
        "Other parcels stay stopped until you let them go on the page of the order.",
    ]
    form = type("FaultForm", (forms.Form,), fields)
    return Act("Who bears a lost dispute", "Write it down", effects, run, form, is_grave=True)


def _message(outcome: TaskOutcome) -> MakeAct:
    is_again = outcome == TaskOutcome.APPLIED_AGAIN

    def make(request: SignedIn, task: MoneyTask) -> Act:
        def run(answers: dict[str, Any]) -> str:
            act = repair.apply_again if is_again else repair.close_message
            act(task, **answers, at=clock.moment_of(request), by=request.user)
            return "It is applied within a minute." if is_again else "Closed."

        effects = [
            task.what,
            "The provider is asked again how things stand; nothing is done twice."
            if is_again
            else "Nothing is changed beside: it leaves this list.",
        ]
        title = "Apply this message again" if is_again else "Close this message"
        return Act(title, "Apply it" if is_again else "Close it", effects, run, Reason)

    return make


def _of_payouts_or(outcome: TaskOutcome, of_night: MakeAct) -> MakeAct:
    """Return what makes an act about the money for payouts, or about what a night found."""
    of_payouts = close_balance(outcome)

    def make(request: SignedIn, task: MoneyTask) -> Act:
        chosen = of_payouts if task.kind == MoneyTask.Kind.BALANCE else of_night
        return chosen(request, task)

    return make


def _of_payout_or(of_payout: MakeAct, of_refund: MakeAct) -> MakeAct:
    """Return what makes an act about a payout to a store, or about a refund."""

    def make(request: SignedIn, task: MoneyTask) -> Act:
        chosen = of_payout if task.kind == MoneyTask.Kind.PAYOUT_STUCK else of_refund
        return chosen(request, task)

    return make


def _of_warning_or(of_message: MakeAct) -> MakeAct:
    """Return what makes an act about a suspected fraud, or about a message."""

    def make(request: SignedIn, task: MoneyTask) -> Act:
        if task.kind != MoneyTask.Kind.FRAUD_WARNING:
            return of_message(request, task)

        def run(answers: dict[str, Any]) -> str:
            fraud.wrong_alarm(task, **answers, at=clock.moment_of(request), by=request.user)
            return "Closed. Its parcels and payouts go on, unless something else stops them."

        effects = [
            _came(task),
            "The stores can send it, and are paid for it.",
            "The issuer may still dispute the payment: then the parcels stop again.",
        ]
        return Act("This payment is no fraud", "Wrong alarm", effects, run, Reason)

    return make


def _refund_now(request: SignedIn, task: MoneyTask) -> Act:
    def run(answers: dict[str, Any]) -> str:
        made = fraud.refund_now(task, **answers, at=clock.moment_of(request), by=request.user)
        if isinstance(made, RefundProposal):
            return "A second person has to approve the refund. Until then nothing is sent."
        return "It goes back within a minute. The shopper and the stores are told."

    effects = [
        _came(task),
        "All that is left of it goes back to the card. A refund costs less than a lost dispute.",
        "What is not sent yet is not sent any more, and can be sold again.",
        "Above what one person may send back, a second person has to approve it.",
    ]
    return Act("Refund a suspected fraud", "Refund now", effects, run, Reason, is_grave=True)


ACTS: dict[TaskOutcome, MakeAct] = {
    TaskOutcome.TRY_AGAIN: _of_payout_or(send_rest, _try_again),
    TaskOutcome.SETTLED_ELSEWHERE: _of_payout_or(rest_elsewhere, _settle),
    TaskOutcome.ACCEPTED_AS_SALE: _accept,
    TaskOutcome.SENT_BACK: _send_back,
    TaskOutcome.SPLIT: _split,
    TaskOutcome.WAS_OWED: _was_owed,
    TaskOutcome.ANSWERED: _answer(TaskOutcome.ANSWERED, "The bank has our papers and decides."),
    TaskOutcome.ACCEPTED: _answer(TaskOutcome.ACCEPTED, "We do not object: the bank will take it."),
    TaskOutcome.FAULT_SPLIT: _fault,
    TaskOutcome.PAID_BACK: decide_return(TaskOutcome.PAID_BACK),
    TaskOutcome.AGREED: decide_return(TaskOutcome.AGREED),
    TaskOutcome.REPLACED: decide_return(TaskOutcome.REPLACED),
    TaskOutcome.REFUSED: decide_return(TaskOutcome.REFUSED),
    TaskOutcome.APPROVED: approve,
    TaskOutcome.DROPPED: drop,
    TaskOutcome.PAID_AGAIN: pay_again,
    TaskOutcome.BY_HAND: by_hand,
    TaskOutcome.TRUSTED: trust,
    TaskOutcome.IS_FEE: is_fee,
    TaskOutcome.OWN_MONEY: own_money,
    TaskOutcome.MATCHED: match,
    TaskOutcome.WRITTEN_OFF: write_off,
    TaskOutcome.PAID_IN: _of_payouts_or(TaskOutcome.PAID_IN, paid_in),
    TaskOutcome.EXPLAINED: _of_payouts_or(TaskOutcome.EXPLAINED, explain),
    TaskOutcome.MADE: made,
    TaskOutcome.APPLIED_AGAIN: _message(TaskOutcome.APPLIED_AGAIN),
    TaskOutcome.WRONG_ALARM: _of_warning_or(_message(TaskOutcome.WRONG_ALARM)),
    TaskOutcome.REFUNDED_NOW: _refund_now,
}


def possible(task: MoneyTask) -> list[TaskOutcome]:
    """Return the ways in which an open task may end as things stand now, the usual one first."""
    if task.kind == MoneyTask.Kind.RETURN:
        return possible_for(task)
    if task.kind == MoneyTask.Kind.PAYOUT_STUCK:
        return possible_for_payout(task)
    if task.kind in KINDS_OF_NIGHT:
        return possible_of_night(task)
    outcomes = list(KINDS[task.kind].outcomes)
    if task.dispute:
        decided = {TaskOutcome.FAULT_SPLIT}
        return [name for name in outcomes if (name in decided) == bool(task.dispute.to_bear)]
    if task.operation and task.operation.is_from_outside:
        return [name for name in outcomes if name != TaskOutcome.TRY_AGAIN]
    return outcomes


def _order(task: MoneyTask) -> Order:
    return get_object_or_404(Order, pk=task.order_id)


def _left_lines(order: Order) -> list[tuple[OrderLine, Share]]:
    """Return the lines of which something is left, with how much and of how many units."""
    found, lines = [], list(order.lines.all())
    before, here = gone(lines), to_send(lines)
    for line in lines:
        back = before.get(line.pk, Share())
        if line.paid > back.paid:
            found.append((line, Share(here[line.pk], line.paid - back.paid)))
    return found


def _named(task: MoneyTask) -> str:
    amount = written(task.amount or 0, task.currency, "en")
    return f"{amount} of order {_order(task).number}, owed to the shopper."


def _came(task: MoneyTask) -> str:
    return f"Order {_order(task).number}: {task.what}"
