"""A report comes in, and its decision is objected to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.core.stored_names import stored_name
from shop.core.tasks import enqueue
from shop.festivals.models import ChangeLog
from shop.merchant.content_reports.models import OBJECT_WITHIN, ContentReport
from shop.merchant.content_reports.tasks import send_received
from shop.merchant.moderation.take_down import is_cleared
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant

State = ContentReport.State


@dataclass(frozen=True, slots=True)
class Reported:
    """What somebody reports, who it is, and in which language they are answered.

    ``is_proved`` says that the address is known to be theirs.
    """

    reason: str
    text: str
    name: str
    email: str
    language: str
    is_proved: bool = False


@transaction.atomic
def report(
    merchant: Merchant, product: Product | None, said: Reported, *, at: datetime
) -> ContentReport:
    """Keep what somebody reports about a product or a store; a mail says that it came."""
    made = ContentReport.objects.create(
        merchant=merchant, product=product, reason=said.reason, text=said.text, name=said.name,
        email=said.email.lower(), language=said.language, is_proved=said.is_proved, at=at,
        waits_since=at,
    )  # fmt: skip
    enqueue(send_received, made.pk)
    return made


@transaction.atomic
def object_for_store(
    merchant: Merchant, product: Product | None, text: str, *, at: datetime, by: User
) -> ContentReport:
    """Let a store object to what organizers did: to a product that was taken down, or to itself.

    Raises:
        NotPossible: nothing is down, or the store has objected to that before.
    """
    lock_one(Merchant.objects, merchant.pk)
    if not is_down(merchant, product):
        raise NotPossible(_("There is nothing to object to any more."))
    if objections(merchant, product).exists():
        raise NotPossible(_("You have objected already, and that is possible once."))
    said = Reported(
        ContentReport.Reason.DECISION, text, by.name, by.email, by.language or "en", True
    )
    return report(merchant, product, said, at=at)


def is_down(merchant: Merchant, product: Product | None) -> bool:
    """Tell whether a product is down; without one, the store suspended or its page cleared."""
    if product:
        return product.state == Product.State.TAKEN_DOWN
    return merchant.is_suspended or is_cleared(merchant)


def last_decision(merchant: Merchant, product: Product | None) -> ChangeLog | None:
    """Return the line of the log by which it came to be so last; a store objects to that."""
    row: Product | Merchant = product or merchant
    action = "suspend" if product is None and merchant.is_suspended else "take down"
    rows = ChangeLog.objects.filter(subject=stored_name(row), subject_id=row.pk, action=action)
    return rows.order_by("-pk").first()


def objections(merchant: Merchant, product: Product | None) -> QuerySet[ContentReport]:
    """Return what a store has said against the last decision on it, or on a product of it."""
    line = last_decision(merchant, product)
    rows = ContentReport.objects.filter(
        merchant=merchant, product=product, reason=ContentReport.Reason.DECISION
    )
    return rows.filter(at__gte=line.at) if line else rows


@transaction.atomic
def object_to(pk: int, text: str, *, at: datetime) -> None:
    """Object to the decision on a report: once, and within half a year.

    Raises:
        NotPossible: it waits still, was objected to before, or half a year is over.
    """
    found = lock_one(ContentReport.objects, pk)
    if not may_object(found, at=at):
        raise NotPossible(_("There is nothing to object to any more."))
    found.move_to(State.OPEN, objection=text, objected_at=at, waits_since=at)


def may_object(found: ContentReport, *, at: datetime) -> bool:
    """Tell whether a decision can still be objected to."""
    if found.is_of_store:  # it was an objection
        return False
    if found.state == State.OPEN or found.has_objected or found.decided_at is None:
        return False
    return at <= found.decided_at + OBJECT_WITHIN
