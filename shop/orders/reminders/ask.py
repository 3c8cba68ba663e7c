"""Takes down who wants to be told, confirms that, and strikes it out again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import one_after_another
from shop.core.tasks import enqueue
from shop.orders.reminders.mail import send_confirmation
from shop.orders.reminders.models import Reminder
from shop.orders.reminders.subjects import Subject
from shop.people.accounts.mailboxes import mailbox_key
from shop.people.accounts.models import User

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MOST_A_DAY = 4
"""Mails that ask one mailbox in a day: who types a stranger's addresses cannot fill it."""
MOST_OF_NETWORK = 20
"""Mails that one network address may cause in an hour."""
MOST_OF_USER = 200


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks; ``is_proved`` when the address is that of a signed-in account, confirmed."""

    email: str
    user: User | None
    is_proved: bool
    network_key: str
    language: str


@transaction.atomic
def ask(thing: Subject, asker: Asker, *, at: datetime) -> bool:
    """Note that somebody wants a mail; asking twice notes it once.

    Returns:
        whether all is done; False when a mail asks the address first. What is answered does not
        tell whether the address is known.

    Raises:
        NotPossible: too many mails were asked for from this place or to this address.
    """
    email = asker.email.strip().lower()
    email_key = mailbox_key(email)
    one_after_another(email_key, asker.network_key)
    row = Reminder.objects.filter(email=email, **_same(thing)).first()
    if row is None:
        row = Reminder(email=email, email_key=email_key, **thing.facts)
    elif row.told_at is not None:  # it was told already, and is wanted again
        row.told_at = row.sent_at = row.free_since = None
        row.confirmed_at = row.confirm_sent_at = None
    if row.pk is None or row.confirmed_at is None:
        row.asked_at, row.language, row.network_key = at, asker.language, asker.network_key
    if asker.is_proved:
        _refuse_hoarding(asker)
        row.user, row.confirmed_at = asker.user, row.confirmed_at or at
        row.save()
        return True
    if row.confirmed_at is None and not _was_asked(row, at):
        _refuse_flood(email_key, asker.network_key, at)
        row.confirm_sent_at = at
        row.save()
        enqueue(send_confirmation, row.pk)
    return False


def confirm(reminder_id: int, *, at: datetime) -> Reminder | None:
    """Note that the address agreed; None where the reminder is gone. A second time is no harm."""
    Reminder.objects.filter(pk=reminder_id, confirmed_at=None).update(confirmed_at=at)
    rows = Reminder.objects.select_related("slot__festival", "product", "variant__product")
    return rows.filter(pk=reminder_id).first()


def stop(reminder_id: int) -> None:
    """Strike a reminder out: its address gets no more of it."""
    Reminder.objects.filter(pk=reminder_id).delete()


def _same(thing: Subject) -> dict[str, object]:
    return {f"{name}_id": row and row.pk for name, row in thing.facts.items()}


def _was_asked(row: Reminder, at: datetime) -> bool:
    return row.confirm_sent_at is not None and row.confirm_sent_at > at - DAY


def _refuse_flood(email_key: str, network_key: str, at: datetime) -> None:
    asked = Reminder.objects.filter(confirm_sent_at__gt=at - DAY)
    of_mailbox = asked.filter(email_key=email_key).count()
    of_network = asked.filter(network_key=network_key, confirm_sent_at__gt=at - HOUR).count()
    if of_mailbox >= MOST_A_DAY or of_network >= MOST_OF_NETWORK:
        raise NotPossible(_("Too many attempts. Try again in a few minutes."))


def _refuse_hoarding(asker: Asker) -> None:
    if Reminder.objects.filter(user=asker.user, told_at=None).count() >= MOST_OF_USER:
        text = _("You are waiting for %(count)d things already. Stop some of them first.")
        raise NotPossible(text % {"count": MOST_OF_USER})
