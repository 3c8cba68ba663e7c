"""The refund desk: what goes back of an order, by line, with who bears it, before it is sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.fields import CountField
from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.screens import show
from shop.core import clock
from shop.core.currencies import written
from shop.core.errors import ShopError
from shop.core.forms.fields import AmountField, LineField
from shop.core.forms.numbers import number_of
from shop.festivals.models import Fund
from shop.money.payments.models import RefundProposal
from shop.money.payments.proposals import RefundPlan, alone_left, decided, foreseen, propose
from shop.orders.models import Order, OrderLine, Refund, Suborder
from shop.orders.refund import delivery_left, gone
from shop.orders.shares import Share
from shop.people.accounts.requests import SignedIn

CAUSES = [
    (Refund.Cause.RETURN, "It came back, or need not"),
    (Refund.Cause.LOST, "Its parcel was lost: vouchers come back"),
    (Refund.Cause.CANNOT_DELIVER, "It cannot be delivered: vouchers come back"),
    (Refund.Cause.GOODWILL, "Goodwill"),
]


@dataclass(frozen=True, slots=True)
class RefundRow:
    """A line or a delivery on the screen: what is left of it, and its fields."""

    name: str
    store: str
    left: str
    fields: tuple[forms.BoundField, ...]


class RefundForm(forms.Form):
    """What goes back of each line and parcel, goodwill with its payers, and why."""

    cause = forms.ChoiceField(choices=CAUSES)
    is_restocked = forms.BooleanField(
        required=False, label="The units can be sold again",
        help_text="Leave it empty where they are lost, broken, or still with the shopper.",
    )  # fmt: skip
    reason = LineField(max_length=300, help_text="The shopper reads it, and so do the stores.")

    def __init__(self, order: Order, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        self.parts = list(order.suborders.select_related("merchant").order_by("position"))
        self.lines = list(order.lines.select_related("suborder__merchant"))
        before = gone(self.lines)
        self.left = {
            line.pk: Share(line.quantity - back.quantity, line.paid - back.paid)
            for line in self.lines
            for back in [before.get(line.pk, Share())]
        }
        self.deliveries = {part.pk: delivery_left(part)[0] for part in self.parts}
        self.funds = list(Fund.objects.filter(festival__in={
            line.festival_id for line in self.lines if line.festival_id}))  # fmt: skip
        self._add()

    def _add(self) -> None:
        for line in self.lines:
            left = self.left[line.pk]
            if left.quantity:
                self.fields[f"units-{line.pk}"] = CountField(
                    label="Units", min_value=0, max_value=left.quantity, required=False
                )
            if left.paid:
                self.fields[f"paid-{line.pk}"] = AmountField(
                    label="Instead of their price", required=False
                )
        for part in self.parts:
            if self.deliveries[part.pk]:
                self.fields[f"delivery-{part.pk}"] = AmountField(label="Amount", required=False)
            self.fields[f"store-{part.pk}"] = AmountField(
                label=f"Goodwill by {part.merchant.name}", required=False
            )
            self.fields[f"platform-{part.pk}"] = AmountField(
                label="Goodwill by the platform", required=False
            )
            for fund in self.funds:
                self.fields[f"fund-{fund.pk}-{part.pk}"] = AmountField(
                    label=f"Goodwill by {fund.sponsor}", required=False
                )

    def rows(self) -> list[RefundRow]:
        """Return lines, deliveries and goodwill for the screen, store by store."""
        found = []
        for part in self.parts:
            for line in self.lines:
                if line.suborder_id == part.pk:
                    found.append(self._line(line))
            if left := self.deliveries[part.pk]:
                found.append(self._row(f"Delivery by {part.merchant.name}", part, self._said(left),
                                       f"delivery-{part.pk}"))  # fmt: skip
            names = [f"store-{part.pk}", f"platform-{part.pk}"]
            names += [f"fund-{fund.pk}-{part.pk}" for fund in self.funds]
            found.append(self._row("Goodwill, beside goods and delivery", part, "", *names))
        return found

    def _line(self, line: OrderLine) -> RefundRow:
        left = self.left[line.pk]
        said = f"{left.quantity} of {line.quantity}, {self._said(left.paid)}"
        return self._row(line.read, line.suborder, said, f"units-{line.pk}", f"paid-{line.pk}")

    def _row(self, name: str, part: Suborder, left: str, *names: str) -> RefundRow:
        fields = tuple(self[one] for one in names if one in self.fields)
        return RefundRow(name, part.merchant.name, left, fields)

    def _said(self, amount: int) -> str:
        return written(amount, self.order.currency, "en")

    def plan(self) -> RefundPlan:
        """Return what was typed as a plan."""
        typed = self.cleaned_data

        def of(name: str) -> int:
            return typed.get(name) or 0

        lines = {
            str(line.pk): (of(f"units-{line.pk}"), typed.get(f"paid-{line.pk}"))
            for line in self.lines
            if of(f"units-{line.pk}") or of(f"paid-{line.pk}")
        }
        gifts = {}
        for part in self.parts:
            given = [(of(f"fund-{fund.pk}-{part.pk}"), fund.pk) for fund in self.funds]
            sponsor, fund_id = next(((n, pk) for n, pk in given if n), (0, None))
            gifts[str(part.pk)] = (
                of(f"store-{part.pk}"), of(f"platform-{part.pk}"), sponsor, fund_id
            )  # fmt: skip
        return RefundPlan(
            cause=typed["cause"],
            reason=typed["reason"],
            lines=lines,
            delivery={str(part.pk): of(f"delivery-{part.pk}") for part in self.parts},
            gifts=gifts,
            is_restocked=typed["is_restocked"],
        )

    def clean(self) -> dict[str, Any]:
        """Refuse goodwill of two sponsors at once: one row has one fund."""
        answers = super().clean() or self.cleaned_data
        for part in self.parts:
            given = [fund for fund in self.funds if answers.get(f"fund-{fund.pk}-{part.pk}")]
            if len(given) > 1:
                self.add_error(f"fund-{given[1].pk}-{part.pk}", "One sponsor at a time.")
        return answers


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def refund(request: SignedIn, pk: int) -> HttpResponse:
    """Work out what goes back and who bears it; then send it, or ask a second person."""
    order = get_object_or_404(Order, pk=pk)
    if not order.is_paid:
        raise Http404
    at = clock.moment_of(request)
    back = reverse("desk_orders:inspect", args=[order.pk])
    form = RefundForm(order, request.POST if request.method == "POST" else None)
    seen: Refund | None = None
    if request.method == "POST" and form.is_valid():
        try:
            seen = foreseen(order.pk, form.plan(), at=at)
            if request.POST.get("do") == "send":
                made = propose(order.pk, form.plan(), at=at, by=request.user,
                               seen=number_of(request.POST.get("seen", "")))  # fmt: skip
                messages.success(request, told(made, order))
                return redirect(back)
        except ShopError as refusal:
            form.add_error(None, str(refusal))
    alone = alone_left(order, request.user, at=at)
    trail = [(reverse("desk_orders:index"), "Orders"), (back, order.number)]
    return show(
        request, "refund.html", f"Refund {order.number}", trail=trail, icon="rotate",
        status=422 if form.errors else 200, form=form, rows=form.rows(), order=order, back=back,
        seen=decided(order.pk),
        payers=payers(seen, order) if seen else [],
        amount=written(seen.amount, order.currency, "en") if seen else "",
        alone=written(alone, order.currency, "en"),
        is_above=seen is not None and seen.amount > alone,
        vouchers=[str(row.claim.promotion) for row in seen.claims.all()] if seen else [],
        left=written(_left(form), order.currency, "en"),
    )  # fmt: skip


def payers(seen: Refund, order: Order) -> list[tuple[str, str]]:
    """Return who bears a refund, with amounts that add up to it."""
    found: Counter[str] = Counter()
    for row in seen.lines.all():
        found[row.line.suborder.merchant.name] += row.earned
        found["Commission that comes back"] += row.commission
        found["Less what organizer and sponsors had paid"] -= row.funded
    for parcel in seen.parcels.all():
        found[parcel.suborder.merchant.name] += parcel.earned
        found["Less what organizer and sponsors had paid"] -= parcel.funded
    for gift in seen.goodwill.all():
        found[gift.suborder.merchant.name] += gift.by_merchant
        found["The platform"] += gift.by_platform
        if gift.fund:
            found[gift.fund.sponsor] += gift.by_fund
    return [(name, written(n, order.currency, "en")) for name, n in found.items() if n]


def _left(form: RefundForm) -> int:
    return sum(left.paid for left in form.left.values()) + sum(form.deliveries.values())


def told(made: Refund | RefundProposal, order: Order) -> str:
    """Say what became of a refund that was asked for."""
    amount = written(made.amount, order.currency, "en")
    if isinstance(made, RefundProposal):
        return f"{amount} waits on the money desk until another organizer approves it."
    return f"{amount} goes back within a minute. The shopper and the stores are told."
