"""Certificates of lessons: the person makes one, shares its number, and takes it away again."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.languages import Wording
from shop.core.locks import lock_one
from shop.festivals.local_time import wall_of
from shop.merchant.academy.models import CompletionCertificate, LessonResult
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.roles import in_force


def stores_of(user: User, *, at: datetime) -> list[Merchant]:
    """Return the stores that a certificate of somebody may name. One statement."""
    rows = Membership.objects.filter(in_force(at=at), user=user).select_related("merchant")
    return [row.merchant for row in rows.order_by("merchant__name", "pk")]


@transaction.atomic
def make_completion_certificate(
    learned: LessonResult,
    name: str,
    store: Merchant | None,
    title: Wording,
    *,
    language: str,
    at: datetime,
) -> CompletionCertificate:
    """Make the certificate of a lesson that is done, with a number that nobody guesses.

    Args:
        name: of the person, as it shall stand there.
        store: one of ``stores_of``, or none.
        title: of the lesson, with its language where that is not ``language``.
        language: of the words around.

    Raises:
        NotPossible: the lesson is not done, or has its certificate already.
    """
    row = lock_one(LessonResult.objects, learned.pk)
    if row.done_at is None:
        raise NotPossible(_("The certificate comes once enough answers are right."))
    if CompletionCertificate.objects.filter(learned=row).exists():
        raise NotPossible(_("You have this certificate already."))
    zone = store.zone if store else settings.TIME_ZONE
    return CompletionCertificate.objects.create(
        learned=row, name=name, store=store.name if store else "", title=title.text,
        language=language, title_language=title.lang or language, best=row.best, count=row.count,
        done_on=wall_of(row.done_at, zone).date(), made_at=at,
    )  # fmt: skip


def take_away(learned: LessonResult) -> None:
    """Take a certificate away: its number leads nowhere any more."""
    CompletionCertificate.objects.filter(learned=learned).delete()
