"""Counts searches without results, and keeps nothing of who made them.

A row is a day, a language and the words; of the same words one is counted in ten minutes, so that
whoever tries again is not two people. What may tell of a person is not kept, and what was asked
once alone is shown to nobody.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Max, QuerySet, Sum

from shop.core.jobs import delete_some
from shop.core.statements.prepared import prepared_cursor
from shop.festivals.changelog import log
from shop.people.accounts.models import User
from shop.storefront.cache.catalogue_version import is_unshared
from shop.storefront.listings.words import every_word
from shop.storefront.models import ZeroResultSearch

KEPT_FOR = timedelta(days=90)
APART = timedelta(minutes=10)  # the same words within it count once
MOST_A_DAY = 2_000  # rows; whoever makes searches up fills a day and no more
LONGEST = 60  # signs
ASKED = 2  # times, before words are shown
# An address of mail or of the web, and a number of six digits or more, however it is divided.
PERSONAL = re.compile(r"[@\uff20]|://|www\.|\d(?:[\s()./+-]*\d){5}", re.IGNORECASE)

# Nobody waits for the disk: counts of the last instant may be lost.
STATEMENT = """
INSERT INTO shop_vainsearch (day, language, words, is_near, times, last_at)
SELECT %(day)s::date, %(language)s::text, %(words)s::text, %(is_near)s::boolean, 1,
  %(at)s::timestamptz
FROM (SELECT set_config('synchronous_commit', 'off', true)) AS eased
WHERE NOT EXISTS (
    SELECT 1 FROM shop_vainsearch
    WHERE day = %(day)s AND language = %(language)s AND words = %(words)s
      AND is_near = %(is_near)s AND last_at > %(since)s)
  AND (EXISTS (
    SELECT 1 FROM shop_vainsearch
    WHERE day = %(day)s AND language = %(language)s AND words = %(words)s
      AND is_near = %(is_near)s)
    OR (SELECT count(*) FROM shop_vainsearch WHERE day = %(day)s) < %(most)s)
ON CONFLICT (day, language, words, is_near)
DO UPDATE SET times = shop_vainsearch.times + 1, last_at = excluded.last_at
WHERE shop_vainsearch.last_at <= %(since)s
"""

logger = logging.getLogger(__name__)


def note_vain(text: str, language: str, *, is_near: bool, at: datetime) -> None:
    """Count a search that found nothing, or only near results. One statement.

    A preview counts nothing, and what cannot be written is not: the page does without.
    """
    words = " ".join(every_word(text))
    if is_unshared() or not words or not _may_be_kept(text, words):
        return
    values = {
        "day": at.astimezone(UTC).date(), "language": language, "words": words,
        "is_near": is_near, "at": at, "since": at - APART, "most": MOST_A_DAY,
    }  # fmt: skip
    # Whoever asks from within a transaction goes on with it.
    apart = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with apart, prepared_cursor() as cursor:
            cursor.execute(STATEMENT, values)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("a search in vain was not counted: %s", type(error).__name__)


def zero_result_searches(*, since: datetime) -> QuerySet[ZeroResultSearch, dict[str, object]]:
    """Return the searches without results since a day that were made often enough to show."""
    found = ZeroResultSearch.objects.filter(day__gte=since.astimezone(UTC).date())
    rows: QuerySet[Any, Any] = found.values("words", "language", "is_near").order_by()
    return rows.annotate(asked=Sum("times"), latest=Max("last_at")).filter(asked__gte=ASKED)


def forget_vain(*, at: datetime) -> int:
    """Delete the searches of three months ago and before; return how many rows."""
    last = (at - KEPT_FOR).astimezone(UTC).date()
    return delete_some(ZeroResultSearch.objects.filter(day__lt=last).order_by("day"))


@transaction.atomic
def set_aside(words: str, language: str, *, at: datetime, by: User) -> bool:
    """Delete a search without results until it is made again; return whether there was one.

    The log does not say which words: it is kept for ever, and they may be somebody's name.
    """
    rows = ZeroResultSearch.objects.filter(words=words, language=language)
    first = rows.order_by("pk").first()
    if first is None:
        return False
    log(first, "set aside", at=at, by=by, festival=None, before={"label": language})
    rows.delete()
    return True


def forget_found(words: Collection[str], language: str = "") -> None:
    """Forget that words were looked for in vain, since the search knows them now.

    Args:
        words: as they are compared.
        language: in which it knows them; empty for all.
    """
    rows = ZeroResultSearch.objects.filter(words__in=words)
    (rows.filter(language=language) if language else rows).delete()


def _may_be_kept(text: str, words: str) -> bool:
    """Tell whether nothing in a text looks like a person; signs such as ① are numbers as well."""
    said = (text, words)
    return max(map(len, said)) <= LONGEST and not any(map(PERSONAL.search, said))
