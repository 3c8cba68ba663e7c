"""The academy: lessons for merchants, and what the shop is told of each.

The page of a lesson is the same for everyone. Its questions are answered beside it, by whoever is
signed in: see ``cms.academy``.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_noop
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cms.blocks.body import LESSON_BODY
from cms.pages.articles import ArticlePage
from cms.pages.base import OF_DRAFTS, ListPage, ShopPage
from cms.pages.cards import page_cards
from cms.pages.gather import BlockPart
from cms.pages.scene import Gathered, Scene
from shop.merchant.academy.lessons import close_lessons, keep_lesson
from shop.merchant.academy.models import Lesson
from shop.merchant.academy.quiz import Quiz, QuizQuestion


class LessonPage(ArticlePage):
    """A lesson for merchants, with a checklist and questions."""

    order = models.PositiveSmallIntegerField(default=1)
    minutes = models.PositiveSmallIntegerField(default=20, help_text="How long it takes.")
    body = StreamField(
        LESSON_BODY, blank=True,
        help_text="With questions it can be done: four of five have to be right. All languages ask "
        "the same ones, in the same order.",
    )  # fmt: skip

    content_panels = [
        *ShopPage.content_panels,
        FieldPanel("order"),
        FieldPanel("minutes"),
        FieldPanel("picture"),
        FieldPanel("body"),
    ]
    template = "cms/pages/lesson.html"
    above_title = gettext_noop("Academy")
    page_description = "A lesson of the academy, for merchants."
    parent_page_types = ["cms.LessonIndexPage"]
    is_written = False  # the editor looks at it: questions stand where they are written

    class Meta:
        verbose_name = "lesson"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the page, and tell the shop of the lesson; drafts tell nothing."""
        super().save(*args, **kwargs)
        written = kwargs.get("update_fields")
        if written is None or not set(written) <= OF_DRAFTS:
            tell(self.translation_key)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Delete the page; the lesson cannot be learned any more, and what was learned stays."""
        key = self.translation_key
        deleted = super().delete(*args, **kwargs)
        tell(key)
        return deleted

    @property
    def quiz(self) -> Quiz:
        """Return its questions in the language of its words."""
        rows = [child.value for child in self.body if child.block_type == "question"]
        return Quiz(tuple(
            QuizQuestion(
                row["question"], tuple(row["answers"]), row["right"] or 1, row["why"] or ""
            )
            for row in rows
        ))  # fmt: skip

    @property
    def checklist(self) -> list[str]:
        """Return the points of its checklist, if it has one."""
        found = (child.value["points"] for child in self.body if child.block_type == "checklist")
        return list(next(found, ()))

    def parts(self, scene: Scene) -> list[BlockPart]:
        """Return the blocks without the questions, which have a page of their own."""
        found = super().parts(scene)
        return found if self.is_written else [p for p in found if p.block.name != "question"]

    def facts(self, gathered: Gathered, request: HttpRequest) -> dict[str, Any]:
        """Return the picture, and where the questions are."""
        known = Lesson.objects.filter(key=self.translation_key, is_open=True)
        slug = known.values_list("slug", flat=True).first() if self.pk else None
        url = reverse("lesson", args=[slug]) if slug else ""
        return super().facts(gathered, request) | {"quiz_url": url, "questions": len(self.quiz)}

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Return the page with its questions, for whoever writes it."""
        self.is_written = True
        return super().serve_preview(request, mode_name)


class LessonIndexPage(ListPage):
    """The academy: lessons in their order."""

    template = "cms/pages/lessons.html"
    own_title = gettext_noop("Academy")
    page_description = "The academy: all lessons in their order."
    subpage_types = ["cms.LessonPage"]

    class Meta:
        verbose_name = "academy"

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Delete the list, and the lessons below it, which are not asked one by one."""
        deleted = super().delete(*args, **kwargs)
        close_lessons(but=_english().values("translation_key"))
        return deleted

    def facts(self, gathered: Gathered, request: HttpRequest) -> dict[str, Any]:
        """Return the lessons as cards, each with how long it takes."""
        lessons = LessonPage.objects.order_by("order", "pk")
        language = gathered.scene.language
        return {"cards": list(page_cards(lessons, language, extra="minutes").values())}


def tell(key: UUID) -> None:
    """Tell the shop of a lesson as its published pages have it: open, or closed."""
    page = _english().filter(translation_key=key).first()
    if page is None or not page.quiz.questions:
        close_lessons(key=key)
        return
    others = LessonPage.objects.live().filter(translation_key=key, alias_of=None)
    titles = others.exclude(pk=page.pk).values_list("locale__language_code", "title")
    keep_lesson(key, {
        "slug": page.slug, "title": page.title, "titles": dict(titles), "position": page.order,
        "minutes": page.minutes, "is_open": True,
    })  # fmt: skip


def _english() -> Any:
    """Return the published pages of the English tree, which give the addresses."""
    return LessonPage.objects.live().filter(locale__language_code=settings.LANGUAGE_CODE)
