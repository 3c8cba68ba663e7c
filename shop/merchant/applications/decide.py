"""What organizers do with an application: take it, ask, approve, decline; nobody their own.

Organizers read the refusals, whose desk is in English.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.merchant.applications.models import Application, ApplicationDocument, ApplicationNote
from shop.merchant.applications.tasks import send_approved, send_declined, send_question
from shop.merchant.dashboard.people import invite
from shop.merchant.moderation.stores import StoreFacts, open_store
from shop.people.accounts.models import User
from shop.people.accounts.rights import people_with
from shop.people.merchants.models import Merchant, StoreInvitation
from shop.people.merchants.roles import Role

State = Application.State
Kind = ApplicationNote.Kind
MAY_DECIDE = "change_merchant"


class ChangedSince(NotPossible):
    """An applicant changed what somebody is about to decide on; nothing was decided."""

    def __init__(self) -> None:
        super().__init__("They changed it meanwhile: read it again, then decide.")


@transaction.atomic
def take(pk: int, is_taken: bool, *, at: datetime, by: User) -> None:
    """Say that somebody reads an application, so that others take another one; or put it back.

    Raises:
        NotPossible: it does not wait any more, or it is the reader's own.
    """
    found = _readable(pk, by=by)
    Application.objects.filter(pk=found.pk).update(taken_by=by if is_taken else None)
    log(found, "take" if is_taken else "put back", at=at, by=by, festival=None)


@transaction.atomic
def note(pk: int, text: str, *, at: datetime, by: User) -> None:
    """Keep a note for colleagues; the applicant never reads it.

    Raises:
        NotPossible: it says nothing.
    """
    found = lock_one(Application.objects, pk)
    _say(found, Kind.INTERNAL, text, at=at, by=by)


@transaction.atomic
def refuse_paper(pk: int, paper_id: int, reason: str, *, at: datetime, by: User) -> None:
    """Say of a paper why it cannot be read; asking tells the applicant.

    Raises:
        NotPossible: there is no reason, or the application does not wait any more.
    """
    found = _readable(pk, by=by)
    said = reason.strip()[:300]
    if not said:
        raise NotPossible("Say what cannot be read: the applicant reads it.")
    ApplicationDocument.objects.filter(application=found, pk=paper_id).update(refused=said)
    log(found, "refuse paper", at=at, by=by, festival=None, reason=said)


@transaction.atomic
def ask(pk: int, text: str, *, at: datetime, by: User) -> None:
    """Ask the applicant for one thing more; the application waits for the answer.

    Raises:
        NotPossible: it says nothing, or the application does not wait any more.
    """
    found = _readable(pk, by=by)
    _say(found, Kind.QUESTION, text, at=at, by=by)
    found.move_to(State.ASKED, changed_at=at, taken_by=by)
    log(found, "ask", at=at, by=by, festival=None)
    enqueue(send_question, found.pk)


@transaction.atomic
def decline(pk: int, reason: str, *, at: datetime, by: User) -> None:
    """Decline an application; the applicant reads the reason, and may object once.

    Raises:
        NotPossible: there is no reason, it does not wait any more, or somebody decides a second
            time who declined it first.
    """
    found = _readable(pk, by=by)
    _refuse_second_time(found, by=by)
    _say(found, Kind.DECLINE, reason, at=at, by=by)
    found.move_to(State.DECLINED, decided_at=at, decided_by=by, changed_at=at)
    log(found, "decline", at=at, by=by, festival=None)
    enqueue(send_declined, found.pk)


@transaction.atomic
def approve(
    pk: int, facts: StoreFacts, *, slug: str, seen: int, at: datetime, by: User
) -> Merchant:
    """Make the store of an application, and invite the applicant as its owner.

    Story and seller become public as they are: only what somebody has read.

    Args:
        seen: the version that the form showed.

    Raises:
        ChangedSince: the applicant changed it in between.
        NoPlace: the address of the store is taken, or cannot be one.
        NotPossible: it does not wait any more, or somebody decides a second time.
    """
    found = _readable(pk, by=by)
    _refuse_second_time(found, by=by)
    if found.version != seen:
        raise ChangedSince
    made = open_store(facts, slug=slug, at=at, by=by)
    Merchant.objects.filter(pk=made.pk).update(
        story=found.story, founded=found.founded, makers=found.makers,
        legal_name=found.legal_name, tax_number=found.tax_number, legal_address=found.legal_address,
    )  # fmt: skip
    found.move_to(State.APPROVED, decided_at=at, decided_by=by, changed_at=at, merchant=made)
    log(found, "approve", at=at, by=by, festival=None, after={"store": made.slug})
    owner = StoreInvitation(
        merchant=made, email=found.email, role=Role.OWNER, language=found.language, invited_by=by,
        invited_at=at,
    )  # fmt: skip
    invite.invite_with(owner, send_approved, at=at, by=by)
    return made


def _readable(pk: int, *, by: User) -> Application:
    """Lock an application that waits for organizers, or for its applicant."""
    found = lock_one(Application.objects, pk)
    if found.state not in (State.SENT, State.ASKED):
        raise NotPossible(f"It does not wait any more: {found.get_state_display().lower()}.")
    if found.email == by.email.lower():
        raise NotPossible("It is your own: somebody else has to decide.")
    return found


def _refuse_second_time(found: Application, *, by: User) -> None:
    """Refuse who declined it before an objection, while there is anybody else to read it.

    Raises:
        NotPossible: somebody else has to decide.
    """
    if not found.has_objected or found.decided_by_id != by.pk:
        return
    if people_with(MAY_DECIDE).exclude(pk=by.pk).exists():
        raise NotPossible("You declined it: somebody else reads the objection.")


def _say(found: Application, kind: str, text: str, *, at: datetime, by: User) -> None:
    said = text.strip()[:4_000]
    if not said:
        raise NotPossible("Write something: it is what people read.")
    ApplicationNote.objects.create(application=found, kind=kind, text=said, at=at, by=by)
