"""The tasks that the night finds: lines nobody knows, cover, what stores owe, papers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings

from cms.dashboard.confirm import Act, reason_form
from shop.core import clock
from shop.core.currencies import in_whole, written
from shop.core.forms.fields import AmountField, LineField
from shop.money.ledger.at_the_bank import MOST_LETTERS
from shop.money.ledger.thresholds import Threshold
from shop.money.money_tasks.kinds import KINDS, TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.people.accounts.requests import SignedIn
from shop.reports.reconciliation import decide
from shop.reports.reconciliation.discrepancies import of_task

type MakeAct = Callable[[SignedIn, MoneyTask], Act]
Kind = MoneyTask.Kind
Reason = reason_form("Whoever looks next reads it.")
EFFECTS = {
    TaskOutcome.IS_FEE: "The books have it as a fee of the provider.",
    TaskOutcome.OWN_MONEY: "The books have it as moved between the provider and your own bank.",
}


class PaidInForm(forms.Form):
    amount = AmountField()
    bank_reference = LineField(
        max_length=MOST_LETTERS, help_text="As your bank writes it: it is used once."
    )
    reason = LineField(max_length=300, help_text="Whoever looks next reads it.")


def explain(request: SignedIn, task: MoneyTask) -> Act:
    """Return the act by which a difference is explained."""

    def run(answers: dict[str, Any]) -> str:
        decide.explain(task, **answers, at=clock.moment_of(request), by=request.user)
        return "Closed. The same difference does not come back; another one does."

    effects = [
        task.what,
        "Nothing is booked. The next nights are silent about it while it stays the same.",
    ]
    return Act("Explain this", "Close it", effects, run, Reason)


def is_fee(request: SignedIn, task: MoneyTask) -> Act:
    """Return the act by which a line is a fee, or a fee is booked as it is now."""
    if task.kind == Kind.SUSPENSE:
        return _placed(request, task, TaskOutcome.IS_FEE)

    def run(answers: dict[str, Any]) -> str:
        decide.book_fee(task, **answers, at=clock.moment_of(request), by=request.user)
        return "Booked: the fee stands in the books as it is at the provider."

    effects = [task.what, "The difference is booked as a fee of this charge."]
    return Act("Book the fee as it is now", "Book it", effects, run, Reason)


def own_money(request: SignedIn, task: MoneyTask) -> Act:
    """Return the act by which a line went to the operator's own bank, or came from there."""
    return _placed(request, task, TaskOutcome.OWN_MONEY)


def match(request: SignedIn, task: MoneyTask) -> Act:
    """Return the act by which two lines undo each other."""
    others = [(str(row.pk), row.what) for row in decide.others_to_match(task)]
    field = forms.ChoiceField(label="The other line", choices=others)
    form = type("MatchForm", (Reason,), {"other": field, "field_order": ["other", "reason"]})

    def run(answers: dict[str, Any]) -> str:
        decide.match(task, int(answers["other"]), reason=answers["reason"],
                     at=clock.moment_of(request), by=request.user)  # fmt: skip
        return "Both are closed: together they come to nothing."

    effects = [task.what, "Another line in suspense undoes it. Nothing else is booked."]
    return Act("Another line undoes it", "Close both", effects, run, form)


def write_off(request: SignedIn, task: MoneyTask) -> Act:
    """Return the act by which money is given up, above a sum with a second person."""
    asked = decide.asked_by(task)
    currency = task.currency or settings.SHOP_CURRENCY
    alone = Threshold.ALONE.in_minor(currency)
    bound = written(alone, currency, "en")

    def run(answers: dict[str, Any]) -> str:
        if decide.write_off(task, **answers, at=clock.moment_of(request), by=request.user):
            return "It is given up: the books have it as a loss."
        return "Somebody else has to agree: the task stays open until then."

    effects = [task.what, "The books have it as a loss of the platform. It cannot be taken back."]
    if asked:
        who = (asked.by.name or asked.by.email) if asked.by else "Somebody"
        effects.append(f"{who} asks for it: {asked.reason}")
    elif (task.amount or 0) > alone:
        effects.append(f"It is more than {bound}: somebody else has to agree.")
    return Act("Write this off", "Write it off", effects, run, Reason, is_grave=True)


def paid_in(request: SignedIn, task: MoneyTask) -> Act:
    """Return the act by which somebody paid into the operator's bank."""
    is_cover = task.kind == Kind.COVER

    def run(answers: dict[str, Any]) -> str:
        pay = decide.pay_in_cover if is_cover else decide.pay_in_receivable
        left = pay(task, **answers, at=clock.moment_of(request), by=request.user)
        return (
            "Written down."
            if not left
            else (f"Written down. {written(left, task.currency, 'en')} are still owed.")
        )

    effects = [task.what, "Do this when the money is on your account, not before."]
    if is_cover:
        effects.append("It pays for the discounts that you give: they are owed to stores.")
        effects.append(
            "Money that you move to the provider is found by itself, and changes nothing."
        )
    row = of_task(task)
    return Act("It is paid in", "Write it down", effects, run, PaidInForm,
               initial={"amount": _typed(row.figure, row.currency) if row else ""})  # fmt: skip


def made(request: SignedIn, task: MoneyTask) -> Act:
    """Return the act by which papers that were missing are there."""

    def run(answers: dict[str, Any]) -> str:
        decide.papers_made(task, **answers, at=clock.moment_of(request), by=request.user)
        return "They are there."

    effects = [
        task.what,
        "It is looked again whether they are there. The periodic work makes them.",
        "The list of what failed says why it could not.",
    ]
    return Act("The papers are made", "Look, and close it", effects, run, Reason)


def possible_of_night(task: MoneyTask) -> list[TaskOutcome]:
    """Return how a task of the night may end as things stand now."""
    outcomes = list(KINDS[task.kind].outcomes)
    row = of_task(task)
    if row is None:
        return [TaskOutcome.EXPLAINED] if TaskOutcome.EXPLAINED in outcomes else []
    without: set[TaskOutcome] = set()
    if task.kind == Kind.DIFFERENCE and not row.key.startswith("fee-"):
        without = {TaskOutcome.IS_FEE}
    elif task.kind == Kind.SUSPENSE and not row.stays:  # of an order: its own tasks end it
        without = set(outcomes) - {TaskOutcome.EXPLAINED}
    elif task.kind == Kind.SUSPENSE:
        without = {TaskOutcome.EXPLAINED}
        if not decide.others_to_match(task):
            without.add(TaskOutcome.MATCHED)
    return [name for name in outcomes if name not in without]


def _placed(request: SignedIn, task: MoneyTask, outcome: TaskOutcome) -> Act:
    def run(answers: dict[str, Any]) -> str:
        decide.place(task, outcome, **answers, at=clock.moment_of(request), by=request.user)
        return "Written down: it is in suspense no more."

    effects = [task.what, EFFECTS[outcome]]
    return Act(outcome.label, "Write it down", effects, run, Reason)


def _typed(amount: int, currency: str) -> str:
    return str(in_whole(amount, currency))
