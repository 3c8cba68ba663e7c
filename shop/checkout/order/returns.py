"""What a shopper can ask for after paying: cancel, search, return, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from shop.catalogue.delivery.carriers import WrongNumber
from shop.checkout.order.access import own_order_page
from shop.checkout.order.return_form import ReturnForm
from shop.checkout.order.return_steps import steps_of
from shop.checkout.order.summary import paid_with
from shop.core import clock
from shop.core.errors import NotPossible, ShopError
from shop.core.forms.numbers import number_of
from shop.core.http import see_other
from shop.money.payments.models import Operation, Payment
from shop.money.returns import answer, ask
from shop.money.returns.decided import may_appeal
from shop.money.returns.models import ReturnRequest
from shop.money.returns.pictures import MOST_PICTURES, add, lines_with_files
from shop.money.returns.replace import came
from shop.money.returns.rules import kinds_of, lines_left, return_until
from shop.money.returns.sums import BackSum
from shop.money.returns.words import state_words
from shop.orders.after_sale.arrive import arrived
from shop.orders.cart.formats import amount, day_at, less
from shop.orders.models import Order, Replacement, Suborder
from shop.orders.shares import Share

Kind, State = ReturnRequest.Kind, ReturnRequest.State
TITLES = {
    Kind.CANCEL: gettext_lazy("Cancel at %(store)s"),
    Kind.MISSING: gettext_lazy("Not arrived from %(store)s"),
    Kind.RETURN: gettext_lazy("Return to %(store)s"),
}
BUTTONS = {
    Kind.CANCEL: gettext_lazy("Cancel it"),
    Kind.MISSING: gettext_lazy("It did not arrive"),
    Kind.RETURN: gettext_lazy("Ask for this return"),
}


class SentForm(forms.Form):
    """Who carries the goods back, and under which number."""

    carrier = forms.CharField(
        label=gettext_lazy("Carrier"), max_length=80,
        error_messages={"required": gettext_lazy("Enter who carries the parcel, like DHL Express")},
    )  # fmt: skip
    tracking_number = forms.CharField(
        label=gettext_lazy("Tracking number"), max_length=60, required=False
    )


@require_http_methods(["GET", "HEAD", "POST"])
@own_order_page
def begin(request: HttpRequest, order: Order, part_id: int, kind: str) -> HttpResponse:
    """Ask what of a parcel is meant, show the sum first, and write the request down."""
    at = clock.moment_of(request)
    part = _part(order, part_id)
    if kind not in TITLES:
        raise Http404
    if not order.is_paid or kind not in kinds_of(part, at=at):
        messages.info(request, _("This cannot be asked for any more. Look at the order again."))
        return see_other("order", order.number, order.token)
    left = lines_left(part, kind, at=at)
    data = request.POST if request.method == "POST" else None
    form = ReturnForm(left, kind, data, request.FILES or None)
    form.skipped = getattr(request, "skipped_files", [])
    status = 200
    if data is not None and form.is_valid() and "again" not in data:
        try:
            made = ask.ask(order.pk, part.pk, kind, form.wishes, at=at)
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _said(made))
            return see_other("order-request", order.number, order.token, made.pk)
    if form.errors:
        status = 422
    if form.is_bound:
        form.ask_anew()
    back = ask.foreseen(part, _wishes(form, kind))
    context = {
        "order": order,
        "part": part,
        "kind": kind,
        "title": TITLES[Kind(kind)] % {"store": part.merchant.name},
        "button": BUTTONS[Kind(kind)],
        "form": form,
        "sum": _shown(back, order),
        "method": _method(order),
        "until": day_at(return_until(part)) if part.delivered_at else "",
    }
    return _page(request, "shop/checkout/return.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@own_order_page
def show(request: HttpRequest, order: Order, request_id: int) -> HttpResponse:
    """Show how a request stands, and let its shopper send, take back, or ask an organizer."""
    found = get_object_or_404(
        ReturnRequest.objects.select_related("suborder__merchant", "refund"),
        pk=request_id, suborder__order=order,
    )  # fmt: skip
    at = clock.moment_of(request)
    form = SentForm(request.POST if request.POST.get("do") == "sent" else None)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "pictures":
                said = _add_pictures(request, found, at=at)
            else:
                said = _change(request.POST.get("do", ""), found, form, at=at)
            if said:
                messages.success(request, said)
                return see_other("order-request", order.number, order.token, found.pk)
        except WrongNumber as refusal:
            form.add_error("tracking_number", str(refusal))
        except ShopError as refusal:
            messages.error(request, str(refusal))
            found.refresh_from_db()
    found.suborder.order = order
    is_replaced = found.state == State.REPLACED
    back = None if found.refund or is_replaced else ask.sum_of_request(found)
    lines = lines_with_files(found)
    text, tag = state_words(found.state)
    context = {
        "order": order,
        "request_": found,
        "state": text,
        "tag": tag,
        "steps": steps_of(found),
        "lines": lines,
        "is_unchecked": any(row.is_unchecked for row in lines),
        "is_replaced": is_replaced,
        "sum": _shown(back or _made(found), order),
        "reference": _reference(found),
        "form": form,
        "may_add": found.kind == Kind.RETURN and found.is_alive,
        "most": MOST_PICTURES,
        "may_send": found.state == State.AGREED,
        "may_take_back": State.LAPSED in ReturnRequest.NEXT[found.state],
        "may_appeal": may_appeal(found),
        "method": _method(order),
    }
    status = 422 if form.errors else 200
    return _page(request, "shop/checkout/request.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@own_order_page
def arrival(request: HttpRequest, order: Order, part_id: int) -> HttpResponse:
    """Let a shopper say that a parcel is there; a search for it ends."""
    part = _part(order, part_id)
    if request.method == "POST":
        at = clock.moment_of(request)
        for row in part.returns.filter(kind=Kind.MISSING).alive():
            ask.take_back(row.pk, at=at)
        try:
            arrived(part.pk, Suborder.Arrival.SHOPPER, at=at)
        except ShopError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Thank you. It is written down that it arrived."))
        return see_other("order", order.number, order.token)
    context = {
        "order": order,
        "title": _("Has the parcel from %(store)s arrived?") % {"store": part.merchant.name},
        "text": _("Then the store is paid after the time in which you can complain."),
        "button": _("Yes, it is here"),
    }
    return _page(request, "shop/checkout/ask.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@own_order_page
def replacement_arrival(request: HttpRequest, order: Order, replacement_id: int) -> HttpResponse:
    """Let a shopper say that a replacement is there."""
    rows = Replacement.objects.select_related("suborder__merchant")
    row = get_object_or_404(rows, pk=replacement_id, suborder__order=order)
    if request.method == "POST":
        try:
            came(row.pk, Suborder.Arrival.SHOPPER, at=clock.moment_of(request))
        except ShopError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Thank you. It is written down that it arrived."))
        return see_other("order", order.number, order.token)
    store = {"store": row.suborder.merchant.name}
    context = {
        "order": order,
        "title": _("Has the replacement from %(store)s arrived?") % store,
        "text": _("Then the store is paid after the time in which you can complain."),
        "button": _("Yes, it is here"),
    }
    return _page(request, "shop/checkout/ask.html", context)


def _page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    response = render(request, template, dict(context), status=status)
    # Without any referrer the form would be sent as from nowhere, and refused.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _part(order: Order, part_id: int) -> Suborder:
    part = get_object_or_404(order.suborders.select_related("merchant"), pk=part_id)
    part.order = order
    return part


def _change(do: str, found: ReturnRequest, form: SentForm, *, at: Any) -> str:
    """Do what a button of the request's page says; return what to tell, or nothing."""
    if do == "sent" and form.is_valid():
        ask.note_sent(found.pk, **form.cleaned_data, at=at)
        return _("Written down. You get a mail when the store has it.")
    if do == "take-back":
        ask.take_back(found.pk, at=at)
        return _("Taken back. Nothing is sent and nothing is paid.")
    if do == "appeal":
        answer.appeal(found.pk, at=at)
        return _("An organizer reads it now and decides.")
    return ""


