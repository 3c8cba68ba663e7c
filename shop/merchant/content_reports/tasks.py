"""Mail about reports. Tasks take ids, may run twice, and read everything anew."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.tasks import task
from django.urls import reverse
from django.utils import translation

from shop.core import dates
from shop.core.mail.notifications import Mail, notification
from shop.core.tasks import at_once
from shop.merchant.content_reports.models import OBJECT_WITHIN, ContentReport
from shop.people.accounts.models import User
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.notifications import StoreMail, tell, to_members
from shop.people.merchants.roles import Right


@notification("notice-received", promises={"How it stands": "content-report"})
def send_received(notice_id: int) -> Mail | None:
    """Say that a report came, and where its answer will stand."""
    found = _of_somebody(notice_id)
    return _to_reporter(found) if found else None


@notification("notice-decided", promises={"object until": "content-report"})
def send_decided(notice_id: int) -> Mail | None:
    """Say what was decided, why, and how one objects; nothing if it is looked at again."""
    found = _of_somebody(notice_id)
    if found is None or found.decided_at is None or found.state == ContentReport.State.OPEN:
        return None
    last = (found.decided_at + OBJECT_WITHIN).date()
    is_last = found.has_objected or found.is_of_store
    by = "" if is_last else dates.day_of_year(last, found.language)
    with translation.override(found.language):
        measure = found.get_measure_display()
    return _to_reporter(found, measure=measure, reason=found.answer, object_by=by)


@task
@at_once
def tell_store(notice_id: int) -> None:
    """Queue a mail to who writes the words of a store: somebody reported it, and what followed."""
    found = ContentReport.objects.get(pk=notice_id)
    tell(send_to_store, notice_id, merchant=found.merchant_id)


@to_members("notice-store", right=Right.WORDS)
def send_to_store(notice_id: int, user: User) -> StoreMail | None:
    """Tell a member what was reported of the store and decided, without who reported it."""
    found = _with_subject(notice_id)
    if found is None:
        return None
    language = user.language or "en"
    store, product = found.merchant, found.product
    with translation.override(language):
        words = {
            "about": found.get_reason_display(),
            "measure": found.get_measure_display(),
        }
    where = (
        neutral_address("workspace-product", store.slug, product.pk)
        if product
        else neutral_address("workspace-profile", store.slug)
    )
    context = words | {
        "subject": found.subject,
        "reason": found.answer,
        "link": where,
    }
    return StoreMail(store, context)


def status_link(found: ContentReport) -> str:
    """Return where a report stands, in the language of who gave it."""
    with translation.override(found.language):
        where = reverse("content-report", args=[found.pk, found.secret])
    return f"{settings.SITE_URL}{where}"


def _with_subject(pk: int) -> ContentReport | None:
    return ContentReport.objects.select_related("merchant", "product").filter(pk=pk).first()


def _of_somebody(pk: int) -> ContentReport | None:
    """Return a report whose reporter was not erased."""
    found = _with_subject(pk)
    return found if found and found.email else None


def _to_reporter(found: ContentReport, **more: Any) -> Mail:
    """Return a mail; to an address that nobody proved only the number and the link."""
    is_proved = found.is_proved or found.is_of_store
    context = {
        "name": found.name if is_proved else "",
        "number": found.number,
        "subject": found.subject if is_proved else "",
        "is_objection": found.is_of_store,
        "link": status_link(found),
    }
    return Mail(found.email, found.language, context | more)
