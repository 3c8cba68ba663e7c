"""What a person does in a lesson: answers its questions, ticks its checklist."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.merchant.academy.models import Lesson, LessonResult
from shop.merchant.academy.quiz import Quiz
from shop.people.accounts.models import User

MOST_TICKS = 50


@transaction.atomic
def answer(
    user: User, lesson: Lesson, quiz: Quiz, chosen: Sequence[int], *, at: datetime
) -> LessonResult:
    """Keep a try: the best one counts, and a lesson that was done once stays done.

    Args:
        chosen: the number of the chosen answer for each question, from 1.

    Raises:
        NotPossible: a question has no answer; nothing is kept.
    """
    if not quiz.questions or not quiz.is_answered(chosen):
        raise NotPossible(_("Choose an answer to each question."))
    row = _own_row(user, lesson)
    right, count = quiz.right_of(chosen), len(quiz)
    if row.count == 0 or right * row.count > row.best * count:
        row.best, row.count = right, count
    if row.done_at is None and right >= quiz.needed:
        row.done_at = at
    row.tries += 1
    row.tried_at, row.version, row.chosen = at, quiz.version, list(chosen)
    row.save()
    return row


@transaction.atomic
def tick(user: User, lesson: Lesson, places: Collection[int]) -> LessonResult:
    """Keep which points of a lesson's checklist somebody has ticked, by their places from 1."""
    row = _own_row(user, lesson)
    row.ticked = sorted({place for place in places if 1 <= place <= MOST_TICKS})
    row.save(update_fields=["ticked"])
    return row


def _own_row(user: User, lesson: Lesson) -> LessonResult:
    """Return what the person has learned of a lesson, locked; made where there is nothing yet."""
    made, _is_new = LessonResult.objects.get_or_create(user=user, lesson=lesson)
    return lock_one(LessonResult.objects, made.pk)
