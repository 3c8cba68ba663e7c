"""What organizers write down about an order, and whose shopper is to be called back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from cms.dashboard.permissions import needs
from shop.core import clock
from shop.core.errors import ShopError
from shop.orders.after_sale import notes
from shop.orders.models import Order, OrderNote
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn


class NoteForm(forms.Form):
    """A note for colleagues, and perhaps a day to call back."""

    text = forms.CharField(
        label="Note", max_length=notes.MOST_WORDS,
        help_text="Colleagues alone read it. It goes when the shopper’s contact goes.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    due_on = forms.DateField(
        label="Call back on", required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NoteShown:
    """A note, who wrote it, and what the reader may do with it."""

    note: OrderNote
    by: str
    struck_by: str
    done_by: str
    may_strike: bool
    is_due: bool


@require_POST
@needs("change_order")
def write(request: SignedIn, pk: int) -> HttpResponse:
    """Write a note on an order."""
    order = get_object_or_404(Order, pk=pk)
    form = NoteForm(request.POST)
    at = clock.moment_of(request)
    if not form.is_valid():
        said = [f"{form.fields[name].label}: {text}"
                for name, texts in form.errors.items() for text in texts]  # fmt: skip
        messages.error(request, " ".join(said))
        return redirect("desk_orders:inspect", pk)
    try:
        notes.write(order, **form.cleaned_data, at=at, by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Written down.")
    return redirect("desk_orders:inspect", pk)


@require_POST
@needs("change_order")
def change(request: SignedIn, pk: int, name: str) -> HttpResponse:
    """Strike a note, or write down that its shopper was called."""
    note = get_object_or_404(OrderNote, pk=pk)
    do, said = {
        "strike": (notes.strike, "The note is struck."),
        "called": (notes.called, "Written down: the shopper was called."),
    }[name]
    try:
        do(note.pk, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("desk_orders:inspect", note.order_id)


def notes_of(order: Order, user: User, *, at: datetime) -> Sequence[NoteShown]:
    """Return the notes on an order, the newest first. One statement."""
    rows = order.notes.select_related("by", "struck_by", "done_by")
    return [_shown(row, user, at=at) for row in rows]


def _shown(row: OrderNote, user: User, *, at: datetime) -> NoteShown:
    return NoteShown(
        note=row,
        by=_name(row.by),
        struck_by=_name(row.struck_by),
        done_by=_name(row.done_by),
        may_strike=notes.may_strike(row, user, at=at),
        is_due=bool(row.is_open and row.due_on and row.due_on <= at.date()),
    )


def _name(by: Any) -> str:
    return (by.name or by.email) if by else ""
