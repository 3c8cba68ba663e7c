"""The terms of a festival: texts that stores accept, a new version for each change.

Organizers read the refusals, whose desk is in English.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from shop.core.errors import NotPossible
from shop.core.languages import in_language, languages_like
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.festivals.models import Enrolment, Festival, Terms
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership
from shop.people.merchants.roles import Right, who_may

NO_TEXT = "This festival has no terms yet. Write them first: stores accept them when they join."
# Stores in these read the terms, or have read them.
CONCERNED = (
    Enrolment.State.INVITED, Enrolment.State.APPLIED, Enrolment.State.WAITING,
    Enrolment.State.ACCEPTED,
)  # fmt: skip


@transaction.atomic
def publish_terms(
    festival: Festival,
    text: str,
    *,
    at: datetime,
    translations: Mapping[str, str] | None = None,
    by: User | None = None,
) -> Terms:
    """Make a text the terms for stores that join from now on. Those that joined keep theirs.

    Args:
        translations: the same terms, by language code; empty ones are left out.

    Raises:
        NotPossible: there is no text, or it is the one in force.
    """
    festival = lock_one(Festival.objects, festival.pk)
    text = text.strip()
    known = {code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE}
    given = (translations or {}).items()
    texts = {code: own.strip() for code, own in given if code in known and own.strip()}
    if not text:
        raise NotPossible("Write the terms first.")
    current = terms_in_force(festival)
    if current and (current.text, current.texts) == (text, texts):
        raise NotPossible("These terms are in force already.")
    before = festival.terms_version
    festival.terms_version = _next_version(festival, has_text=current is not None)
    festival.save(update_fields=["terms_version"])
    made = Terms.objects.create(
        festival=festival, version=festival.terms_version, text=text, texts=texts, at=at, by=by
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


def is_in(terms: Terms, language: str) -> bool:
    """Return whether terms have a text in a language; who set none reads the shop's own."""
    own = settings.LANGUAGE_CODE
    return not language or own in languages_like(language) or bool(
        in_language(terms.texts, language)
    )  # fmt: skip


def unread(terms: Terms, merchant_ids: Collection[int]) -> dict[str, list[str]]:
    """Return the stores that cannot read terms, by language. One statement.

    A store can where one of those who may join for it reads them in their own language. One
    without anybody is asked about once somebody signs in.
    """
    rows = Membership.objects.filter(who_may(Right.PRICES), merchant__in=merchant_ids)
    spoken: dict[str, set[str]] = defaultdict(set)
    for name, language in rows.values_list("merchant__name", "user__language"):
        spoken[name].add(language)
    found: dict[str, list[str]] = defaultdict(list)
    for name, languages in sorted(spoken.items()):
        if not any(is_in(terms, language) for language in languages):
            for language in sorted(languages):
                found[language].append(name)
    return dict(found)


def refuse_unread(festival: Festival, merchant_ids: Collection[int]) -> None:
    """Refuse to ask stores that cannot read the terms.

    Raises:
        NotPossible: there is no text, or none in the language of a store.
    """
    terms = terms_in_force(festival)
    if terms is None:
        raise NotPossible(NO_TEXT)
    if missing := unread(terms, merchant_ids):
        names = dict(settings.LANGUAGES)
        said = ", ".join(
            f"{names.get(code, code)} ({', '.join(stores)})" for code, stores in missing.items()
        )
        raise NotPossible(f"The terms have no text in: {said}. Write it first.")


def _next_version(festival: Festival, *, has_text: bool) -> str:
    """Return a version that nobody has accepted yet."""
    used = set(festival.enrolments.values_list("terms_version", flat=True))
    used |= set(festival.terms.values_list("version", flat=True))
    if not has_text and festival.terms_version not in used:
        return festival.terms_version
    number = max([0, *(int(word) for word in used if word.isdecimal())])
    return str(number + 1)
