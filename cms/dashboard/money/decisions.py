"""The tasks in which a person decides for people: returns, and refunds that somebody proposed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.shortcuts import get_object_or_404

from cms.dashboard.confirm import Act, reason_form
from shop.core import clock
from shop.core.currencies import written
from shop.core.forms.fields import AmountField, LineField
from shop.core.tasks import enqueue
from shop.money.money_tasks import gate
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments import proposals
from shop.money.payments.models import RefundProposal
from shop.money.returns import answer, replace
from shop.money.returns.ask import sum_of_request
from shop.money.returns.decided import is_by_organizer
from shop.money.returns.models import ReturnRequest
from shop.money.returns.sums import BackSum
from shop.money.returns.tasks import tell_store
from shop.money.returns.words import reason_words
from shop.money.settlements import payouts
from shop.money.settlements.methods import trust_again
from shop.money.settlements.models import Payout, PayoutMethod
from shop.money.settlements.remote import stuck_transfers
from shop.money.settlements.remote.stuck import close_short, pay_stuck_again, pay_stuck_by_hand
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn

type MakeAct = Callable[[SignedIn, MoneyTask], Act]
type Decide = Callable[..., object]
Reason = reason_form("Whoever looks next reads it.")
ASKED_FIRST = "The provider is asked first: what it has is paid no other way."
TITLES = {
    TaskOutcome.PAID_BACK: ("Pay this return back", "Pay it back"),
    TaskOutcome.AGREED: ("Let it be sent back", "Agree"),
    TaskOutcome.REPLACED: ("Send these goods once more", "Send them"),
    TaskOutcome.REFUSED: ("Refuse this return", "Refuse it"),
}
DECIDE: dict[TaskOutcome, Decide] = {
    TaskOutcome.PAID_BACK: answer.pay_back,
    TaskOutcome.AGREED: answer.agree,
    TaskOutcome.REPLACED: replace.answer_by,
    TaskOutcome.REFUSED: answer.refuse,
}
SAID = {
    TaskOutcome.PAID_BACK: "The money goes back within a minute; the store earns so much less.",
    TaskOutcome.AGREED: "The shopper is told to send it, and to where, as you write.",
    TaskOutcome.REPLACED: "The store sends them from free stock; nothing is paid. Both are told.",
    TaskOutcome.REFUSED: "The shopper is told why. It is not asked again.",
}


class ElsewhereForm(forms.Form):
    reference = LineField(
        max_length=120, help_text="Of the transfer, as the bank writes it, with its day."
    )
    reason = LineField(max_length=300, help_text="Why it did not go through the provider.")


class DecisionForm(forms.Form):
    answer = LineField(max_length=300, help_text="The shopper reads it, in your words.")
    reason = LineField(max_length=300, help_text="Colleagues alone read it.")


def decide_return(outcome: TaskOutcome) -> MakeAct:
    """Return what makes the act by which an organizer decides about a return."""
    title, button = TITLES[outcome]

    def make(request: SignedIn, task: MoneyTask) -> Act:
        found = asked_for(task)

        def run(answers: dict[str, Any]) -> str:
            at = clock.moment_of(request)
            _decide(task, found, outcome, answers, at=at, by=request.user)
            return SAID[outcome]

        lines = [
            f"{row.quantity} × {row.line.title}: {reason_words(row.reason)}. {row.words}"
            for row in found.lines.select_related("line")
        ]
        who = "An organizer" if is_by_organizer(found) else "The store"
        before = [f"{who} wrote: {found.answer}"] if found.answer else []
        effects = [task.what, *lines, *before, SAID[outcome]]
        form = DecisionForm
        if outcome == TaskOutcome.PAID_BACK:
            back = sum_of_request(found)
            total = written(back.total, task.currency, "en")
            effects.append(f"The shopper was told {total}.")
            form = _with_delivery(back, task.currency)
        return Act(title, button, effects, run, form)

    return make


def _with_delivery(back: BackSum, currency: str) -> type[DecisionForm]:
    """Return the form that asks how much of the delivery goes back, where there is a choice."""
    if back.least == back.most:
        return DecisionForm
    left = written(back.most, currency, "en")
    field = AmountField(
        label="Refund of the delivery", help_text=f"{left} is left of it.", required=False,
        initial=back.delivery, may_be_nothing=True,
    )  # fmt: skip
    return type("PayBackForm", (DecisionForm,), {"delivery": field})


def approve(request: SignedIn, task: MoneyTask) -> Act:
    """Return the act by which a second person sends a proposed refund."""
    proposal = _proposal(task)
    plan = proposals.plan_of(proposal)

    def run(answers: dict[str, Any]) -> str:
        proposals.approve(task, **answers, at=clock.moment_of(request), by=request.user)
        return "It goes back within a minute. The shopper and the stores are told."

    effects = [
        task.what,
        f"{written(proposal.amount, task.currency, 'en')} go to the shopper: {plan.reason}",
        "Who asked for it cannot approve it. Look at the order first.",
    ]
    title = "Approve a refund that somebody asked for"
    return Act(title, "Approve and send it", effects, run, Reason, is_grave=True)


def asked_by(task: MoneyTask, user: User) -> bool:
    """Return whether a task is a refund that somebody asked for themselves."""
    return task.kind == MoneyTask.Kind.REFUND_CHECK and _proposal(task).by_id == user.pk


def drop(request: SignedIn, task: MoneyTask) -> Act:
    """Return the act by which a proposed refund is left."""

    def run(answers: dict[str, Any]) -> str:
        proposals.drop(task, **answers, at=clock.moment_of(request), by=request.user)
        return "Nothing is sent."

    return Act("Leave a refund that somebody asked for", "Leave it", [task.what], run, Reason)


def pay_again(request: SignedIn, task: MoneyTask) -> Act:
    """Return the act by which a payout that came back is paid again, to the account in use."""
    payout = _payout(task)
    is_stuck = task.kind == MoneyTask.Kind.PAYOUT_STUCK

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        if is_stuck:
            made = pay_stuck_again(task, at=at, by=request.user, **answers)
        else:
            made = payouts.pay_again(
                payout.settlement_id, at=at, task=task, by=request.user, **answers
            )
        if made.method.is_remote:
            return f"{made.reference} is sent by the provider within minutes."
        return f"{made.reference} waits for the next file for the bank."

    effects = [
        task.what,
        *([ASKED_FIRST] if is_stuck else []),
        "A new payout of the same settlement is queued, to the account that the store uses now.",
        "It needs an account that a member typed, somebody else confirmed, and can be used.",
    ]
    return Act("Pay it again", "Queue it", effects, run, Reason)


def send_rest(request: SignedIn, task: MoneyTask) -> Act:
    """Return the act by which transfers of a payout that did not go are sent again."""

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        if stuck_transfers.try_again(task, at=at, by=request.user, **answers):
            return "They are sent again within a minute, under new keys."
        return "The provider had moved them already. Nothing is sent again."

    effects = [task.what, ASKED_FIRST, "They go to the same account: what has gone stays there."]
    return Act("Send what did not go again", "Send it again", effects, run, Reason)


def rest_elsewhere(request: SignedIn, task: MoneyTask) -> Act:
    """Return the act by which the rest of a payout was paid from the operator's own bank."""

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        stuck_transfers.settle_elsewhere(task, at=at, by=request.user, **answers)
        return "Written down: the payout is done."

    effects = [
        task.what,
        ASKED_FIRST,
        "Do this when the rest has left your own account, not before. It cannot be taken back.",
    ]
    title = "The rest was paid from our own bank"
    return Act(title, "It was paid", effects, run, ElsewhereForm, is_grave=True)


