"""What an applicant does: begins, answers, adds papers, sends, answers again, objects, withdraws.

Refusals are read by the applicant, in the language of the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from shop.catalogue.delivery.quote import working_day
from shop.core.errors import NotPossible
from shop.core.forms.private_files import KeptFile
from shop.core.images.models import IncomingFile
from shop.core.keys.links import hash_of
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.merchant.applications.models import Application, ApplicationDocument, ApplicationNote
from shop.merchant.applications.steps import BY_NAME, PAPERS, gaps, has_unchecked
from shop.merchant.applications.tasks import send_link, send_received

State = Application.State
Kind = ApplicationNote.Kind
ANSWERED_WITHIN = 5
"""Working days until an organizer has answered."""
OBJECTED_WITHIN = timedelta(days=14)
MOST_PAPERS = 12
MOST_WORDS = 4_000


class LinkIsOver(NotPossible):
    """A link that opens nothing: renewed, too old, or never made."""

    def __init__(self) -> None:
        super().__init__(_("This link does not work any more. Ask for a new one."))


@transaction.atomic
def begin(
    answers: Mapping[str, Any], *, email: str, language: str, is_proved: bool, at: datetime
) -> Application:
    """Begin an application, and mail the link that leads back to it.

    Whoever begins the same once more, before it is decided, gets a link to what there is.

    Args:
        answers: of the first step.
        is_proved: whether the address is known to be the writer's, by an account.

    Raises:
        AlreadyBegun: there is one of this business and address; its link is mailed.
    """
    made = Application(
        **answers, email=email.strip().lower(), language=language, begun_at=at, changed_at=at,
        proved_at=at if is_proved else None,
    )  # fmt: skip
    made.renew(at=at)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise AlreadyBegun from None
    enqueue(send_link, made.pk, made.serial)
    return made


class AlreadyBegun(NotPossible):
    """Somebody begins who applies for the same business already; their mail leads there."""

    def __init__(self) -> None:
        text = _("You have begun already. We mail you the link that leads to your application.")
        super().__init__(text)


@transaction.atomic
def mail_links(email: str, *, at: datetime) -> None:
    """Mail new links to all applications of an address; nothing if there are none."""
    rows = Application.objects.filter(email=email.strip().lower()).exclude(state=State.WITHDRAWN)
    for row in rows.order_by("pk"):
        found = lock_one(Application.objects, row.pk)
        found.renew(at=at)
        found.save(update_fields=["serial", "token_hash", "link_expires_at"])
        enqueue(send_link, found.pk, found.serial)


@transaction.atomic
def change_address(pk: int, email: str, *, at: datetime) -> None:
    """Give an application another address, and mail its link there: the first was mistyped.

    Raises:
        NotPossible: somebody has shown that mail to the first one is read, or the address has begun
            for this business already.
    """
    found = lock_written(pk)
    if found.proved_at is not None:
        raise NotPossible(_("Mail to this address is read already. It stays as it is."))
    found.email, found.changed_at = email.strip().lower(), at
    found.renew(at=at)
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError:
        raise AlreadyBegun from None
    enqueue(send_link, found.pk, found.serial)


def follow(token: str, *, at: datetime) -> Application:
    """Return the application of a link; whoever has it has read the mail.

    Raises:
        LinkIsOver: it opens nothing.
    """
    rows = Application.objects.filter(token_hash=hash_of(token), link_expires_at__gt=at)
    found = rows.exclude(state=State.WITHDRAWN).first()
    if found is None:
        raise LinkIsOver
    if found.proved_at is None:
        Application.objects.filter(pk=found.pk, proved_at=None).update(proved_at=at)
        found.proved_at = at
    return found


@transaction.atomic
def answer_step(pk: int, step: str, answers: Mapping[str, Any], *, at: datetime) -> None:
    """Keep answers of a step, those that are missing too: an application grows as one goes.

    Raises:
        NotPossible: it was decided or withdrawn, or there is another of this business.
    """
    found = lock_written(pk)
    known = {*BY_NAME[step].needed, *BY_NAME[step].optional}
    for name, value in answers.items():
        if name in known:
            setattr(found, name, value)
    found.changed_at = at
    try:
        with transaction.atomic():
            found.save(update_fields=[*known, "changed_at"])
    except IntegrityError:
        raise AlreadyBegun from None


@transaction.atomic
def add_paper(pk: int, role: str, paper: KeptFile, *, at: datetime) -> None:
    """Keep a paper; the same file twice is kept once, and takes the place of a refused one.

    Raises:
        NotPossible: it was decided or withdrawn, or has many papers.
    """
    found = lock_written(pk)
    own = found.papers.filter(role=role)
    if own.filter(sha256=paper["sha256"], refused="").exists():
        return
    refuse_many(found.papers.filter(refused="").count())
    own.exclude(refused="").delete()
    found.incoming.filter(role=role, state=IncomingFile.State.REFUSED).delete()
    ApplicationDocument.objects.create(application=found, role=role, added_at=at, **paper)
    Application.objects.filter(pk=pk).update(changed_at=at)


def refuse_many(count: int) -> None:
    """Refuse one paper more than an application may have.

    Raises:
        NotPossible: it has as many.
    """
    if count >= MOST_PAPERS:
        raise NotPossible(_("You have added many papers. Take one away first."))


@transaction.atomic
def remove_paper(pk: int, paper_id: int, *, at: datetime) -> None:
    """Take a paper away.

    Raises:
        NotPossible: it was decided or withdrawn.
    """
    lock_written(pk).papers.filter(pk=paper_id).delete()
    Application.objects.filter(pk=pk).update(changed_at=at)


@transaction.atomic
def send(pk: int, *, at: datetime) -> None:
    """Send an application to the organizers; once more it changes nothing.

    Raises:
        NotPossible: something is missing or being checked, the address is not proved, or it was
            decided.
    """
    found = lock_written(pk)
    if found.state == State.SENT:
        return
    prefetch_related_objects([found], *PAPERS)
    if any(gaps(found)):
        raise NotPossible(_("Something is missing still."))
    if has_unchecked(found):
        raise NotPossible(_("Your papers are still being checked. Send again in a minute."))
    if found.proved_at is None:
        raise NotPossible(_("Open the link in our mail first: it shows that the address is yours."))
    is_first = found.sent_at is None
    _come_in(found, at=at)
    if is_first:
        enqueue(send_received, found.pk)


@transaction.atomic
def answer(pk: int, text: str, *, at: datetime) -> None:
    """Answer what the organizers asked; the application waits for them again.

    Raises:
        NotPossible: it says nothing, or nobody asked.
    """
    found = lock_one(Application.objects, pk)
    if found.state != State.ASKED:
        raise NotPossible(_("Nobody waits for an answer."))
    said = _said(text)
    _note(found, Kind.ANSWER, said, at=at)
    _come_in(found, at=at)


@transaction.atomic
def object_to(pk: int, text: str, *, at: datetime) -> None:
    """Object to a decision; somebody who did not make it reads the application again.

    Raises:
        NotPossible: it says nothing, it was not declined, there was an objection before, or it is
            too late.
    """
    found = lock_one(Application.objects, pk)
    if not may_object(found, at=at):
        raise NotPossible(_("No objection is possible any more."))
    said = _said(text)
    _note(found, Kind.OBJECTION, said, at=at)
    _come_in(found, at=at, has_objected=True)


def may_object(application: Application, *, at: datetime) -> bool:
    """Tell whether the applicant may object to the decision."""
    return (
        application.state == State.DECLINED
        and not application.has_objected
        and application.decided_at is not None
        and at < application.decided_at + OBJECTED_WITHIN
    )


@transaction.atomic
def withdraw(pk: int, *, at: datetime) -> None:
    """Take an application back; its papers are gone at once.

    Raises:
        NotPossible: it was decided.
    """
    found = lock_written(pk)
    found.papers.all().delete()
    found.incoming.all().delete()
    found.move_to(State.WITHDRAWN, changed_at=at)


def _come_in(found: Application, *, at: datetime, **changes: Any) -> None:
    promised = working_day(at.date(), ANSWERED_WITHIN)
    found.move_to(
        State.SENT, sent_at=at, changed_at=at, answer_by=promised, taken_by=None, **changes
    )


def lock_written(pk: int) -> Application:
    """Lock an application that its applicant may still change."""
    found = lock_one(Application.objects, pk)
    if not found.is_written:
        raise NotPossible(_("This application was decided, and cannot be changed any more."))
    return found


def _said(text: str) -> str:
    said = text.strip()[:MOST_WORDS]
    if not said:
        raise NotPossible(_("Write your answer."))
    return said


def _note(found: Application, kind: str, text: str, *, at: datetime, by: Any = None) -> None:
    ApplicationNote.objects.create(application=found, kind=kind, text=text, at=at, by=by)
