"""The way back for whoever lost the mail: an order's number and address bring its link again.

What is answered is the same whether they belong together or not, down to the statements that are
made, so that nobody tries out whose order a number is. Even the brake counts what was typed.
"""

from __future__ import annotations

import re
from datetime import timedelta
from email.utils import parseaddr
from typing import Any
from unicodedata import decimal, normalize

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop.checkout.order.codes import too_many
from shop.core.http import see_other
from shop.core.networks import network_key
from shop.core.rate_limits.store import limits
from shop.core.tasks import enqueue
from shop.orders.models import NUMBER_START, Order
from shop.orders.tasks import send_order_link
from shop.people.accounts.mailboxes import mailbox_key

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MOST_A_DAY = 4
"""Links that one pair of number and mailbox brings in a day."""
MOST_OF_NETWORK = 20
"""Tries of one network address in an hour."""
NUMBER = re.compile(r"(?:BB)?([0-9]{4})([0-9]{6,15})")
WRONG_NUMBER = _("An order number has BB, the year and at least six digits, like BB-2026-100612")


class FindForm(forms.Form):
    """An order's number and the address that was given with it."""

    number = forms.CharField(
        label=_("Order number"),
        max_length=60,
        help_text=_("For example BB-2026-100612. Spaces and small letters do not matter."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages=dict.fromkeys(("required", "max_length"), WRONG_NUMBER),
    )
    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        help_text=_("The one that you gave at checkout."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter your email address"),
            "invalid": _("Enter an email address in the correct format, like name@example.com"),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # a browser would cut off what is pasted
            field.widget.attrs.pop("maxlength", None)

    def clean_number(self) -> str:
        """Return the number as we write it, without the signs between its digits."""
        typed = normalize("NFKC", self.cleaned_data["number"]).upper()
        signs = (str(decimal(sign)) if sign.isdecimal() else sign for sign in typed)
        match = NUMBER.fullmatch("".join(sign for sign in signs if sign.isalnum()))
        if not match:
            raise forms.ValidationError(WRONG_NUMBER)
        return f"BB-{match[1]}-{match[2]}"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask for number and address, and mail the order's link if they belong together."""
    if request.method != "POST":
        return _page(request, FindForm(), is_sent="sent" in request.GET)
    form = FindForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    number, mailbox = form.cleaned_data["number"], mailbox_key(form.cleaned_data["email"])
    if wait := _has_to_wait(network_key(request), number, mailbox):
        form.add_error(None, too_many(wait))
        return _page(request, form, status=429)
    # A task is queued in any case; without an order it does nothing.
    enqueue(send_order_link, _order_of(number, mailbox) or 0)
    response = see_other("order-find")
    response.headers["Location"] += "?sent"
    return response


def _has_to_wait(network: str, number: str, mailbox: str) -> timedelta | None:
    """Return how long no link is sent, if too many were asked for."""
    tries = limits.count(f"order-find:n:{network}", seconds=int(HOUR.total_seconds()))
    if tries > MOST_OF_NETWORK:
        return HOUR
    pair = f"order-find:p:{number}:{mailbox}"
    return DAY if limits.count(pair, seconds=int(DAY.total_seconds())) > MOST_A_DAY else None


def _order_of(number: str, mailbox: str) -> int | None:
    """Return the id of a number's order if it was paid and its mail goes to this mailbox.

    Of others nobody got a number, and what a stranger wrote as a name is mailed to nobody.
    """
    order_id = int(number.rpartition("-")[2]) - NUMBER_START
    paid = Order.objects.filter(pk=order_id, paid_at__isnull=False)
    order = paid.select_related("contact").first()
    email = order.contact.email if order and order.number == number else ""
    is_right = constant_time_compare(mailbox_key(email), mailbox)
    return order.pk if order and email and is_right else None


def _page(
    request: HttpRequest, form: FindForm, *, is_sent: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "is_sent": is_sent,
        "sender": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
    }
    return render(request, "shop/checkout/find.html", context, status=status)
