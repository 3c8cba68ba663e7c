"""What must be gone of each kind that is kept for a time; written apart from what takes it away.

A rule that takes away too little, or whose round does not run, is found by these conditions.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from shop.catalogue.delivery.models import Contact
from shop.core.images import cleanup as pictures
from shop.core.images import drafts as draft_images
from shop.core.images import incoming
from shop.core.images.models import DraftImage, IncomingFile
from shop.core.images.storage import PARTS, WholeFiles
from shop.core.jobs import failed_jobs
from shop.core.jobs.models import FailedJob
from shop.core.rate_limits.models import RateLimitCount
from shop.core.workers import cleanup as workers
from shop.festivals.models import BulkApproval, NominationSpreadsheet
from shop.merchant.applications import cleanup as applications
from shop.merchant.applications.models import Application, ApplicationDocument
from shop.merchant.content_reports import cleanup as content_reports
from shop.merchant.content_reports.models import ContentReport
from shop.merchant.dashboard.spreadsheets import receive as sheets
from shop.merchant.imports import columns as sheet_columns
from shop.merchant.imports import receive as catalogue_sheets
from shop.merchant.imports.models import CatalogueSpreadsheet, ColumnMemory
from shop.merchant.moderation import trust
from shop.merchant.moderation.models import LaterReview
from shop.merchant.share_kits import kits
from shop.merchant.share_kits.models import ShareKit
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments import cleanup as messages
from shop.money.payments.models import GatewayEvent
from shop.money.returns import overdue
from shop.money.returns.models import ReturnPicture
from shop.money.settlements import methods, payouts
from shop.money.settlements.models import PayoutBatch, PayoutMethod
from shop.operations.retention import contacts
from shop.orders.cart import cleanup as carts
from shop.orders.cart.models import Cart, VoucherTry
from shop.orders.cart.vouchers import guesses
from shop.orders.models import Order, Replacement, Shipment
from shop.orders.reminders import due as reminders
from shop.orders.reminders.models import Reminder
from shop.orders.tickets import door_entries
from shop.orders.tickets.models import DoorEntry, GuestNeeds
from shop.reports import refusals
from shop.reports.models import Refused
from shop.storefront import probe
from shop.storefront.certifications import ending as certificates
from shop.storefront.certifications.models import Certification
from shop.storefront.listings import bulk
from shop.storefront.models import ProbeResult, ZeroResultSearch
from shop.storefront.search_words import not_found
from shop.storefront.share_links import count as visits
from shop.storefront.share_links.models import ShareDay
from shop.storefront.waiting_room import places
from shop.storefront.waiting_room.models import Place

type Rows = Callable[[datetime], QuerySet[Any] | int]
DAY = timedelta(days=1)
GRACE = 2 * DAY
"""A rule has its turn once a day at least: what is over for so long is overdue."""


class Kind(NamedTuple):
    """One kind of rows: which are older than their time, and which of these stay, and why.

    ``stays`` are old rows that ``old`` leaves out.
    """

    old: Rows
    stays: Rows | None = None
    why: str = ""


def _unpaid(at: datetime) -> QuerySet[Any]:
    """Return contacts of orders that were never paid, and that nothing needs any more."""
    own = Order.objects.filter(contact=OuterRef("pk"))
    rows = Contact.objects.filter(Exists(own), blanked_at=None)
    used = Q(Exists(own.filter(paid_at__isnull=False)))
    used |= Q(Exists(contacts.needing(own, at, contacts.UNPAID_FOR)))
    for model in (Cart, Shipment, Replacement):
        used |= Q(Exists(model._default_manager.filter(contact=OuterRef("pk"))))
    return rows.exclude(used)


def _contacts(at: datetime) -> QuerySet[Any]:
    rows = Contact.objects.filter(blanked_at=None)
    never = Q(judged_at=None, made_at__lt=at - contacts.UNPAID_FOR)
    again = Q(judged_at__lt=at - contacts.JUDGED_AGAIN)
    return rows.filter(never | again | Q(pk__in=_unpaid(at).values("pk")))


def _documents(at: datetime) -> QuerySet[Any]:
    rows = Contact.objects.filter(blanked_at=None, made_at__lt=at - contacts.UNPAID_FOR)
    return rows.exclude(pk__in=_contacts(at).values("pk"))


def _reminders(at: datetime) -> QuerySet[Any]:
    ahead = Q(slot__ends_at__gt=at, slot__festival__state="published")
    return Reminder.objects.filter(
        Q(told_at__lt=at - DAY, sent_at__lt=at - DAY) | Q(told_at__lt=at - 2 * DAY)
        | Q(asked_at__lt=at - reminders.UNCONFIRMED_FOR, confirmed_at=None)
        | Q(slot__ends_at__lt=at - DAY)
        | (Q(asked_at__lt=at - reminders.KEPT_FOR) & ~Q(pk__in=Reminder.objects.filter(ahead)))
    )  # fmt: skip


def _tasks(at: datetime) -> QuerySet[Any]:
    failed = Q(status=TaskResultStatus.FAILED)
    return DBTaskResult.objects.filter(
        (~failed & Q(finished_at__lt=at - workers.KEPT_FOR))
        | (failed & Q(finished_at__lt=at - workers.FAILED_KEPT_FOR))
    )


def _applications(at: datetime) -> QuerySet[Any]:
    state = Application.State
    return Application.objects.filter(
        Q(state=state.DRAFT, changed_at__lt=at - applications.DRAFT_KEPT_FOR)
        | Q(state=state.WITHDRAWN, changed_at__lt=at - applications.WITHDRAWN_KEPT_FOR)
        | Q(state=state.DECLINED, changed_at__lt=at - applications.DECLINED_KEPT_FOR)
    )


def _messages(at: datetime) -> QuerySet[Any]:
    rows = GatewayEvent.objects.filter(received_at__lt=at - messages.KEPT_FOR)
    return rows.exclude(state=GatewayEvent.State.NEW).exclude(pk__in=_asked_about())


def _messages_kept(at: datetime) -> QuerySet[Any]:
    rows = GatewayEvent.objects.filter(received_at__lt=at - messages.KEPT_FOR)
    return rows.filter(Q(state=GatewayEvent.State.NEW) | Q(pk__in=_asked_about()))


def _asked_about() -> QuerySet[Any, Any]:
    return MoneyTask.objects.filter(event__isnull=False).values("event")


def _told(at: datetime) -> QuerySet[GatewayEvent]:
    return GatewayEvent.objects.filter(received_at__lt=at - messages.TOLD_FOR, body__isnull=False)


def _parts(at: datetime) -> int:
    """Return how many half written files are old, by the machine's clock as their rule has it."""
    if not isinstance(default_storage, WholeFiles):
        return 0
    folder, now = Path(default_storage.path(PARTS)), time.time()
    oldest = pictures.LONGEST + GRACE.total_seconds()
    return sum(part.stat().st_mtime < now - oldest for part in folder.iterdir()) if (
        folder.is_dir()) else 0  # fmt: skip


