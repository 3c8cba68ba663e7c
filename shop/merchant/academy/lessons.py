"""Which lessons there are, and how far somebody is with them. Pages write lessons here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from shop.merchant.academy.models import Lesson, LessonResult
from shop.people.accounts.models import User


@dataclass(frozen=True, slots=True)
class LessonProgress:
    """How many of the open lessons somebody has done."""

    done: int
    count: int

    @property
    def is_whole(self) -> bool:
        """Tell whether all are done."""
        return self.done == self.count

    @property
    def left(self) -> int:
        """Return how many are left."""
        return self.count - self.done


def open_lessons() -> QuerySet[Lesson]:
    """Return the lessons that can be learned, in their order."""
    return Lesson.objects.filter(is_open=True).order_by("position", "pk")


def progress_of(user: User) -> LessonProgress:
    """Return how far somebody is. One statement."""
    # Not by a join: that would read what everybody has learned.
    own = LessonResult.objects.filter(user=user, done_at__isnull=False)
    found = open_lessons().order_by().aggregate(
        count=Count("pk"), done=Count("pk", filter=Q(pk__in=own.values("lesson")))
    )  # fmt: skip
    return LessonProgress(**found)


def learned_by(user: User) -> dict[int, LessonResult]:
    """Return what somebody has answered, by lesson. One statement."""
    rows = LessonResult.objects.filter(user=user).select_related("completion_certificate", "lesson")
    return {row.lesson_id: row for row in rows}


def keep_lesson(key: UUID, facts: Mapping[str, Any]) -> None:
    """Write what the shop knows of a lesson from its page. One statement."""
    row = Lesson(key=key, **facts)
    Lesson.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["key"], update_fields=list(facts)
    )


def close_lessons(*, but: QuerySet[Any] | None = None, key: UUID | None = None) -> None:
    """Take lessons whose page is gone out of the academy; what was learned stays.

    Args:
        but: keys of lessons that stay open.
        key: of the one lesson; None: all others.
    """
    rows = Lesson.objects.filter(is_open=True)
    rows = rows.filter(key=key) if key else rows
    (rows.exclude(key__in=but) if but is not None else rows).update(is_open=False)
