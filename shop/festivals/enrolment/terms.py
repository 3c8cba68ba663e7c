"""The terms of a festival: texts that stores accept, a new version for each change.

Organizers read the refusals, whose desk is in English.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.accounts.models import User
from shop.errors import NotPossible
from shop.festivals.changelog import log
from shop.festivals.models import Festival, Terms
from shop.locks import lock_one


@transaction.atomic
def publish_terms(festival: Festival, text: str, *, at: datetime, by: User | None = None) -> Terms:
    """Make a text the terms for stores that join from now on. Those that joined keep theirs.

    Raises:
        NotPossible: there is no text, or it is the one in force.
    """
    festival = lock_one(Festival.objects, festival.pk)
    text = text.strip()
    if not text:
        raise NotPossible("Write the terms first.")
    current = terms_in_force(festival)
    if current and current.text == text:
        raise NotPossible("These terms are in force already.")
    before = festival.terms_version
    festival.terms_version = _next_version(festival, has_text=current is not None)
    festival.save(update_fields=["terms_version"])
    made = Terms.objects.create(
        festival=festival, version=festival.terms_version, text=text, at=at, by=by
    )
    log(festival, "terms", at=at, by=by, festival=festival,
        before={"terms_version": before}, after={"terms_version": made.version})  # fmt: skip
    return made


def terms_in_force(festival: Festival) -> Terms | None:
    """Return the terms for stores that join now; None while they have no text."""
    return terms_of(festival, festival.terms_version)


def terms_of(festival: Festival, version: str) -> Terms | None:
    """Return the terms of one version."""
    return festival.terms.filter(version=version).first()


def _next_version(festival: Festival, *, has_text: bool) -> str:
    """Return a version that nobody has accepted yet."""
    used = set(festival.enrolments.values_list("terms_version", flat=True))
    used |= set(festival.terms.values_list("version", flat=True))
    if not has_text and festival.terms_version not in used:
        return festival.terms_version
    number = max([0, *(int(word) for word in used if word.isdecimal())])
    return str(number + 1)
