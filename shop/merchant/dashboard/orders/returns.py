"""What shoppers ask of a store after paying: the list, one request, and what cannot be sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shop.core import clock
from shop.core.currencies import written
from shop.core.errors import ShopError
from shop.core.forms.fields import AmountField
from shop.core.forms.numbers import ids_of
from shop.merchant.dashboard.access import (
    MemberRequest,
    members_only,
    store_members,
    suborders_of,
    today_of,
    work_on,
)
from shop.merchant.dashboard.orders.forms import CannotSendForm
from shop.merchant.dashboard.paging import page_of
from shop.money.returns import answer
from shop.money.returns.ask import sum_of_request
from shop.money.returns.models import ReturnPicture, ReturnQuerySet, ReturnRequest
from shop.money.returns.pictures import lines_with_files
from shop.money.returns.replace import answer_by
from shop.money.returns.sums import BackSum
from shop.money.returns.words import KINDS, STATES, reason_words, state_words
from shop.orders.after_sale.contents import left_to_send
from shop.orders.models import Suborder, id_of_number
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

SHOWN = 50
MOST_LINES = 500
Kind, State = ReturnRequest.Kind, ReturnRequest.State


class AnswerForm(forms.Form):
    """What a store says to a shopper."""

    answer = forms.CharField(
        label=gettext_lazy("Your words to the shopper"),
        help_text=gettext_lazy(
            "If it is to be sent back: the address, and how the shopper gets your label. "
            "If you refuse: why."
        ),
        max_length=answer.MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, back: BackSum | None, currency: str, *args: Any, **kwargs: Any) -> None:
        """Ask how much of the delivery goes back, where there is a choice."""
        super().__init__(*args, **kwargs)
        if back and back.least < back.most:
            hint = gettext_lazy("Of the delivery, %(most)s is left. The shopper was told %(told)s.")
            facts = {name: written(minor, currency, get_language())
                     for name, minor in (("most", back.most), ("told", back.delivery))}  # fmt: skip
            self.fields["delivery"] = AmountField(
                label=gettext_lazy("Refund of the delivery"), help_text=hint % facts,
                required=False, initial=back.delivery, may_be_nothing=True,
            )  # fmt: skip


@require_GET
@store_members(Right.ORDERS)
def index(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """List what shoppers ask of a store, what waits for an answer first."""
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:60]
    rows = ReturnRequest.objects.filter(suborder__merchant=merchant)
    rows = rows.select_related("suborder__order").prefetch_related("lines__line")
    if state in STATES:
        rows = rows.filter(state=state)
    if text:
        found = id_of_number(text)
        rows = rows.none() if found is None else rows.filter(suborder__order=found)
    page = page_of(request, rows, size=SHOWN)
    context = {
        "part": "returns",
        "page": page,
        "shown": [(row, KINDS[Kind(row.kind)], *state_words(row.state)) for row in page.rows],
        "q": text,
        "state": state if state in STATES else "",
        "states": [(name, words) for name, (words, _tag) in STATES.items()],
        "today": today_of(request),
    }
    return render(request, "shop/merchant/dashboard/returns.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def show(request: MemberRequest, request_id: int) -> HttpResponse:
    """Show one request, and answer it."""
    found = _own(request, request_id)
    is_open = found.refund is None and found.state != State.REPLACED
    back = sum_of_request(found) if is_open else None
    may_choose = back if Right.AMOUNTS in request.rights else None
    form = AnswerForm(may_choose, found.suborder.order.currency, request.POST or None)
    at = clock.moment_of(request)
    if request.method == "POST" and form.is_valid():
        try:
            said = _decide(request, found, form.cleaned_data, at=at)
        except ShopError as refusal:
            form.add_error(None, str(refusal))
            found.refresh_from_db()
        else:
            messages.success(request, said)
            return redirect("workspace-return", found.pk)
    text, tag = state_words(found.state)
    lines = lines_with_files(found)
    after = ReturnRequest.NEXT[found.state]
    context: dict[str, Any] = {
        "part": "returns",
        "request_": found,
        "order": found.suborder.order,
        "kind": KINDS[Kind(found.kind)],
        "state": text,
        "tag": tag,
        "lines": [(row, reason_words(row.reason)) for row in lines],
        "back": back,
        "earned": back and back.earned_of(found.suborder),
        "form": form,
        "may_receive": found.may_come,
        "may_pay": State.REFUNDED in after and not found.may_come,
        "may_refuse": State.REFUSED in after or found.may_come,
        "may_replace": found.kind != Kind.CANCEL and State.REFUNDED in after,
        "is_mine": Right.ANSWER in request.rights and _is_stores(found),
    }
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/return.html", context, status=status)


@require_GET
@members_only
def picture(request: MemberRequest, picture_id: int) -> HttpResponse:
    """Show a picture that a shopper sent along, to members of the store that it is for."""
    rows = ReturnPicture.objects.filter(line__request__suborder__in=suborders_of(request))
    rows = rows.select_related("line__request__suborder__merchant")
    found = get_object_or_404(rows, pk=picture_id)
    work_on(request, found.line.request.suborder.merchant, Right.ORDERS)
    return as_jpeg(found)


def as_jpeg(row: ReturnPicture) -> HttpResponse:
    """Return a picture as what it is, and nothing else."""
    response = HttpResponse(bytes(row.content), content_type="image/jpeg")
    response.headers["Content-Disposition"] = f'inline; filename="picture-{row.pk}.jpg"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def cannot_send(request: MemberRequest, suborder_id: int) -> HttpResponse:
    """Say that pieces of an order cannot be sent; what follows is said before the button."""
    part = get_object_or_404(suborders_of(request), pk=suborder_id)
    work_on(request, part.merchant, Right.ANSWER)
    left = left_to_send(part)
    if part.state != Suborder.State.WAITING or not left:
        raise Http404
    form = CannotSendForm(left, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            answer.cannot_send(
                part.pk, form.units, are_there=form.cleaned_data["are_there"] == "yes",
                reason=form.cleaned_data["reason"], at=clock.moment_of(request), by=request.user,
            )  # fmt: skip
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The shopper is told, and the money goes back."))
            return redirect("workspace-order", part.pk)
    context = {"part": "orders", "suborder": part, "form": form}
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/cannot_send.html", context, status=status)


def _own(request: MemberRequest, request_id: int) -> ReturnRequest:
    rows: ReturnQuerySet = ReturnRequest.objects.filter(
        suborder__in=suborders_of(request)
    ).select_related("suborder__order__contact", "suborder__merchant", "refund")
    found = get_object_or_404(rows, pk=request_id)
    work_on(request, found.suborder.merchant, Right.ORDERS, change=Right.ANSWER)
    return found


def _is_stores(found: ReturnRequest) -> bool:
    """Tell whether the store answers: also after a refusal that it regrets, until an appeal."""
    regrets = found.state == State.REFUSED and not found.appealed_at
    return regrets or found.may_come or found.state in (State.ASKED, State.AGREED, State.SENT)


def _decide(request: MemberRequest, found: ReturnRequest, typed: dict[str, Any], *, at: Any) -> str:
    """Do what the pressed button says; return what to tell."""
    facts: dict[str, Any] = {"answer": typed["answer"], "at": at, "by": request.user}
    delivery = typed.get("delivery")
    whole = ids_of(request.POST.getlist("whole"), most=MOST_LINES)
    do = request.POST.get("do", "")
    if not _is_stores(found):
        raise Http404  # an organizer decides then
    if do == "agree":
        answer.agree(found.pk, **facts)
        return _("The shopper is told to send it, by mail.")
    if do == "refuse":
        decide = answer.object_to if found.may_come else answer.refuse
        decide(found.pk, **facts)
        return _("The shopper is told, and may ask an organizer.")
    if do == "receive":
        answer.receive(found.pk, whole=whole, delivery=delivery, **facts)
        return _("The money goes back to the shopper.")
    if do == "replace":
        answer_by(found.pk, **facts)
        return _("The shopper is told. The units are set aside.")
    if do == "pay":
        answer.pay_back(found.pk, whole=whole, delivery=delivery, **facts)
        return _("The money goes back to the shopper.")
    raise Http404
