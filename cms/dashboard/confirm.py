"""A screen that tells the effect of an action before it is done, and then does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import pluralize

from cms.dashboard.screens import Trail, show
from shop.core import dates
from shop.core.errors import LookAgain, ShopError
from shop.core.forms.fields import LineField
from shop.orders.effects import Effect
from shop.people.accounts.requests import SignedIn


def reason_form(who_reads: str, *, is_needed: bool = True) -> type[forms.Form]:
    """Return a form that asks for a reason, and says who reads it."""

    class ReasonForm(forms.Form):
        reason = LineField(max_length=300, required=is_needed, help_text=who_reads)

    return ReasonForm


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done to a deal, a slot or a benefit.

    ``run`` does it with the form's answers and returns what to say; ``effects`` are sentences
    that say beforehand what it means.
    """

    title: str
    button: str
    effects: Sequence[str]
    run: Callable[[dict[str, Any]], str]
    form: type[forms.Form] = forms.Form
    initial: dict[str, Any] = field(default_factory=dict)
    is_grave: bool = False


def _never_barred() -> str:
    return ""


def unless(row: Any, state: str, otherwise: str) -> Callable[[], str]:
    """Return the check that bars an action while a row is not in the state that it needs."""

    def barred() -> str:
        now = type(row).objects.get(pk=row.pk)
        return "" if now.state == state else f"{otherwise}: {now.get_state_display().lower()}."

    return barred


def perform(
    request: SignedIn,
    act: Act,
    *,
    back: str,
    trail: Trail,
    barred: Callable[[], str] = _never_barred,
) -> HttpResponse:
    """Show an action's effect and form, or do it and go back.

    Args:
        back: where its screen is left for.
        barred: says how things are where the action is not possible now, else nothing. It is
            asked again after a refusal: a second press of the button comes too late, and the
            first one has done what was wanted. Where something has changed since it was shown,
            a refusal leads back as well.
    """
    if said := barred():
        return _leave(request, said, back)
    form = act.form(request.POST if request.method == "POST" else None, initial=act.initial)
    if request.method == "POST" and form.is_valid():
        try:
            said = act.run(form.cleaned_data)
        except ShopError as refusal:
            if isinstance(refusal, LookAgain):
                messages.warning(request, str(refusal))
                return redirect(back)
            if said := barred():
                return _leave(request, said, back)
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said)
            return redirect(back)
    status = 422 if form.errors else 200
    return show(
        request, "act.html", act.title, trail=trail, icon="warning" if act.is_grave else "cog",
        status=status, act=act, form=form, back=back,
    )  # fmt: skip


def _leave(request: SignedIn, said: str, back: str) -> HttpResponse:
    messages.info(request, said)
    return redirect(back)


def told(effect: Effect, zone: str, *, kept: bool = True) -> list[str]:
    """Return the effect of an action on orders in sentences.

    Args:
        zone: in which the last instant to pay is written.
        kept: whether orders keep their price; else open ones are ended, and somebody decides
            about those that are paid.
    """
    found = []
    if not effect.open_orders:
        found.append("No order is open that holds something of it.")
    else:
        count = effect.open_orders
        orders = f"{count:,} open order{pluralize(count)} hold{pluralize(count, 's,')} its price"
        until = dates.clock(cast("datetime", effect.until), zone, "en")
        found.append(
            f"{orders}. {'It' if count == 1 else 'They'} can still be paid until {until}."
            if kept
            else f"{orders}. {'It is' if count == 1 else 'They are'} ended: nothing is charged."
        )
    if effect.paid_orders:
        count = effect.paid_orders
        what = (
            ("It stays as it is." if count == 1 else "They stay as they are.")
            if kept
            else f"Nothing happens to {'it' if count == 1 else 'them'} before you decide: keep the "
            "price, or send the money back. The shopper is told either way."
        )
        found.append(f"{count:,} paid order{pluralize(count)} had this price. {what}")
    return found