def possible_for_payout(task: MoneyTask) -> list[TaskOutcome]:
    """Return what may become of a payout that does not go on: of a half of it the rest alone."""
    payout = _payout(task)
    if payout.method.way != PayoutMethod.Way.CONNECT or payout.state == Payout.State.QUEUED:
        return [TaskOutcome.PAID_AGAIN, TaskOutcome.BY_HAND]
    if stuck_transfers.has_moved(payout):
        return [TaskOutcome.TRY_AGAIN, TaskOutcome.SETTLED_ELSEWHERE]
    return [TaskOutcome.TRY_AGAIN, TaskOutcome.PAID_AGAIN, TaskOutcome.BY_HAND]


def by_hand(request: SignedIn, task: MoneyTask) -> Act:
    """Return the act by which a payout that the provider does not make is dropped."""
    payout = _payout(task)

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        made = pay_stuck_by_hand(task, at=at, by=request.user, **answers)
        return f"{made.reference} is dropped. Pay it, then write that down on its settlement."

    effects = [
        task.what,
        ASKED_FIRST,
        f"Nothing of {payout.settlement.number} is sent by itself any more.",
        "You pay it from your own bank, and write that down on the page of the settlement.",
    ]
    return Act("Pay it by hand", "Drop it", effects, run, Reason, is_grave=True)


