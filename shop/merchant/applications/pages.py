"""The pages of an application, one after the other; what is typed is kept, right or not whole."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.visible_text import seen_only
from shop.core.images.documents import receive_at_once
from shop.core.languages import labelled
from shop.merchant.applications import write
from shop.merchant.applications.access import ApplicantRequest, applicants_only
from shop.merchant.applications.documents import dismiss, receive_paper
from shop.merchant.applications.forms import FORMS, ApplicationForm, answers_of, files_input
from shop.merchant.applications.models import Application
from shop.merchant.applications.steps import (
    BY_NAME,
    STEPS,
    gaps,
    has_unchecked,
    paper_name,
    wanted_papers,
)
from shop.merchant.applications.steps import PAPERS as KEPT
from shop.merchant.applications.views import progress
from shop.merchant.applications.words import PAPERS

NAMES = [step.name for step in STEPS]
MOST_AT_ONCE = 4
"""Files that are taken in one request."""
ASKED = {
    **{name: field.label for form in FORMS.values() for name, field in form.base_fields.items()},
    **{paper_name(role): title for role, title in PAPERS.items()},
}
"""What is asked, by the names of fields and papers."""


@require_http_methods(["GET", "HEAD", "POST"])
@applicants_only
def step(request: ApplicantRequest, name: str) -> HttpResponse:
    """Show a page of the application and keep what was typed; the last one sends it."""
    if name not in NAMES:
        raise Http404
    found = request.application
    if not found.is_written:
        return redirect("apply")
    if name not in FORMS:
        return _send(request, found)
    initial = {key: getattr(found, key) for key in FORMS[name].base_fields}
    form = FORMS[name](request.POST or None, initial=initial)
    if request.method == "POST":
        form.is_valid()
        _keep(request, form, name)
        if not form.errors:
            after = NAMES[NAMES.index(name) + 1]
            if "stay" in request.POST:
                messages.success(request, _("Saved."))
            return redirect("apply-step", name if "stay" in request.POST else after)
        found = Application.objects.prefetch_related(*KEPT).get(pk=found.pk)
    number = NAMES.index(name)
    context: dict[str, Any] = {
        **progress(found), "form": form, "step": BY_NAME[name], "number": number + 1,
        "before": NAMES[number - 1] if number else "",
        "papers": _papers(found) if BY_NAME[name].has_papers else [],
        "is_unchecked": has_unchecked(found),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/applications/step.html", context, status=status)


@require_POST
@applicants_only
def remove_paper(request: ApplicantRequest, pk: int) -> HttpResponse:
    """Take a paper away."""
    try:
        write.remove_paper(request.application.pk, pk, at=clock.moment_of(request))
    except ShopError as refusal:
        messages.error(request, str(refusal))
    return redirect("apply-step", "papers")


@require_POST
@applicants_only
def dismiss_file(request: ApplicantRequest, pk: int) -> HttpResponse:
    """Take away a file that is being checked, or that was refused."""
    try:
        dismiss(request.application.pk, pk)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    return redirect("apply-step", "papers")


def _keep(request: ApplicantRequest, form: ApplicationForm, name: str) -> None:
    """Keep what is right; what is wrong stands at its field, and stops nothing else."""
    at, pk = clock.moment_of(request), request.application.pk
    try:
        write.answer_step(pk, name, form.answers(), at=at)
    except ShopError as refusal:
        form.add_error(None, str(refusal))
    files = _files(request) if BY_NAME[name].has_papers else []
    for role, file in files[:MOST_AT_ONCE]:
        try:
            receive_paper(pk, role, file.name or "", receive_at_once(file), at=at)
        except ShopError as refusal:
            form.add_error(None, labelled(seen_only(file.name or "")[:80], str(refusal)))
    if len(files) > MOST_AT_ONCE:
        most = _("At most %(count)d files at once: add the others now.")
        form.add_error(None, most % {"count": MOST_AT_ONCE})
    for skipped in getattr(request, "skipped_files", []):
        too_large = _("The file must be smaller than %(size)s") % {"size": "10 MB"}
        form.add_error(None, labelled(seen_only(skipped)[:80], too_large))


def _files(request: ApplicantRequest) -> list[tuple[str, Any]]:
    """Return the files that were chosen, each with the paper that it is of."""
    return [(role, file) for role in PAPERS for file in request.FILES.getlist(paper_name(role))]


def _papers(found: Application) -> list[dict[str, Any]]:
    """Return each paper that is asked for, with what was added of it."""
    rows, wanted = list(found.papers.all()), wanted_papers(found)
    coming = list(found.incoming.all())
    shown = []
    for role, title in PAPERS.items():
        own = [row for row in rows if row.role == role]
        refused = next((row.refused for row in own if row.refused), "")
        shown.append({
            "role": role.value, "title": title, "rows": own, "is_wanted": role in wanted,
            "refused": refused, "input": files_input(role),
            "coming": (of_it := [row for row in coming if row.role == role]),
            "is_unchecked": any(not row.problem for row in of_it),
        })  # fmt: skip
    return shown


def _send(request: ApplicantRequest, found: Application) -> HttpResponse:
    """Show all answers on one page, and send them."""
    if request.method == "POST":
        try:
            write.send(found.pk, at=clock.moment_of(request))
        except ShopError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Sent. You hear from us by mail."))
            return redirect("apply")
    context: dict[str, Any] = {
        **progress(found), "missing": [(gap.step, ASKED[gap.name]) for gap in gaps(found)],
        "said": [(BY_NAME[name], answers_of(found, name)) for name in FORMS],
        "papers": [paper for paper in _papers(found) if paper["rows"] or paper["coming"]],
        "is_unchecked": has_unchecked(found),
        "step": BY_NAME["send"], "number": len(STEPS), "before": NAMES[-2],
    }  # fmt: skip
    return render(request, "shop/merchant/applications/send.html", context)
