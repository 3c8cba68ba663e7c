"""The limits that keep openings fair: one form, and the history of their changes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cms.dashboard.permissions import needs
from cms.dashboard.screens import show
from shop.core import clock
from shop.festivals import limits
from shop.festivals.models import ChangeLog
from shop.people.accounts.requests import SignedIn

LABELS = {
    "open_orders_per_email": "Unpaid orders of one e-mail address",
    "guest_units": "Units in an unpaid order of a guest",
    "guest_share": "Part of the free units for one network's guests, in percent",
    "account_units": "Units in an unpaid order of an account",
    "account_share": "Part of the free units for one network's accounts, in percent",
    "network_units": "Units in all unpaid orders of one network",
    "hold_minutes": "Minutes to pay",
    "least_hold_minutes": "Minutes to pay after orders were left unpaid",
    "flash_hold_minutes": "Minutes to pay in a flash slot",
    "queue_at_once": "Checkout requests at once, in each process",
    "queue_length": "People who may wait in the queue",
}
EFFECTS = {
    "open_orders_per_email": "Who has as many open for the address that the mail of an order goes "
    "to is asked to pay or cancel one first.",
    "guest_units": "Who wants more is asked to order fewer or to sign in. Seats count as units.",
    "guest_share": "What the unpaid orders of all guests of one network address hold together of "
    "one variant, session or deal; one unit is always possible. It keeps one place from parking a "
    "flash sale with many cookies. 34 is a third.",
    "account_units": "The same for somebody signed in with a confirmed e-mail address.",
    "account_share": "The same for accounts with a confirmed e-mail address; guests of the network "
    "are counted apart.",
    "network_units": "Guests together, and accounts together. Orders are not counted, so that a "
    "campus or a phone network behind one address can buy; set it higher where very many do.",
    "hold_minutes": "How long units and prices are held for a cart, and the longest that a "
    "festival can give. New festivals begin with it; what is planned keeps its own.",
    "least_hold_minutes": "Whoever held units and left them unpaid within the last two hours gets "
    "half as long the next time, and half of that again, down to this. Paying makes up for it.",
    "flash_hold_minutes": "New flash slots begin with it; slots that are planned keep theirs.",
    "queue_at_once": "When more ask for the cart or the checkout, they get a place in a queue and "
    "are let in as they came. Choose one less than the threads of a process. 0: no queue.",
    "queue_length": "Who comes beyond that is told honestly to come back in a minute.",
}
MOST_CHANGES = 10


class FairnessForm(forms.Form):
    """A number for each limit; an empty field follows the settings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = limits.usual()
        for name, (least, most) in limits.BOUNDS.items():
            default = getattr(usual, name)
            self.fields[name] = forms.IntegerField(
                label=LABELS[name],
                min_value=least,
                max_value=most,
                required=False,
                help_text=f"{EFFECTS[name]} {least} to {most:,}; empty: {default:,}.",
            )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_festival")
def edit(request: SignedIn) -> HttpResponse:
    """Show the limits and set them."""
    form = FairnessForm(request.POST or None, initial=limits.chosen())
    if request.method == "POST" and form.is_valid():
        at = clock.moment_of(request)
        is_new = limits.change_limits(form.cleaned_data, at=at, by=request.user)
        messages.success(request, "Saved. It counts from now on." if is_new else "Nothing is new.")
        return redirect("desk:fairness")
    rows = ChangeLog.objects.filter(subject="fairness").select_related("by")
    return show(
        request,
        "fairness.html",
        "Fairness",
        icon="group",
        status=422 if form.errors else 200,
        form=form,
        changes=[(row, _told(row)) for row in rows.order_by("-at", "-pk")[:MOST_CHANGES]],
    )


def _told(change: ChangeLog) -> str:
    """Return a change in words: "Minutes to pay: 30 before, 20 now"."""
    names = {None: "as the settings say"}
    return "; ".join(
        f"{LABELS.get(name, name)}: {names.get(change.before.get(name), change.before.get(name))} "
        f"before, {names.get(value, value)} now"
        for name, value in change.after.items()
    )
