"""One application: what it says, its papers, what was said about it, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language_info, override
from django.views.decorators.http import require_GET, require_http_methods

from cms.dashboard.confirm import Act, perform, reason_form
from cms.dashboard.festivals.history import lines_about
from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.screens import button, show, version_seen
from cms.dashboard.stores.applications import QUEUE, TRAIL, findings, promised, seen
from cms.dashboard.stores.edit import StoreForm
from shop.catalogue.delivery.names import country_name
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.fields import ProseField
from shop.core.forms.numbers import number_of
from shop.core.forms.private_files import as_file
from shop.merchant.applications import decide
from shop.merchant.applications.forms import FORMS, answers_of
from shop.merchant.applications.models import Application, ApplicationDocument
from shop.merchant.applications.steps import BY_NAME
from shop.merchant.applications.words import PAPERS
from shop.merchant.moderation.stores import NoPlace
from shop.people.accounts.requests import SignedIn

State = Application.State
WAITS = (State.SENT, State.ASKED)


class SayForm(forms.Form):
    text = ProseField(label="What you ask", max_length=2_000, widget=forms.Textarea(attrs={
        "rows": 5,
    }))  # fmt: skip


class DeclineForm(forms.Form):
    text = ProseField(label="The reason", max_length=2_000, widget=forms.Textarea(attrs={
        "rows": 5,
    }), help_text="Say whether and when they may apply again.")  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
def application(request: SignedIn, pk: int) -> HttpResponse:
    """Show an application; posting takes it, puts it back, or keeps a note for colleagues."""
    rows = seen().select_related("taken_by", "decided_by", "merchant")
    found = get_object_or_404(rows.prefetch_related("notes__by"), pk=pk)
    if request.method == "POST":
        return _post(request, found)
    at = clock.moment_of(request)
    with override("en"):
        said = [(BY_NAME[name].title, answers_of(found, name)) for name in FORMS]
        titles = {role.value: str(title) for role, title in PAPERS.items()}
    papers = found.papers.defer("content")
    context: dict[str, Any] = {
        "application": found, "said": said, "findings": list(findings(found)),
        "papers": [(titles[row.role], row) for row in papers],
        "promised": promised(found, at.date()), "country": country_name(found.country, "en"),
        "language": get_language_info(found.language)["name"],
        "waits": found.state in WAITS, "buttons": _buttons(found),
    }  # fmt: skip
    return show(request, "application.html", found.business, icon="group", trail=_trail(),
                **context, **lines_about(found))  # fmt: skip


@require_GET
@needs("change_merchant")
def paper(request: SignedIn, pk: int) -> HttpResponse:
    """Return a paper of an application, to be saved."""
    row = get_object_or_404(ApplicationDocument, pk=pk, application__in=seen())
    return as_file(row, f"{row.application.number}-{row.role}-{row.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
def refuse_paper(request: SignedIn, pk: int) -> HttpResponse:
    """Say of a paper what cannot be read."""
    row = get_object_or_404(
        ApplicationDocument.objects.defer("content"), pk=pk, refused="", application__in=seen()
    )
    found = row.application

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        decide.refuse_paper(found.pk, row.pk, answers["reason"], at=at, by=request.user)
        return "Noted. Ask for it now: the applicant gets one mail with all that is missing."

    form = reason_form(f"In {get_language_info(found.language)['name']}: the applicant reads it.")
    act = Act(f"{row.name} cannot be read", "Say so", [], run, form)
    return _perform(request, found, act)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
def act(request: SignedIn, pk: int, name: str) -> HttpResponse:
    """Ask for something or decline; what it means is shown first."""
    if name not in ACTS:
        raise Http404
    found = get_object_or_404(seen(), pk=pk)
    return _perform(request, found, ACTS[name](request, found))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
@proved_again
def approve(request: SignedIn, pk: int) -> HttpResponse:
    """Make the store of an application, with what organizers set of it."""
    found = get_object_or_404(seen(), pk=pk)
    if found.state not in WAITS:
        messages.info(request, f"It does not wait any more: {found.get_state_display().lower()}.")
        return redirect("desk:application", pk)
    form = StoreForm(request.POST or None, initial={
        "name": found.business, "kind": found.sells, "country": found.country,
        "city": found.city,
    })  # fmt: skip
    if request.method == "POST" and form.is_valid():
        at = clock.moment_of(request)
        try:
            made = decide.approve(
                pk, form.facts(), slug=form.cleaned_data["slug"], seen=version_seen(request), at=at,
                by=request.user,
            )  # fmt: skip
        except decide.ChangedSince as changed:
            messages.warning(request, str(changed))
            return redirect("desk:application", pk)
        except ShopError as refusal:
            form.add_error("slug" if isinstance(refusal, NoPlace) else None, str(refusal))
        else:
            said = f"{made.name} is made, and {found.email} is invited as its owner by mail."
            messages.success(request, said)
            return redirect("desk:store-page", made.pk)
    about = (
        f"{found.name} gets a mail in {get_language_info(found.language)['name']} with the link "
        "that makes the owner. Story and seller are taken from the application."
    )
    return show(
        request, "form.html", f"Approve {found.business}", trail=_trail(found), icon="check",
        form=form, save="Approve and invite", about=about, status=422 if form.errors else 200,
        version=version_seen(request) or number_of(request.GET.get("version", "")) or found.version,
    )  # fmt: skip


def _ask(request: SignedIn, found: Application) -> Act:
    def run(answers: dict[str, Any]) -> str:
        decide.ask(found.pk, answers["text"], at=clock.moment_of(request), by=request.user)
        return f"Asked. {found.business} is told by mail, and waits under Asked."

    refused = [row.refused for row in found.papers.all() if row.refused]
    effects = [f"They read it by mail and on their page; write in {_language(found)}."]
    if refused:
        effects.append(f"The mail names what cannot be read, too: {'; '.join(refused)}.")
    return Act(f"Ask {found.business}", "Send the question", effects, run, SayForm)


def _decline(request: SignedIn, found: Application) -> Act:
    def run(answers: dict[str, Any]) -> str:
        decide.decline(found.pk, answers["text"], at=clock.moment_of(request), by=request.user)
        return f"Declined. {found.business} is told by mail, with your reason."

    effects = [
        f"They read your reason by mail, word for word; write in {_language(found)}.",
        "They may object once within 14 days. Then somebody else reads it.",
    ]
    return Act(f"Decline {found.business}", "Decline it", effects, run, DeclineForm, is_grave=True)


ACTS: dict[str, Callable[[SignedIn, Application], Act]] = {"ask": _ask, "decline": _decline}


def _post(request: SignedIn, found: Application) -> HttpResponse:
    at, typed = clock.moment_of(request), request.POST.get("note", "").replace("\0", "")
    try:
        if "note" in request.POST:
            decide.note(found.pk, typed, at=at, by=request.user)
        else:
            decide.take(found.pk, "take" in request.POST, at=at, by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    return redirect("desk:application", found.pk)


def _perform(request: SignedIn, found: Application, made: Act) -> HttpResponse:
    def barred() -> str:
        now = Application.objects.get(pk=found.pk)
        return "" if now.state in WAITS else (
            f"It does not wait any more: {now.get_state_display().lower()}."
        )  # fmt: skip

    back = reverse("desk:application", args=[found.pk])
    return perform(request, made, back=back, trail=_trail(found), barred=barred)


def _buttons(found: Application) -> list[Any]:
    if found.state not in WAITS:
        return []
    ways = (("Approve", "check"), ("Ask", "mail"), ("Decline", "cross"))
    return [
        button(label, f"{reverse('desk:application-act', args=[found.pk, label.lower()])}"
                      f"?version={found.version}", icon)
        for label, icon in ways
    ]  # fmt: skip


def _language(found: Application) -> str:
    return get_language_info(found.language)["name"]


def _trail(found: Application | None = None) -> list[tuple[str, str]]:
    way = [(reverse(QUEUE), TRAIL)]
    return [*way, (reverse("desk:application", args=[found.pk]), found.business)] if found else way