def _certificates(at: datetime) -> QuerySet[Any]:
    gone = (Certification.State.ENDED, Certification.State.STOPPED, Certification.State.REFUSED)
    return Certification.objects.filter(state__in=gone, decided_at__lt=at - certificates.KEPT_FOR)


def _older(model: type[Any], column: str, length: timedelta, **facts: Any) -> Rows:
    """Return the condition that a moment of a row is older than a length of time."""
    return lambda at: model.objects.filter(**{f"{column}__lt": at - length}, **facts)


NEW, OPEN = GatewayEvent.State.NEW, ContentReport.State.OPEN
KINDS: dict[str, Kind] = {
    "forget contacts": Kind(_contacts, _documents, "documents, money under way"),
    "forget old carts": Kind(
        _older(Cart, "changed_at", carts.KEPT_FOR, user=None, holdings={}),
        lambda at: Cart.objects.filter(user=None, changed_at__lt=at - carts.KEPT_FOR).exclude(
            holdings={}
        ),
        "an order waits for its money",
    ),
    "forget old sessions": Kind(lambda _at: Session.objects.filter(expire_date__lt=Now() - GRACE)),
    "forget finished tasks": Kind(_tasks),
    "forget what messages said": Kind(
        lambda at: _told(at).exclude(state=NEW),
        lambda at: _told(at).filter(state=NEW),
        "not applied yet",
    ),
    "forget old messages": Kind(
        _messages, _messages_kept, "not applied yet, or a task is about it"
    ),
    "forget reminders": Kind(_reminders),
    "forget places in the queue": Kind(_older(Place, "asked_at", places.KEPT_FOR)),
    "forget limits": Kind(_older(RateLimitCount, "until", timedelta(0))),
    "forget tries of vouchers": Kind(_older(VoucherTry, "at", guesses.WITHIN)),
    "forget searches in vain": Kind(
        lambda at: ZeroResultSearch.objects.filter(day__lt=(at - not_found.KEPT_FOR).date())
    ),
    "forget refusals": Kind(_older(Refused, "at", refusals.KEPT_FOR)),
    "forget looks at pages": Kind(_older(ProbeResult, "at", probe.KEPT_FOR)),
    "forget what failed": Kind(_older(FailedJob, "closed_at", failed_jobs.KEPT_FOR)),
    "forget old sheets": Kind(_older(NominationSpreadsheet, "at", sheets.KEPT_FOR)),
    "forget sheets of products": Kind(
        lambda at: _catalogue_sheets(at).exclude(state__in=CatalogueSpreadsheet.IN_WORK),
        lambda at: _catalogue_sheets(at).filter(state__in=CatalogueSpreadsheet.IN_WORK),
        "in work",
    ),
    "forget columns of sheets": Kind(_older(ColumnMemory, "at", sheet_columns.KEPT_FOR)),
    "forget what was done at doors": Kind(_older(DoorEntry, "taken_at", door_entries.KEPT_FOR)),
    "forget needs of guests": Kind(_older(GuestNeeds, "until", timedelta(0))),
    "forget old bulk approvals": Kind(
        _older(BulkApproval, "at", bulk.KEPT_FOR, ended_at__isnull=False),
        _older(BulkApproval, "at", bulk.KEPT_FOR, ended_at=None),
        "in work",
    ),
    "forget files of payouts": Kind(
        _older(PayoutBatch, "exported_at", payouts.FILE_KEPT, content__isnull=False)
    ),
    "forget accounts of stores": Kind(
        lambda at: PayoutMethod.objects.filter(closed_at__lt=at - methods.ACCOUNT_KEPT_FOR).exclude(
            sealed=b"", masked="", holder=""
        )
    ),
    "forget certificates": Kind(_certificates),
    "forget applications": Kind(_applications),
    "forget identity papers": Kind(
        _older(
            ApplicationDocument,
            "application__changed_at",
            applications.IDENTITY_KEPT_FOR,
            role=ApplicationDocument.Role.IDENTITY,
            application__state=Application.State.APPROVED,
        )
    ),
    "forget notices": Kind(
        lambda at: _notices(at).exclude(state=OPEN),
        lambda at: _notices(at).filter(state=OPEN),
        "somebody objected",
    ),
    "forget looks": Kind(_older(LaterReview, "looked_at", trust.LOOKED_BACK)),
    "forget pictures of returns": Kind(
        _older(ReturnPicture, "line__request__closed_at", overdue.PICTURES_KEPT_FOR)
    ),
    "forget files being checked": Kind(_older(IncomingFile, "received_at", incoming.KEPT_FOR)),
    "forget images of forms": Kind(_older(DraftImage, "at", draft_images.KEPT_FOR)),
    "forget pictures to share": Kind(_older(ShareKit, "asked_at", kits.KEPT_FOR)),
    "forget visits by links": Kind(
        lambda at: ShareDay.objects.filter(day__lt=(at - visits.KEPT_FOR).date())
    ),
    "forget files half written": Kind(_parts),
}


def _catalogue_sheets(at: datetime) -> QuerySet[CatalogueSpreadsheet]:
    return CatalogueSpreadsheet.objects.filter(at__lt=at - catalogue_sheets.KEPT_FOR)


def _notices(at: datetime) -> QuerySet[ContentReport]:
    return ContentReport.objects.filter(decided_at__lt=at - content_reports.KEPT_FOR)