def close_balance(outcome: TaskOutcome) -> MakeAct:
    """Return what makes the act by which a task about the money for payouts is closed."""

    def make(request: SignedIn, task: MoneyTask) -> Act:
        def run(answers: dict[str, Any]) -> str:
            at = clock.moment_of(request)
            close_short(task, outcome, at=at, by=request.user, **answers)
            return "Closed. Payouts go on with the next round, as far as the money reaches."

        effects = [
            task.what,
            "Payouts go on, the oldest first, once this is closed and the money is there.",
            "While it is not, a new task is opened.",
        ]
        return Act("Close what was said of the balance", "Close it", effects, run, Reason)

    return make


def trust(request: SignedIn, task: MoneyTask) -> Act:
    """Return the act by which an account is used again from which something came back."""
    payout = _payout(task)

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        with transaction.atomic():
            gate.close(task, TaskOutcome.TRUSTED, **answers, at=at, by=request.user)
            trust_again(payout.method_id, **answers, at=at, by=request.user)
        return "It is used again, and the payout is queued within the hour."

    effects = [task.what, "The account is right: the bank’s reason was another one."]
    return Act("Use this account again", "Use it again", effects, run, Reason)


def asked_for(task: MoneyTask) -> ReturnRequest:
    """Return the request that a task is about."""
    return get_object_or_404(ReturnRequest, pk=task.about.rpartition("-")[2])


def possible_for(task: MoneyTask) -> list[TaskOutcome]:
    """Return how a return may be decided as it stands now."""
    found = asked_for(task)
    after = ReturnRequest.NEXT[found.state]
    may = {
        TaskOutcome.PAID_BACK: ReturnRequest.State.REFUNDED,
        TaskOutcome.REFUSED: ReturnRequest.State.REFUSED,
    }
    if found.kind != ReturnRequest.Kind.CANCEL:
        may[TaskOutcome.REPLACED] = ReturnRequest.State.REPLACED
    if found.kind == ReturnRequest.Kind.RETURN:
        may[TaskOutcome.AGREED] = ReturnRequest.State.AGREED
    return [outcome for outcome, state in may.items() if state in after]


def _payout(task: MoneyTask) -> Payout:
    return get_object_or_404(Payout, pk=task.about.rpartition("-")[2])


def _proposal(task: MoneyTask) -> RefundProposal:
    return get_object_or_404(RefundProposal, pk=task.about.rpartition("-")[2])


@transaction.atomic
def _decide(
    task: MoneyTask,
    found: ReturnRequest,
    outcome: TaskOutcome,
    answers: dict[str, Any],
    *,
    at: datetime,
    by: User,
) -> None:
    answer.with_order(found.pk)
    gate.close(task, outcome, reason=answers["reason"], at=at, by=by)
    facts = {name: answers[name] for name in ("answer", "delivery") if name in answers}
    DECIDE[outcome](found.pk, **facts, at=at, by=by)
    if outcome != TaskOutcome.REPLACED:  # what is to be sent has a mail of its own
        enqueue(tell_store, found.pk)