def _add_pictures(request: HttpRequest, found: ReturnRequest, *, at: Any) -> str:
    """Take more pictures of a line; return what to tell."""
    files = request.FILES.getlist("pictures")
    if getattr(request, "skipped_files", []):
        raise NotPossible(_("The file must be smaller than %(size)s") % {"size": "10 MB"})
    if not files:
        raise NotPossible(_("Choose a picture in JPEG, PNG, WebP, HEIC or AVIF format."))
    add(found.pk, number_of(request.POST.get("line", "")) or 0, list(files), at=at)
    return _("Sent. We check each image before the store sees it.")


def _wishes(form: ReturnForm, kind: str) -> dict[int, ask.Wish]:
    """Return what the sum is worked out for: what was typed, or at first all that is left."""
    if form.is_bound:
        return getattr(form, "wishes", {})
    if kind == Kind.RETURN:
        return {}
    return {row.line.pk: ask.Wish(row.units, row.reasons[0]) for row in form.left if row.units}


def _shown(back: BackSum, order: Order) -> dict[str, Any]:
    rows = [
        (line, share.quantity, amount(share.paid, order.currency))
        for line, share in back.lines.items()
    ]
    return {
        "rows": rows,
        "delivery": amount(back.delivery, order.currency) if back.delivery else "",
        "may_differ": back.least < back.delivery,
        "had": less(back.had, order.currency) if back.had else "",
        "total": amount(back.total, order.currency) if back.lines else "",
    }


def _made(found: ReturnRequest) -> BackSum:
    """Return what went back for a request, by its parts; nothing where goods were sent again."""
    if found.refund is None:
        return BackSum({}, 0)
    lines = {
        row.line: Share(row.quantity, row.paid)
        for row in found.refund.lines.select_related("line").order_by("line__position")
    }
    delivery = sum(found.refund.parcels.values_list("paid", flat=True))
    return BackSum(lines, delivery, kept=list(found.refund.goodwill.all()))


def _reference(found: ReturnRequest) -> str:
    """Return the number by which banks find the refund of a request, once there is one."""
    money = found.refund and Operation.objects.filter(refund=found.refund).first()
    return money.bank_reference if money else ""


def _said(made: ReturnRequest) -> str:
    if made.kind == Kind.CANCEL:
        return _("Cancelled. The money goes back the way you paid.")
    return _("%(store)s has your request, and so have you by mail.") % {
        "store": made.suborder.merchant.name
    }


def _method(order: Order) -> str:
    payment = order.payments.filter(state=Payment.State.PAID).first()
    return paid_with(payment.method) if payment else ""
