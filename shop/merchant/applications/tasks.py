"""Mail to applicants. Tasks take ids, may run twice, and read everything anew."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from shop.core import dates
from shop.core.mail.notifications import Mail, notification
from shop.merchant.applications.models import Application, ApplicationNote
from shop.people.accounts.moments import written
from shop.people.merchants.models import StoreInvitation

State = Application.State


@notification("application-link", promises={"from any phone, without a password": "apply-follow"})
def send_link(application_id: int, serial: str) -> Mail | None:
    """Send the link of an application; nothing if there is a newer one."""
    rows = Application.objects.filter(pk=application_id, serial=serial)
    found = rows.exclude(state=State.WITHDRAWN).first()
    if found is None:
        return None
    ends = written(found.link_expires_at, found.language)
    return _to_applicant(found, link=_link(found, found.token), expires_at=ends)


@notification("application-received", promises={"You can add to it until then.": "apply-step"})
def send_received(application_id: int) -> Mail | None:
    """Say that an application came in, and by when it is answered."""
    found = _in_state(application_id, State.SENT)
    return _to_applicant(found, answer_by=_day(found)) if found else None


@notification(
    "application-question", promises={"Answer on the page of your application.": "apply-say"}
)
def send_question(application_id: int) -> Mail | None:
    """Send what organizers ask of an applicant; nothing if it is answered."""
    found = _in_state(application_id, State.ASKED)
    if found is None:
        return None
    bad = [row.refused for row in found.papers.all() if row.refused]
    question = _newest(found, ApplicationNote.Kind.QUESTION)
    return _to_applicant(found, question=question, papers=bad)


@notification(
    "application-declined",
    promises={"object within 14 days on the page of your application": "apply"},
)
def send_declined(application_id: int) -> Mail | None:
    """Send the reason of a decision; nothing if it is looked at again."""
    found = _in_state(application_id, State.DECLINED)
    if found is None:
        return None
    reason = _newest(found, ApplicationNote.Kind.DECLINE)
    return _to_applicant(found, reason=reason, may_object=not found.has_objected)


@notification(
    "application-approved", promises={"the page of your application mails it again": "apply-link"}
)
def send_approved(invitation_id: int, serial: str) -> Mail | None:
    """Welcome a new store with the link by which its applicant becomes its owner."""
    rows = StoreInvitation.objects.select_related("merchant__application")
    invited = rows.filter(pk=invitation_id, serial=serial).first()
    if invited is None or not invited.is_open:
        return None
    found = invited.merchant.application
    with translation.override(found.language):
        where = reverse("store-invitation", args=[invited.token])
    ends = written(invited.expires_at, found.language)
    return _to_applicant(found, link=f"{settings.SITE_URL}{where}", expires_at=ends)


def _in_state(application_id: int, state: str) -> Application | None:
    """Return an application that still is where a mail says it is; its person may be erased."""
    return Application.objects.filter(pk=application_id, state=state).first()


def _to_applicant(found: Application, **words: Any) -> Mail:
    """Return a mail; to an address that nobody proved yet without a word that somebody typed."""
    with translation.override(found.language):
        apply = f"{settings.SITE_URL}{reverse('apply-link')}"
    typed = {"name": found.name, "business": found.business}
    typed = typed if found.proved_at else dict.fromkeys(typed, "")
    facts = {**typed, "number": found.number, "apply_link": apply}
    return Mail(found.email, found.language, facts | words)


def _link(found: Application, token: str) -> str:
    with translation.override(found.language):
        return f"{settings.SITE_URL}{reverse('apply-follow', args=[token])}"


def _day(found: Application) -> str:
    return dates.day_of_year(found.answer_by, found.language) if found.answer_by else ""


def _newest(found: Application, kind: str) -> str:
    row = found.notes.filter(kind=kind).last()
    return row.text if row else ""
