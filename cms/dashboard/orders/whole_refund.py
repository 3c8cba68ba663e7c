"""The refund of a whole order in one action, with what it means said before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.confirm import Act, perform
from cms.dashboard.orders.refunds import CAUSES, payers, told
from cms.dashboard.permissions import needs, proved_again
from shop.core import clock
from shop.core.currencies import written
from shop.core.errors import NotPossible, ShopError
from shop.core.forms.fields import LineField
from shop.money.payments.proposals import alone_left, decided, foreseen, propose, whole
from shop.orders.models import Order, Refund, Suborder
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn


class WholeForm(forms.Form):
    """Why all of an order goes back; ``seen`` is how much was decided when the sum was shown."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    cause = forms.ChoiceField(choices=CAUSES)
    reason = LineField(max_length=300, help_text="The shopper reads it, and so do the stores.")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def whole_refund(request: SignedIn, pk: int) -> HttpResponse:
    """Refund all that is left of an order, or ask a second person; first say what it means."""
    order = get_object_or_404(Order, pk=pk)
    if not order.is_paid:
        raise Http404
    at = clock.moment_of(request)
    back = reverse("desk_orders:inspect", args=[pk])
    trail = [(reverse("desk_orders:index"), "Orders"), (back, order.number)]

    def run(answers: dict[str, Any]) -> str:
        plan = whole(order, cause=answers["cause"], reason=answers["reason"])
        made = propose(pk, plan, seen=answers["seen"], at=at, by=request.user)
        return told(made, order)

    try:
        refund = _tried(order, at=at)
    except ShopError as refusal:
        said = str(refusal)
        return perform(request, Act("", "", [], run), back=back, trail=trail, barred=lambda: said)
    amount = written(refund.amount, order.currency, "en")
    is_above = refund.amount > alone_left(order, request.user, at=at)
    button = f"Ask another organizer to approve {amount}" if is_above else f"Refund all {amount}"
    act = Act(
        f"Refund all of {order.number}", button,
        list(_effects(order, refund, request.user, at=at)), run, WholeForm,
        {"seen": decided(pk)}, is_grave=True,
    )  # fmt: skip
    return perform(request, act, back=back, trail=trail)


def _tried(order: Order, *, at: datetime) -> Refund:
    """Return the refund that would be made.

    Raises:
        NotPossible: nothing is left; or as ``foreseen``.
    """
    plan = whole(order, cause=Refund.Cause.RETURN, reason="")
    if not plan.lines and not plan.delivery:
        raise NotPossible("Nothing is left of this order to refund.")
    return foreseen(order.pk, plan, at=at)


def _effects(order: Order, refund: Refund, by: User, *, at: datetime) -> Iterator[str]:
    amount = written(refund.amount, order.currency, "en")
    yield f"{amount} goes to the shopper: all that is left of goods and delivery."
    for name, part in payers(refund, order):
        yield f"{name}: {part}."
    parts = list(order.suborders.select_related("merchant"))
    waiting = Suborder.State.WAITING
    if cancelled := [part.merchant.name for part in parts if part.state == waiting]:
        yield f"Cancelled, with units that can be sold again: {', '.join(cancelled)}."
    gone = (Suborder.State.SHIPPED, Suborder.State.DELIVERED)
    if sent := [part.merchant.name for part in parts if part.service and part.state in gone]:
        yield f"What has left is not asked back: {', '.join(sent)}."
    if vouchers := [str(row.claim.promotion) for row in refund.claims.all()]:
        yield f"Vouchers that come back: {', '.join(vouchers)}."
    alone = alone_left(order, by, at=at)
    if refund.amount > alone:
        own = written(alone, order.currency, "en")
        yield f"You alone may send back {own}: another organizer has to approve it."
    yield "The shopper and the stores are told by email. It cannot be taken back."
