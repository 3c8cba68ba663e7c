"""A screen that says what an action will do before it is done, and then does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import pluralize

from cms.admin.pages import Trail, show
from shop.errors import ShopError
from shop.orders.effects import Effect
from shop.workspace.fields import LineField


class ReasonForm(forms.Form):
    """A reason; what people read of it says the field's help."""

    reason = LineField(max_length=300, help_text="It is kept with what was done.")


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


def perform(request: HttpRequest, act: Act, *, back: str, trail: Trail) -> HttpResponse:
    """Show an action's effect and form, or do it and go back.

    Args:
        back: where its screen is left for.
    """
    form = act.form(request.POST if request.method == "POST" else None, initial=act.initial)
    if request.method == "POST" and form.is_valid():
        try:
            said = act.run(form.cleaned_data)
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said)
            return redirect(back)
    status = 422 if form.errors else 200
    return show(
        request, "act.html", act.title, trail=trail, icon="warning" if act.is_grave else "cog",
        status=status, act=act, form=form, back=back,
    )  # fmt: skip


def told(effect: Effect, zone: str, *, kept: bool = True) -> list[str]:
    """Say what an action means for orders.

    Args:
        zone: in which the last instant to pay is written.
        kept: whether open orders keep their price; else they are ended.
    """
    found = []
    if not effect.open_orders:
        found.append("No order is open that holds something of it.")
    else:
        count = effect.open_orders
        orders = f"{count} open order{pluralize(count)} hold{pluralize(count, 's,')} its price"
        until = f"{effect.until.astimezone(ZoneInfo(zone)):%H:%M} ({zone})"
        found.append(
            f"{orders}. {'It' if count == 1 else 'They'} can still be paid until {until}."
            if kept
            else f"{orders}. {'It is' if count == 1 else 'They are'} ended: nothing is charged."
        )
    if effect.paid_orders:
        count = effect.paid_orders
        found.append(f"{count} paid order{pluralize(count)} had it. They stay as they are.")
    return found
