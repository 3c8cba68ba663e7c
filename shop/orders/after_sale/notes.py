"""Notes of organizers on an order, for colleagues alone: written, struck, and called back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from shop.core.errors import NotPossible
from shop.core.locks import locked
from shop.orders.models import Order, OrderNote
from shop.people.accounts.models import User

MOST_WORDS = 2_000
STRUCK_WITHIN = timedelta(hours=1)
"""So long may its author strike a note; a superuser may at any time."""
FURTHEST = timedelta(days=366)


def write(order: Order, text: str, *, at: datetime, by: User, due_on: date | None = None) -> None:
    """Write a note on an order, perhaps with the day on which its shopper is called back.

    Raises:
        NotPossible: it says nothing, or too much, or the day is over or far away.
    """
    said = text.strip()
    if not said:
        raise NotPossible("Write what colleagues should know.")
    if len(said) > MOST_WORDS:
        raise NotPossible(f"A note has at most {MOST_WORDS:,} characters.")
    if due_on and not at.date() <= due_on <= (at + FURTHEST).date():
        raise NotPossible("Choose a day from today on, within a year.")
    OrderNote.objects.create(order=order, text=said, at=at, by=by, due_on=due_on)


@transaction.atomic
def strike(note_id: int, *, at: datetime, by: User) -> None:
    """Strike a note: its words are gone for good; who wrote it and who struck it stays.

    Raises:
        NotPossible: it is somebody else's, an hour old, or struck already.
    """
    note = _locked(note_id)
    if note.struck_at:
        raise NotPossible("This note is struck already.")
    if not may_strike(note, by, at=at):
        raise NotPossible("Its author strikes a note within an hour, a superuser at any time.")
    note.text, note.struck_at, note.struck_by = "", at, by
    note.save(update_fields=["text", "struck_at", "struck_by"])


@transaction.atomic
def called(note_id: int, *, at: datetime, by: User) -> None:
    """Write down that the shopper was called back.

    Raises:
        NotPossible: nobody had to, or somebody did.
    """
    note = _locked(note_id)
    if not note.is_open:
        raise NotPossible("Nobody has to call back because of this note any more.")
    note.done_at, note.done_by = at, by
    note.save(update_fields=["done_at", "done_by"])


def may_strike(note: OrderNote, user: User, *, at: datetime) -> bool:
    """Tell whether somebody may strike a note now."""
    is_own = note.by_id == user.pk and at < note.at + STRUCK_WITHIN
    return note.struck_at is None and (is_own or user.is_superuser)


def _locked(note_id: int) -> OrderNote:
    return locked(OrderNote.objects).get(pk=note_id)
