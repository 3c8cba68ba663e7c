"""Mail of reminders. Tasks take ids, may run twice, and read everything anew."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from shop.core import clock, dates
from shop.core.mail import send
from shop.core.mail.notifications import Mail, notification
from shop.orders.reminders.availability import is_true
from shop.orders.reminders.models import Reminder
from shop.orders.reminders.subjects import title_of, with_label
from shop.orders.reminders.tokens import CONFIRM, GO, STOP, token

PRIORITY = -10  # a thousand reminders let every receipt pass


@notification(
    "reminder-confirm",
    priority=PRIORITY,
    promises={"Do you want it? Then press here": "remind-confirm"},
)
def send_confirmation(reminder_id: int) -> Mail | None:
    """Ask an address whether it wants to be told; nothing if it has agreed or stopped already."""
    reminder = _rows().filter(pk=reminder_id, confirmed_at=None).first()
    if reminder is None:
        return None
    with translation.override(reminder.language):
        context = _context(reminder) | {"confirm_link": _link("remind-confirm", reminder, CONFIRM)}
    return Mail(reminder.email, reminder.language, context)


@notification(
    "product-back",
    "deal-started",
    "festival-started",
    priority=PRIORITY,
    promises={
        "If you filled a cart in this browser, this opens it": "remind-go",
        "otherwise the festival": "remind-go",
        "Unsubscribe": "remind-stop",
    },
)
def send_reminder(reminder_id: int) -> Mail | None:
    """Send the mail that somebody waited for, once, if its news is still true.

    The row is marked before the mail server is asked and in the same transaction: two that are
    at it wait for each other, and a mail that could not be handed over can be tried again.
    """
    with transaction.atomic():
        at = clock.now()
        row = Reminder.objects.filter(pk=reminder_id, told_at__isnull=False)
        if not row.filter(sent_at=None).update(sent_at=at):
            return None
        reminder = _rows().get(pk=reminder_id)
        if not is_true(reminder, at=at):  # stopped, or gone again, since it was put into the queue
            row.update(sent_at=None, told_at=None, free_since=None)
            return None
        with translation.override(reminder.language):
            context = _context(reminder)
        send(_key(reminder), reminder.email, language=reminder.language, context=context)
        return None


def _key(reminder: Reminder) -> str:
    if reminder.variant_id:
        return "product-back"
    return "deal-started" if reminder.product_id else "festival-started"


def _rows() -> QuerySet[Reminder]:
    return Reminder.objects.select_related("slot__festival", "product", "variant__product")


def _context(reminder: Reminder) -> dict[str, str]:
    language, product = reminder.language, ""
    if reminder.variant:
        product = with_label(reminder.variant, language)
    elif reminder.product:
        product = reminder.product.title_in(language)
    said = {
        "product": product,
        "festival": "",
        "link": _link("remind-go", reminder, GO),
        "unsubscribe_link": _link("remind-stop", reminder, STOP),
    }
    if slot := reminder.slot:
        zone = slot.festival.zone
        said["festival"] = title_of(slot.festival)
        said["ends"] = dates.day_and_hour(slot.ends_at, zone, reminder.language)
        said["zone"] = dates.zone_name(slot.starts_at, zone, reminder.language)
    return said | {"about": said["product"] or said["festival"]}


def _link(name: str, reminder: Reminder, purpose: str) -> str:
    return settings.SITE_URL + reverse(name, args=[token(reminder, purpose)])
