"""Money that waits for a person: blocked, failed or in review, and dead messages."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.admin.confirm import Act, perform, reason_form
from cms.admin.orders.stuck import message_table, operation_table, review_table
from cms.admin.permissions import needs
from cms.admin.screens import show
from shop import clock
from shop.accounts.requests import SignedIn
from shop.currencies import written
from shop.errors import GatewayError
from shop.forms.fields import LineField
from shop.orders.models import id_of_number
from shop.payments import repair
from shop.payments.apply import UnknownOrder, apply_session
from shop.payments.models import GatewayEvent, Operation, Payment

SHOWN = 100
LIST = "desk:money"
TRAIL = "Money that waits"


class ElsewhereForm(forms.Form):
    reference = LineField(
        max_length=120, help_text="Of the transfer, as the bank writes it, with its day."
    )
    reason = LineField(max_length=300, help_text="Why it did not go through the provider.")


@require_safe
@needs("view_order")
def money(request: SignedIn) -> HttpResponse:
    """List the money that waits for a person, the oldest first. Three statements."""
    asked = _asked(request)
    operations = _of_order(repair.stuck_operations(), "payment__order", asked)
    reviews = _of_order(repair.differing_payments(), "order", asked)
    dead = repair.dead_messages()
    operations = operations.select_related("payment__order", "refund").order_by("made_at", "pk")
    reviews = reviews.select_related("order").order_by("made_at", "pk")
    context: dict[str, Any] = {
        "asked": asked,
        "operations": operation_table(operations[:SHOWN], request),
        "reviews": review_table(reviews[:SHOWN], request),
        "messages_given_up": None
        if asked
        else message_table(dead.order_by("received_at", "pk")[:SHOWN], request),
    }
    return show(request, "money.html", TRAIL, icon="time", **context)


def waiting() -> int:
    """Return how much of all this there is. One statement."""
    kinds = (repair.stuck_operations, repair.differing_payments, repair.dead_messages)
    first, *others = (rows().order_by().values("pk") for rows in kinds)
    return first.union(*others, all=True).count()


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def try_again(request: SignedIn, pk: int) -> HttpResponse:
    """Send money back once more, after a look whether it went."""
    operation = get_object_or_404(Operation.objects.select_related("payment__order"), pk=pk)

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        if repair.try_again(operation, at=at, by=request.user):
            return "It is sent again within a minute."
        return "The provider had sent it already. Nothing is sent again."

    effects = [
        _named(operation),
        "The provider is asked first whether it went. If so, that is written down, and no more.",
        "If not, it is sent again under a new key. The same cause may stop it again.",
    ]
    act = Act("Send this money again", "Try again", effects, run)
    return _perform(request, act, operation)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def settle(request: SignedIn, pk: int) -> HttpResponse:
    """Write down that the shopper got the money another way."""
    operation = get_object_or_404(Operation.objects.select_related("payment__order"), pk=pk)

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        repair.settle_elsewhere(operation, **answers, at=at, by=request.user)
        return "Written down: the shopper got this money another way."

    effects = [
        _named(operation),
        "Do this when the money has left your own account, not before.",
        "The books say that it was paid from there. Nothing is sent through the provider any more.",
        "It cannot be taken back.",
    ]
    title = "This money was paid another way"
    act = Act(title, "It was paid", effects, run, ElsewhereForm, is_grave=True)
    return _perform(request, act, operation)


@require_POST
@needs("publish_festival")
def look_again(request: SignedIn, pk: int) -> HttpResponse:
    """Ask the provider how a payment in review stands; once it went back, its goods are free."""
    payment = get_object_or_404(Payment, pk=pk, state=Payment.State.REVIEW)
    try:
        payment = apply_session(
            cast("str", payment.session_id), is_waited_for=True, at=clock.moment_of(request)
        )
    except (GatewayError, UnknownOrder) as silent:
        messages.error(request, f"The payment provider does not answer: {silent}")
        return redirect(LIST)
    if payment.state == Payment.State.REVIEW:
        messages.info(request, "The money is still there. Refund it in the provider's dashboard.")
    else:
        messages.success(request, "The money went back, and the goods are free.")
    return redirect(LIST)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def message(request: SignedIn, pk: int, name: str) -> HttpResponse:
    """Apply a message of the provider once more, or close it with a reason."""
    event = get_object_or_404(GatewayEvent, pk=pk)
    is_again = name == "again"

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        if is_again:
            repair.apply_again(event, at=at, by=request.user)
            return "It is applied within a minute."
        repair.close_message(event, at=at, by=request.user, **answers)
        return "Closed."

    received = f"{localtime(event.received_at):%-d %B %Y, %H:%M %Z}"
    effects = [
        f"{event.kind} about {event.object_id}, received {received}.",
        f"It failed {event.tries} times, at last with: {event.error}",
        "The provider is asked again how things stand; nothing is done twice."
        if is_again
        else "Nothing is changed beside: it leaves this list.",
    ]
    form = forms.Form if is_again else reason_form("Whoever looks next reads it.")
    title = "Apply this message again" if is_again else "Close this message"
    act = Act(title, "Apply it" if is_again else "Close it", effects, run, form)
    back = reverse(LIST)
    dead = repair.dead_messages().filter(pk=pk)
    return perform(
        request, act, back=back, trail=[(back, TRAIL)],
        barred=lambda: "" if dead.exists() else "It does not wait for anybody any more.",
    )  # fmt: skip


def _perform(request: SignedIn, act: Act, operation: Operation) -> HttpResponse:
    back = reverse(LIST)
    own = repair.stuck_operations().filter(pk=operation.pk)
    return perform(
        request, act, back=back, trail=[(back, TRAIL)],
        barred=lambda: "" if own.exists() else "It does not wait for anybody any more.",
    )  # fmt: skip


def _asked(request: SignedIn) -> str:
    return " ".join(request.GET.get("q", "").replace("\0", "").split())[:40]


def _of_order(rows: QuerySet[Any], way: str, asked: str) -> QuerySet[Any]:
    """Keep the rows of the order whose number was typed, or all where none was."""
    if not asked:
        return rows
    return rows.filter(**{way: id_of_number(asked) or 0})


def _named(operation: Operation) -> str:
    amount = written(operation.amount, operation.currency, "en")
    return f"{amount} of order {operation.payment.order.number}, owed to the shopper."
