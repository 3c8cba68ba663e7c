"""One's own pages of the academy: progress, questions, checklist. Nobody else sees them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.academy.forms import CompletionCertificateForm, chosen_in, ticks_in
from cms.academy.reading import LessonWords, read
from shop.core import clock
from shop.core.errors import NotPossible
from shop.merchant.academy import learn
from shop.merchant.academy.completion_certificates import stores_of
from shop.merchant.academy.lessons import LessonProgress, learned_by, open_lessons
from shop.merchant.academy.models import Lesson, LessonResult
from shop.merchant.academy.people import learners_of
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn


@never_cache
@login_required
@require_safe
def learning(request: SignedIn) -> HttpResponse:
    """Show how far somebody is, lesson by lesson, and the people of their stores."""
    lessons, own = list(open_lessons()), learned_by(request.user)
    rows = [(lesson, lesson.title_in(language()), own.get(lesson.pk)) for lesson in lessons]
    left = [row for row in rows if row[2] is None or not row[2].is_done]
    gone = [
        row
        for row in own.values()
        if not row.lesson.is_open and hasattr(row, "completion_certificate")
    ]
    context = {
        "rows": rows,
        "progress": LessonProgress(len(rows) - len(left), len(rows)),
        "next": left[0] if left else None,
        "minutes": sum(lesson.minutes for lesson in lessons),
        "gone": gone,
        "teams": learners_of(request.user, at=clock.moment_of(request)),
    }
    return render(request, "cms/academy/learning.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lesson(request: SignedIn, slug: str) -> HttpResponse:
    """Show the questions of a lesson with the last answers, and take new ones."""
    words = read(slug, language())
    if request.method != "POST":
        return lesson_page(request, words)
    chosen = chosen_in(request.POST, words.quiz)
    if request.POST.get("version") != words.quiz.version:
        refusal = _("The questions have changed meanwhile. Answer them as they are now.")
        return lesson_page(request, words, status=409, refusal=refusal)
    try:
        at = clock.moment_of(request)
        learn.answer(request.user, words.lesson, words.quiz, chosen, at=at)
    except NotPossible as refused:
        return lesson_page(request, words, status=422, refusal=str(refused), chosen=chosen)
    return to_lesson(words.lesson, "quiz")


@never_cache
@login_required
@require_POST
def tick(request: SignedIn, slug: str) -> HttpResponse:
    """Keep which points of the checklist are ticked."""
    words = read(slug, language())
    learn.tick(request.user, words.lesson, ticks_in(request.POST, len(words.checklist)))
    messages.success(request, _("Your ticks are kept."))
    return to_lesson(words.lesson, "checklist")


def lesson_page(
    request: SignedIn,
    words: LessonWords,
    *,
    status: int = 200,
    refusal: str = "",
    chosen: list[int] | None = None,
    form: CompletionCertificateForm | None = None,
) -> HttpResponse:
    """Return the page of a lesson for somebody who learns it.

    Args:
        refusal: what stood in the way of the answers.
        chosen: answers that were not taken; None: the last ones that were, marked.
        form: of the certificate, where it was refused.
    """
    own = learned_of(request.user, words.lesson)
    quiz = words.quiz
    is_marked = bool(not refusal and own and own.version == quiz.version)
    shown = own.chosen if own and is_marked else chosen or []
    certificate = getattr(own, "completion_certificate", None)
    if form is None and own and own.is_done and certificate is None:
        stores = stores_of(request.user, at=clock.moment_of(request))
        first = stores[0].pk if stores else ""
        initial = {"name": request.user.get_full_name()[:80], "store": first}
        form = CompletionCertificateForm(stores, initial=initial)
    context: dict[str, Any] = {
        "words": words,
        "own": own,
        "quiz": quiz,
        "questions": list(quiz.marked(shown)),
        "is_marked": is_marked,
        "right": quiz.right_of(shown) if is_marked else 0,
        "checklist": [
            (place, point, bool(own and place in own.ticked))
            for place, point in enumerate(words.checklist, start=1)
        ],
        "refusal": refusal,
        "form": form,
        "certificate": certificate,
    }
    return render(request, "cms/academy/lesson.html", context, status=status)


def learned_of(user: User, lesson: Lesson) -> LessonResult | None:
    """Return what somebody has answered of a lesson; nobody else's is ever asked for."""
    rows = LessonResult.objects.select_related("completion_certificate")
    return rows.filter(user=user, lesson=lesson).first()


def to_lesson(lesson: Lesson, part: str) -> HttpResponse:
    """Return the way back to a part of a lesson's page; to the list where it has none any more."""
    place = reverse("lesson", args=[lesson.slug]) if lesson.is_open else reverse("learning")
    return HttpResponseRedirect(f"{place}#{part}", status=303)


def language() -> str:
    """Return the language of the page."""
    return get_language() or "en"
