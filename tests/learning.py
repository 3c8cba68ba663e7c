"""Lessons to be learned: pages with a checklist and five questions, the second answer right."""

from __future__ import annotations

from typing import Any

from django.test import Client

from cms.models import LessonPage
from shop.merchant.academy.models import Lesson, LessonResult
from shop.people.accounts.models import User
from tests import pages

COUNT = 5
RIGHT, WRONG = 2, 1
WORDS = ("text", {"words": "<p>A window and two sheets of card.</p>"})
POINTS = ["Lens wiped", "One picture gives the size"]


def asked(place: int, language: str = "en") -> tuple[str, dict[str, Any]]:
    """Return a question of a lesson."""
    return ("question", {
        "question": f"{language} question {place}?",
        "answers": [f"{language} {word} {place}" for word in ("no", "yes", "maybe")],
        "right": RIGHT, "why": f"{language} since {place}",
    })  # fmt: skip


def body(language: str = "en", count: int = COUNT) -> list[tuple[str, Any]]:
    """Return the parts of a lesson."""
    questions = [asked(place, language) for place in range(1, count + 1)]
    return [WORDS, ("checklist", {"points": POINTS}), *questions]


def lesson(title: str = "Photographs", *, count: int = COUNT, **facts: Any) -> LessonPage:
    """Return the published page of a lesson."""
    page = pages.page(LessonPage, title=title, body=body(count=count), **facts)
    assert isinstance(page, LessonPage)
    return page


def known(page: LessonPage) -> Lesson:
    """Return what the shop knows of a lesson."""
    return Lesson.objects.get(key=page.translation_key)


def sent(page: LessonPage, *, right: int, language: str = "en") -> dict[str, Any]:
    """Return what a browser sends with so many right answers, and the others wrong."""
    found = LessonPage.objects.filter(translation_key=page.translation_key)
    quiz = found.get(locale__language_code=language).quiz
    chosen = {f"q{n}": RIGHT if n <= right else WRONG for n in range(1, len(quiz) + 1)}
    return {"version": quiz.version, **chosen}


def learn(user: User, page: LessonPage, *, right: int = COUNT) -> LessonResult:
    """Let somebody answer a lesson on its page; return what is kept."""
    browser = Client()
    browser.force_login(user)
    answer = browser.post(f"/learning/{page.slug}/", sent(page, right=right))
    assert answer.status_code == 303, answer.text
    return LessonResult.objects.get(user=user, lesson=known(page))


def certified(user: User, page: LessonPage, *, name: str = "Awa Diop") -> LessonResult:
    """Let somebody do a lesson and make its certificate."""
    learned = learn(user, page)
    browser = Client()
    browser.force_login(user)
    browser.post(f"/learning/{page.slug}/certificate/", {"name": name})
    return LessonResult.objects.select_related("completion_certificate").get(pk=learned.pk)
