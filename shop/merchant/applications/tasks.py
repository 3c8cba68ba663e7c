"""Mail to applicants. Tasks take ids, may run twice, and read everything anew."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.tasks import task
from django.urls import reverse
from django.utils import translation

from shop.core import dates
from shop.core.mail import send
from shop.core.tasks import tried_again
from shop.merchant.applications.models import Application, ApplicationNote
from shop.people.accounts.moments import written
from shop.people.merchants.models import StoreInvitation

State = Application.State


@task
@tried_again
def send_link(application_id: int, serial: str) -> None:
    """Send the link of an application; nothing if there is a newer one."""
    rows = Application.objects.filter(pk=application_id, serial=serial)
    found = rows.exclude(state=State.WITHDRAWN).first()
    if found is not None:
        _send("application-link", found, link=_link(found, found.token), expires_at=written(
            found.link_expires_at, found.language
        ))  # fmt: skip


@task
@tried_again
def send_received(application_id: int) -> None:
    """Say that an application came in, and by when it is answered."""
    if found := _in_state(application_id, State.SENT):
        _send("application-received", found, answer_by=_day(found))


@task
@tried_again
def send_question(application_id: int) -> None:
    """Send what organizers ask of an applicant; nothing if it is answered."""
    if found := _in_state(application_id, State.ASKED):
        bad = [row.refused for row in found.papers.all() if row.refused]
        question = _newest(found, ApplicationNote.Kind.QUESTION)
        _send("application-question", found, question=question, papers=bad)


@task
@tried_again
def send_declined(application_id: int) -> None:
    """Send the reason of a decision; nothing if it is looked at again."""
    if found := _in_state(application_id, State.DECLINED):
        reason = _newest(found, ApplicationNote.Kind.DECLINE)
        _send("application-declined", found, reason=reason, may_object=not found.has_objected)


@task
@tried_again
def send_approved(invitation_id: int, serial: str) -> None:
    """Welcome a new store with the link by which its applicant becomes its owner."""
    rows = StoreInvitation.objects.select_related("merchant__application")
    invited = rows.filter(pk=invitation_id, serial=serial).first()
    if invited is None or not invited.is_open:
        return
    found = invited.merchant.application
    with translation.override(found.language):
        where = reverse("store-invitation", args=[invited.token])
    _send("application-approved", found, link=f"{settings.SITE_URL}{where}",
          expires_at=written(invited.expires_at, found.language))  # fmt: skip


def _in_state(application_id: int, state: str) -> Application | None:
    """Return an application that still is where a mail says it is; its person may be erased."""
    return Application.objects.filter(pk=application_id, state=state).first()


def _send(key: str, found: Application, **words: Any) -> None:
    """Send a mail; to an address that nobody proved yet without a word that somebody typed."""
    with translation.override(found.language):
        apply = f"{settings.SITE_URL}{reverse('apply-link')}"
    typed = {"name": found.name, "business": found.business}
    typed = typed if found.proved_at else dict.fromkeys(typed, "")
    facts = {**typed, "number": found.number, "apply_link": apply}
    send(key, found.email, language=found.language, context=facts | words)


def _link(found: Application, token: str) -> str:
    with translation.override(found.language):
        return f"{settings.SITE_URL}{reverse('apply-follow', args=[token])}"


def _day(found: Application) -> str:
    return dates.day_of_year(found.answer_by, found.language) if found.answer_by else ""


def _newest(found: Application, kind: str) -> str:
    row = found.notes.filter(kind=kind).last()
    return row.text if row else ""
