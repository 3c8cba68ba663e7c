"""A shopper and a store write to each other about a parcel; organizers take away what offends."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.orders.models import OrderMessage, Suborder
from shop.orders.thread.mail import send_message_to_shopper, tell_store_of_message
from shop.people.accounts.models import User

Side, State = OrderMessage.Side, Suborder.State
MOST_WORDS = 2_000
MOST_A_DAY = 20
"""Messages of one side about one parcel."""
OPEN_FOR = timedelta(days=180)
"""So long after a parcel is there, or was cancelled, it can be written about."""
SAME_WITHIN = timedelta(minutes=10)
"""The same words once more within this time are a second press of the button."""
DAY = timedelta(days=1)


def has_thread(part: Suborder) -> bool:
    """Tell whether something can have been written about a parcel; its order is read with it."""
    return part.paid_at is not None and part.order.contact.blanked_at is None


def open_until(part: Suborder) -> datetime | None:
    """Return until when a parcel can be written about; None while it is not there.

    A cancelled one keeps in ``release_at`` when that was.
    """
    if part.state == State.CANCELLED:
        ended = part.release_at or part.paid_at
    elif part.state == State.DELIVERED:
        known = (part.delivered_at, part.replaced_at)
        ended = max((at for at in known if at), default=part.paid_at)
    else:
        return None
    return ended + OPEN_FOR if ended else None


def is_open(part: Suborder, *, at: datetime) -> bool:
    """Tell whether a parcel can be written about."""
    until = open_until(part)
    return has_thread(part) and part.order.is_paid and (until is None or at <= until)


@transaction.atomic
def write(
    part_id: int, side: str, text: str, *, at: datetime, by: User | None = None
) -> OrderMessage:
    """Write a message of one side about a parcel; the other side gets a mail.

    The same words at once again are no second message.

    Raises:
        NotPossible: it is too late, it says nothing or too much, or the side has written often.
    """
    part = _locked(part_id)
    if not is_open(part, at=at):
        raise NotPossible(_("Nobody can write about this parcel any more."))
    said = text.strip()
    if not said:
        raise NotPossible(_("Write your message."))
    if len(said) > MOST_WORDS:
        raise NotPossible(_("A message has at most 2,000 characters."))
    own = OrderMessage.objects.filter(suborder=part, side=side)
    last = own.order_by("-pk").first()
    if last and last.text == said and not last.is_hidden and at < last.at + SAME_WITHIN:
        return last
    if own.filter(at__gt=at - DAY).count() >= MOST_A_DAY:
        raise NotPossible(
            _("You have written 20 messages about this parcel in a day. Write again tomorrow.")
        )
    made = OrderMessage.objects.create(suborder=part, side=side, text=said, at=at, by=by)
    is_shoppers = side == Side.SHOPPER
    _wait(part, (part.word_due_since or at) if is_shoppers else None)
    enqueue(tell_store_of_message if is_shoppers else send_message_to_shopper, made.pk)
    return made


@transaction.atomic
def need_no_answer(part_id: int) -> None:
    """Write down that a store has nothing to say to what its shopper wrote."""
    _wait(_locked(part_id), None)


@transaction.atomic
def report(part_id: int, message_id: int, side: str, *, at: datetime) -> None:
    """Tell the organizers of a message that the other side wrote. Safe to repeat.

    Raises:
        NotPossible: it is not there, was taken away, or is the own side's.
    """
    _locked(part_id)
    others = OrderMessage.objects.filter(pk=message_id, suborder=part_id, hidden_at=None)
    others = others.exclude(side=side)
    if not others.filter(reported_at=None).update(reported_at=at) and not others.exists():
        raise NotPossible(_("This message is not there any more."))


@transaction.atomic
def hide(message_id: int, reason: str, *, at: datetime, by: User) -> None:
    """Take a message away: organizers alone read it from then on; its writer reads the reason.

    Raises:
        NotPossible: there is no reason, or it was taken away already.
    """
    said = reason.strip()[:300]
    if not said:
        raise NotPossible("Say why: who wrote it reads it.")
    part, message = _beside(message_id)
    if message.is_hidden:
        raise NotPossible("This message was taken away already.")
    message.hidden_at, message.hidden_by, message.hidden_reason = at, by, said
    message.looked_at = at
    message.save(update_fields=["hidden_at", "hidden_by", "hidden_reason", "looked_at"])
    asked = OrderMessage.objects.filter(suborder=part, side=Side.SHOPPER, hidden_at=None)
    if part.word_due_since and not asked.filter(at__gte=part.word_due_since).exists():
        _wait(part, None)
    log(part.order, "message hidden", at=at, by=by, festival=None, reason=said,
        after={"message": message.pk})  # fmt: skip


@transaction.atomic
def leave(message_id: int, *, at: datetime, by: User) -> None:
    """Leave a message as it is that one side told the organizers of.

    Raises:
        NotPossible: nobody has to look at it any more.
    """
    part, message = _beside(message_id)
    if not message.waits_for_look:
        raise NotPossible("Somebody has looked at this message already.")
    message.looked_at = at
    message.save(update_fields=["looked_at"])
    log(part.order, "message left", at=at, by=by, festival=None, after={"message": message.pk})


def _locked(part_id: int) -> Suborder:
    return lock_one(Suborder.objects.select_related("order__contact", "merchant"), part_id)


def _beside(message_id: int) -> tuple[Suborder, OrderMessage]:
    """Return a message with its parcel, which is locked: whoever changes one locks that first."""
    part_id = OrderMessage.objects.values_list("suborder", flat=True).get(pk=message_id)
    return _locked(part_id), OrderMessage.objects.get(pk=message_id)


def _wait(part: Suborder, since: datetime | None) -> None:
    if part.word_due_since != since:
        Suborder.objects.filter(pk=part.pk).update(word_due_since=since)
