"""What a shopper and the stores of an order write to each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.checkout.order.access import own_order_page
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.numbers import number_of
from shop.core.http import see_other
from shop.orders.cart.current import signed_in
from shop.orders.models import Order, OrderMessage, Suborder
from shop.orders.thread.forms import MessageForm
from shop.orders.thread.shown import ThreadShown, read_messages, show_thread
from shop.orders.thread.write import has_thread, report, write

SIDE = OrderMessage.Side.SHOPPER


def threads_of(
    order: Order, parts: Sequence[Suborder], *, at: datetime, is_proved: bool
) -> list[ThreadShown | None]:
    """Return what was written about each parcel of an order, in their order. One statement.

    To whoever has only the link nothing is shown, and nothing is read: the thread is written to on
    a page of its own, which asks for a proof.
    """
    for part in parts:
        part.order = order
    if is_proved:
        read_messages(parts)
    found = (show_thread(part, SIDE, url=_url(order, part), at=at) for part in parts)
    return [thread if thread.is_there else None for thread in found]


@require_http_methods(["GET", "HEAD", "POST"])
@own_order_page
def thread(request: HttpRequest, order: Order, part_id: int) -> HttpResponse:
    """Show what was written about a parcel, and write to its store, or tell the organizers."""
    part = get_object_or_404(order.suborders.select_related("merchant"), pk=part_id)
    part.order = order
    if not has_thread(part):
        raise Http404
    at, form = clock.moment_of(request), None
    if request.method == "POST" and request.POST.get("do") == "report":
        _report(request, part, at=at)
        return _back(order, part)
    if request.method == "POST":
        form = MessageForm(part, SIDE, request.POST)
        if _is_written(request, part, form, at=at):
            return _back(order, part)
    read_messages([part])
    shown = show_thread(part, SIDE, url=_url(order, part), at=at, form=form)
    context = {"order": order, "part": part, "thread": shown, "form": form}
    status = 422 if form else 200
    response = render(request, "shop/checkout/messages.html", context, status=status)
    # Without any referrer the form would be sent as from nowhere, and refused.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _is_written(request: HttpRequest, part: Suborder, form: MessageForm, *, at: datetime) -> bool:
    """Write what was typed, and tell so; else the form says what is wrong."""
    if not form.is_valid():
        return False
    user = signed_in(request)
    by = user if user and part.order.user_id == user.pk else None
    try:
        write(part.pk, SIDE, form.cleaned_data["text"], at=at, by=by)
    except ShopError as refusal:
        form.add_error(None, str(refusal))
        return False
    said = _("Written. %(store)s was mailed.") % {"store": part.merchant.name}
    messages.success(request, said)
    return True


def _report(request: HttpRequest, part: Suborder, *, at: datetime) -> None:
    try:
        report(part.pk, number_of(request.POST.get("message", "")) or 0, SIDE, at=at)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The organizers were told. They look at this message."))


def _url(order: Order, part: Suborder) -> str:
    return reverse("order-messages", args=[order.number, order.token, part.pk])


def _back(order: Order, part: Suborder) -> HttpResponse:
    response = see_other("order", order.number, order.token)
    response.headers["Location"] += f"#messages-{part.pk}"
    return response
