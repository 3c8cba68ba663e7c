"""Finds a lesson with its words and questions in the language of whoever learns."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings
from django.http import Http404

from cms.academy.pages import LessonPage
from cms.pages.addresses import address
from cms.pages.locate import public
from shop.core.languages import Wording
from shop.merchant.academy.lessons import open_lessons
from shop.merchant.academy.models import Lesson
from shop.merchant.academy.quiz import Quiz


@dataclass(frozen=True, slots=True)
class LessonWords:
    """A lesson in one language; texts that are not translated name their own."""

    lesson: Lesson
    title: Wording
    summary: Wording
    url: str
    quiz: Quiz
    checklist: list[str]
    checklist_lang: str


def read(slug: str, language: str) -> LessonWords:
    """Return a lesson that can be learned. Two statements.

    A translation without questions has those of the English page.

    Raises:
        Http404: there is none, or its page is not published any more.
    """
    lesson = open_lessons().filter(slug=slug).first()
    if lesson is None:
        raise Http404
    pages = LessonPage.objects.filter(
        pk__in=public().values("pk"), translation_key=lesson.key,
        locale__language_code__in={language, settings.LANGUAGE_CODE},
    )  # fmt: skip
    found = {page.locale.language_code: page for page in pages.select_related("locale")}
    english = found.get(settings.LANGUAGE_CODE)
    if english is None:
        raise Http404
    own = found.get(language)
    words = english if own is None or own.alias_of_id else own
    foreign = settings.LANGUAGE_CODE if language != settings.LANGUAGE_CODE else ""
    lang = foreign if words is english else ""
    asking = words if words.quiz.questions else english
    listing = words if words.checklist else english
    return LessonWords(
        lesson=lesson,
        title=Wording(words.title, lang),
        summary=Wording(words.search_description, lang),
        url=address(english.url_path, language),
        quiz=replace(asking.quiz, lang=foreign if asking is english else ""),
        checklist=listing.checklist,
        checklist_lang=foreign if listing is english else "",
    )
