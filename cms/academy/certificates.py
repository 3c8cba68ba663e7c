"""Certificates of lessons: made, saved and taken away by their person, checked by anybody."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cms.academy.forms import CompletionCertificateForm
from cms.academy.reading import read
from cms.academy.views import language, learned_of, lesson_page, to_lesson
from shop.core import clock, dates
from shop.core.errors import NotPossible
from shop.core.rate_limits.store import limits
from shop.merchant.academy import completion_certificates
from shop.merchant.academy.drawing import as_paper, as_picture
from shop.merchant.academy.models import CompletionCertificate, Lesson
from shop.people.accounts.requests import SignedIn

HOUR = 3_600  # seconds
MOST_DRAWN = 60
"""Certificates that are drawn for one person in an hour."""
TYPES = {"pdf": "application/pdf", "png": "image/png"}


@never_cache
@login_required
@require_POST
def make(request: SignedIn, slug: str) -> HttpResponse:
    """Make the certificate of a lesson that is done, with the name that was typed."""
    words = read(slug, language())
    own, at = learned_of(request.user, words.lesson), clock.moment_of(request)
    if own is None:
        raise Http404
    form = CompletionCertificateForm(
        completion_certificates.stores_of(request.user, at=at), request.POST
    )
    if not form.is_valid():
        return lesson_page(request, words, status=422, form=form)
    try:
        completion_certificates.make_completion_certificate(
            own, form.cleaned_data["name"], form.chosen_store, words.title,
            language=language(), at=at,
        )  # fmt: skip
    except NotPossible as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Your certificate is made."))
    return to_lesson(words.lesson, "certificate")


@never_cache
@login_required
@require_POST
def take_away(request: SignedIn, slug: str) -> HttpResponse:
    """Take one's own certificate away."""
    own = _own(request, slug)
    completion_certificates.take_away(own.learned)
    messages.success(request, _("Your certificate is gone: its number leads nowhere any more."))
    return to_lesson(own.learned.lesson, "certificate")


@never_cache
@login_required
@require_safe
def file(request: SignedIn, slug: str, kind: str) -> HttpResponse:
    """Return one's own certificate as a PDF of one page, or as a picture."""
    own = _own(request, slug)
    if limits.count(f"certificate:{request.user.pk}", seconds=HOUR) > MOST_DRAWN:
        messages.error(request, _("Too many attempts. Try again in a few minutes."))
        return to_lesson(own.learned.lesson, "certificate")
    draw = as_paper if kind == "pdf" else as_picture
    answer = HttpResponse(draw(own, address_of(own)), content_type=TYPES[kind])
    answer.headers["Content-Disposition"] = f'inline; filename="{own.number}.{kind}"'
    return answer


@never_cache
@require_safe
def check(request: HttpRequest, number: str) -> HttpResponse:
    """Say whose certificate a number is, to whoever was given it."""
    found = get_object_or_404(CompletionCertificate, number=number)
    context = {
        "certificate": found,
        "day": dates.day_of_year(found.done_on, language()),
        "title_lang": "" if found.title_language == language() else found.title_language,
    }
    answer = render(request, "cms/academy/check.html", context)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def address_of(certificate: CompletionCertificate) -> str:
    """Return the address where a certificate can be checked, in its language."""
    with override(certificate.language):
        return settings.SITE_URL + reverse("completion-certificate", args=[certificate.number])


def _own(request: SignedIn, slug: str) -> CompletionCertificate:
    """Return the certificate that the signed-in person has of a lesson; it may be closed by now.

    Raises:
        Http404: there is none of theirs.
    """
    lesson = get_object_or_404(Lesson.objects.order_by("-is_open", "-pk"), slug=slug)
    rows = CompletionCertificate.objects.select_related("learned__lesson")
    return get_object_or_404(rows, learned__user=request.user, learned__lesson=lesson)
