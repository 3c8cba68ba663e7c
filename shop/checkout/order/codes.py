"""Shows that an order is the reader's own: by a code, or by a fresh link, from its mailbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from unicodedata import decimal

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext
from django.views.decorators.http import require_http_methods, require_safe

from shop.checkout.order.access import PAGES_AFTER, open_page
from shop.checkout.order.proof import KNOWN_FOR, is_old, is_proved, prove
from shop.core import clock
from shop.core.http import see_other
from shop.core.networks import network_key
from shop.core.rate_limits.store import limits
from shop.core.tasks import enqueue
from shop.orders.access import CODE_WORKS, DIGITS, begin_code, is_fresh, use_code
from shop.orders.models import Order
from shop.orders.tasks import send_order_code

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MOST_A_DAY = 5
"""Codes that go to one order's address in a day: who has its link cannot fill a mailbox."""
MOST_OF_NETWORK = 20
"""Codes that one network address may cause in an hour."""


class OrderCodeForm(forms.Form):
    """The six digits of a mail, with any spaces and in any script's digits."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages=dict.fromkeys(
            ("required", "max_length"), gettext_lazy("Enter the six digits of the newest mail")
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = _("Six digits, from the newest mail. They work for %(time)s.")
        self.fields["code"].help_text = hint % {"time": in_words(CODE_WORKS)}

    def clean_code(self) -> str:
        """Return the digits alone, as we write them."""
        typed = self.cleaned_data["code"]
        digits = "".join(str(decimal(sign)) for sign in typed if sign.isdecimal())
        if len(digits) != DIGITS:
            raise forms.ValidationError(_("Enter the six digits of the newest mail"))
        return digits


@require_http_methods(["GET", "HEAD", "POST"])
@open_page
def code(request: HttpRequest, order: Order) -> HttpResponse:
    """Send a code to the order's address, take it, and lead on to the page in ``next``."""
    wanted = request.GET.get("next", "")
    page = wanted if wanted in PAGES_AFTER.values() else "order"
    if is_proved(request, order, at=clock.moment_of(request)):
        return see_other(page, order.number, order.token)
    if request.method == "POST" and order.contact.email:
        if request.POST.get("do") == "send":
            return _send(request, order, page)
        return _take(request, order, page)
    return _page(request, order, page, OrderCodeForm() if "sent" in request.GET else None)


@require_safe
@open_page
def open_fresh(request: HttpRequest, order: Order, proof: str) -> HttpResponse:
    """Open an order by a link that was just mailed; an older one proves nothing."""
    at = clock.moment_of(request)
    response = see_other("order", order.number, order.token)
    if is_fresh(order, proof, at=at):
        prove(request, response, order, at=at)
    return response


def in_words(length: timedelta) -> str:
    """Return hours or minutes as a part of a sentence."""
    minutes = round(length / MINUTE)
    if minutes % 60 == 0:
        text = npgettext("duration", "%(count)d hour", "%(count)d hours", minutes // 60)
        return text % {"count": minutes // 60}
    text = npgettext("duration", "%(count)d minute", "%(count)d minutes", minutes)
    return text % {"count": minutes}


def too_many(wait: timedelta) -> str:
    """Return the sentence for somebody who tries too often."""
    return _("Too many attempts. Try again in %(time)s.") % {"time": in_words(wait)}


def _send(request: HttpRequest, order: Order, page: str) -> HttpResponse:
    if wait := _has_to_wait(request, order):
        form = OrderCodeForm({})
        form.errors.clear()
        form.add_error(None, too_many(wait))
        return _page(request, order, page, form, status=429)
    enqueue(send_order_code, order.pk, begin_code(order))
    response = see_other("order-code", order.number, order.token)
    response.headers["Location"] += f"?next={page}&sent"
    return response


def _has_to_wait(request: HttpRequest, order: Order) -> timedelta | None:
    """Return how long no code is sent, if too many were asked for."""
    network = f"order-codes:n:{network_key(request)}"
    if limits.count(network, seconds=int(HOUR.total_seconds())) > MOST_OF_NETWORK:
        return HOUR
    if not limits.add(f"order-codes:m:{order.pk}", 1, MINUTE.total_seconds()):
        return MINUTE
    day = f"order-codes:d:{order.pk}"
    return DAY if limits.count(day, seconds=int(DAY.total_seconds())) > MOST_A_DAY else None


def _take(request: HttpRequest, order: Order, page: str) -> HttpResponse:
    form = OrderCodeForm(request.POST)
    if not form.is_valid():
        return _page(request, order, page, form, status=422)
    is_right = use_code(order, form.cleaned_data["code"])
    if is_right:
        response = see_other(page, order.number, order.token)
        prove(request, response, order, at=clock.moment_of(request))
        return response
    if is_right is None:
        form.add_error("code", too_many(CODE_WORKS))
        return _page(request, order, page, form, status=429)
    form.add_error("code", _("The code is not right or is too old. Enter the newest one."))
    return _page(request, order, page, form, status=422)


def _page(
    request: HttpRequest, order: Order, page: str, form: OrderCodeForm | None, *, status: int = 200
) -> HttpResponse:
    context = {
        "order": order,
        "why": _why(order, page, clock.moment_of(request)),
        "email": masked(order.contact.email),
        "form": form,
        "knows_for": in_words(KNOWN_FOR),
    }
    response = render(request, "shop/checkout/code.html", context, status=status)
    # Without any referrer the form would be sent as from nowhere, and refused.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _why(order: Order, page: str, at: datetime) -> str:
    if is_old(order, at=at):
        return "old"
    return "stop" if page == "order-cancel" else "address"


def masked(email: str) -> str:
    """Return an address as its owner knows it again, and nobody else does: l•••@example.org."""
    local, at_sign, domain = email.rpartition("@")
    return f"{local[:1]}•••{at_sign}{domain}" if email else ""
