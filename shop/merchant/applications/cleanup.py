"""What goes of applications, by time or with their person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from shop.core.images.models import IncomingFile
from shop.core.jobs import delete_some
from shop.merchant.applications.models import Application, ApplicationDocument

State = Application.State
DRAFT_KEPT_FOR = timedelta(days=60)
WITHDRAWN_KEPT_FOR = timedelta(days=30)
DECLINED_KEPT_FOR = timedelta(days=180)
IDENTITY_KEPT_FOR = timedelta(days=30)
BATCH = 50  # with their papers, which lie in the database


def forget_applications(*, at: datetime) -> int:
    """Delete what was never sent, was withdrawn or was declined long ago; return how many."""
    found = 0
    for state, length in (
        (State.DRAFT, DRAFT_KEPT_FOR), (State.WITHDRAWN, WITHDRAWN_KEPT_FOR),
        (State.DECLINED, DECLINED_KEPT_FOR),
    ):  # fmt: skip
        rows = Application.objects.filter(state=state, changed_at__lt=at - length)
        found += delete_some(rows.order_by("changed_at"), batch=BATCH)
    return found


def forget_identities(*, at: datetime) -> int:
    """Delete the identity papers of applications that were approved long ago; return how many."""
    rows = ApplicationDocument.objects.filter(
        role=ApplicationDocument.Role.IDENTITY,
        application__state=State.APPROVED,
        application__changed_at__lt=at - IDENTITY_KEPT_FOR,
    )  # the oldest decisions first, which is also the way of the index
    return delete_some(rows.order_by("application__changed_at"), batch=BATCH)


def forget_applicant(addresses: Collection[str]) -> None:
    """Delete the applications of a person; of those that became stores only what names them."""
    rows = Application.objects.filter(email__in=addresses)
    rows.exclude(state=State.APPROVED).delete()
    kept = rows.filter(state=State.APPROVED)
    ApplicationDocument.objects.filter(application__in=kept).delete()
    IncomingFile.objects.filter(application__in=kept).delete()
    for row in kept:
        row.notes.all().delete()
    kept.update(name="", phone="", email="")
