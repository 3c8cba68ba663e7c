"""One task of the money desk: what happened, who looks after it, and what may be done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cms.dashboard.confirm import perform
from cms.dashboard.money.decisions import asked_by
from cms.dashboard.money.index import LIST, TRAIL
from cms.dashboard.money.outcomes import ACTS, possible
from cms.dashboard.permissions import may, needs, proved_again
from cms.dashboard.screens import show
from cms.dashboard.tables import link, moment
from cms.roles import ORGANIZER
from shop.core import clock
from shop.core.currencies import written
from shop.core.errors import GatewayError, ShopError
from shop.core.forms.numbers import number_of
from shop.core.forms.private_files import as_file
from shop.money.money_tasks import gate
from shop.money.money_tasks.kinds import KINDS, TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.apply import UnknownOrder, apply_session
from shop.money.payments.disputes.evidence import with_papers
from shop.money.payments.disputes.models import (
    Dispute,
    DisputeAnswer,
    DisputeEvidence,
    EvidenceDocument,
)
from shop.money.payments.models import Payment
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn

RELATED = (
    "order",
    "merchant",
    "payment",
    "operation__refund",
    "dispute",
    "event",
    "owner",
    "closed_by",
)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_settlement", to_post="publish_festival")
def task(request: SignedIn, pk: int) -> HttpResponse:
    """Show a task; posting gives it to somebody."""
    found = get_object_or_404(MoneyTask.objects.select_related(*RELATED), pk=pk)
    if request.method == "POST":
        return _hand_over(request, found)
    kind = KINDS[found.kind]
    can_act = found.is_open and may(request.user, "publish_festival")
    context: dict[str, Any] = {
        "task": found,
        "kind": kind,
        "facts": _facts(found),
        "said": _said(found),
        "outcome": TaskOutcome(found.outcome).label if found.outcome else "",
        "acts": [(name, name.label) for name in open_to(found, request)] if can_act else [],
        "can_send": can_act and _takes_evidence(found),
        "is_own": can_act and asked_by(found, request.user),
        "can_look": can_act and found.kind == MoneyTask.Kind.PAYMENT_REVIEW,
        "people": people() if can_act else [],
        "is_overdue": found.is_open and found.due_at <= clock.moment_of(request),
    }
    title = f"{kind.title}: {found.order.number}" if found.order else kind.title
    trail = [(reverse(LIST), TRAIL)]
    return show(request, "money_task.html", title, icon="time", trail=trail, **context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def close(request: SignedIn, pk: int, outcome: str) -> HttpResponse:
    """Close a task in one of the ways in which its kind may end."""
    found = get_object_or_404(MoneyTask.objects.select_related(*RELATED), pk=pk)
    if outcome not in open_to(found, request):
        return redirect("desk:money-task", pk)
    act = ACTS[TaskOutcome(outcome)](request, found)
    here = reverse("desk:money-task", args=[pk])

    def barred() -> str:
        is_open = MoneyTask.objects.filter(pk=pk, state=MoneyTask.State.OPEN).exists()
        return "" if is_open else "It does not wait for anybody any more."

    trail = [(reverse(LIST), TRAIL), (here, found.order.number if found.order else "Task")]
    return perform(request, act, back=reverse(LIST), trail=trail, barred=barred)


@require_POST
@needs("publish_festival")
def look_again(request: SignedIn, pk: int) -> HttpResponse:
    """Ask the provider how a payment in review stands; once it went back, its goods are free."""
    found = get_object_or_404(MoneyTask, pk=pk, state=MoneyTask.State.OPEN)
    payment = get_object_or_404(Payment, pk=found.payment_id, state=Payment.State.REVIEW)
    try:
        payment = apply_session(
            payment.session_id or "", is_waited_for=True, at=clock.moment_of(request)
        )
    except (GatewayError, UnknownOrder) as silent:
        messages.error(request, f"The payment provider does not answer: {silent}")
        return redirect("desk:money-task", pk)
    if payment.state == Payment.State.REVIEW:
        messages.info(request, "The money is still there.")
        return redirect("desk:money-task", pk)
    messages.success(request, "The money went back, and the goods are free.")
    return redirect(LIST)


@require_GET
@needs("view_settlement")
def paper(request: SignedIn, pk: int) -> HttpResponse:
    """Return a paper that a store handed in about a dispute, for the answer to the bank."""
    return as_file(get_object_or_404(EvidenceDocument, pk=pk), f"paper-{pk}")


def open_to(found: MoneyTask, request: SignedIn) -> list[TaskOutcome]:
    """Return how somebody may end a task: who asked for a refund does not approve it."""
    outcomes = possible(found)
    if asked_by(found, request.user):
        return [name for name in outcomes if name != TaskOutcome.APPROVED]
    return outcomes


def people() -> list[User]:
    """Return the organizers to whom a task can be given, by name."""
    rows = User.objects.filter(groups__name=ORGANIZER, is_active=True)
    return list(rows.order_by("first_name", "last_name", "email").distinct())


def _hand_over(request: SignedIn, found: MoneyTask) -> HttpResponse:
    chosen = number_of(request.POST.get("owner", ""))
    to = next((user for user in people() if user.pk == chosen), None)
    try:
        gate.hand_over(found, to, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, f"It is {to.name or to.email}’s now." if to else "It is nobody’s."
        )
    return redirect("desk:money-task", found.pk)


def _takes_evidence(found: MoneyTask) -> bool:
    dispute = found.dispute
    is_open = dispute is not None and dispute.state in (Dispute.State.INQUIRY, Dispute.State.OPEN)
    return bool(is_open and dispute and not dispute.is_being_answered)


def _how(row: DisputeAnswer) -> object:
    """Return how an answer to the bank stands."""
    if row.sent_at:
        return format_html("Sent, {}", moment(row.sent_at))
    if row.state == DisputeAnswer.State.BLOCKED:
        return f"Not sent: {row.error}"
    return f"Being sent. {row.error}".strip()


def _said(found: MoneyTask) -> list[DisputeEvidence]:
    """Return what stores said about the dispute of a task. Two statements, or none."""
    if found.dispute is None:
        return []
    return list(with_papers(found.dispute.evidence.select_related("suborder__merchant", "by")))


def _facts(found: MoneyTask) -> list[tuple[str, object]]:
    """Return what is known about a task beside what happened, by name."""
    payment, operation, dispute = found.payment, found.operation, found.dispute
    facts: list[tuple[str, object]] = []
    if found.merchant:
        where = reverse("desk:store-page", args=[found.merchant.pk])
        facts.append(("Store", link(found.merchant.name, where)))
    if found.amount is not None:
        facts.append(("Amount", written(found.amount, found.currency, "en")))
    if payment:
        facts.append(("Was asked", written(payment.amount, payment.currency, "en")))
        facts.append(("Charge at the provider", payment.charge_id or payment.intent_id or ""))
    if operation:
        facts.append(("Refund at the provider", operation.remote_id or "none"))
        facts.append(("What stopped it", operation.error))
    if dispute:
        facts.append(("Dispute at the provider", dispute.remote_id))
        facts.append(("How it stands there", dispute.remote_status.replace("_", " ")))
        facts.append(("Taken by the bank", written(dispute.withdrawn, dispute.currency, "en")))
        facts.append(("Fee of the provider", written(dispute.fee, dispute.currency, "en")))
        facts.append(("To be answered by", moment(dispute.due_by)))
        facts += [("Evidence for the bank", _how(row)) for row in dispute.answers.all()]
    if found.event:
        facts.append(("Message", f"{found.event.kind} {found.event.object_id}"))
    return [(name, value) for name, value in facts if value]
