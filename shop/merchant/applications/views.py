"""Where one applies: the first page, the link that leads back, how it stands, and what is said."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.checkout.order.codes import too_many
from shop.core import clock, dates
from shop.core.errors import NotPossible
from shop.core.http import Request
from shop.core.networks import network_key
from shop.core.rate_limits.store import limits
from shop.merchant.applications import write
from shop.merchant.applications.access import (
    ApplicantRequest,
    applicants_only,
    current,
    leave,
    own_applications,
    remember,
)
from shop.merchant.applications.forms import ENTER_ADDRESS, BeginForm, LinkForm
from shop.merchant.applications.models import Application, ApplicationNote
from shop.merchant.applications.steps import STEPS, done_steps, gaps, needed_answers
from shop.merchant.applications.words import STATES
from shop.merchant.dashboard.people import invite
from shop.orders.cart.current import is_own_address
from shop.people.accounts.mailboxes import mailbox_key
from shop.people.merchants.models import StoreInvitation

HOUR, DAY = 3_600, 86_400
MOST_OF_NETWORK, MOST_OF_MAILBOX = 10, 4
"""Links that a network brings in an hour, and a mailbox in a day."""
SAID = (
    ApplicationNote.Kind.QUESTION, ApplicationNote.Kind.ANSWER, ApplicationNote.Kind.DECLINE,
    ApplicationNote.Kind.OBJECTION,
)  # fmt: skip
"""What the applicant reads of what was said."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: Request) -> HttpResponse:
    """Show how the application of this browser stands; else begin one."""
    if found := current(request):
        return _status(request, found)
    form = BeginForm(request.POST or None, initial=_known(request))
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if wait := has_to_wait(request, email):
            form.add_error(None, too_many(wait))
        else:
            return _begin(request, form, email)
    context = {"form": form, "steps": STEPS, "own": _own(request)}
    return render(
        request,
        "shop/merchant/applications/begin.html",
        context,
        status=422 if form.errors else 200,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_link(request: Request) -> HttpResponse:
    """Mail the links of an address; the answer is the same whether there are any."""
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if wait := has_to_wait(request, email):
            form.add_error(None, too_many(wait))
        else:
            write.mail_links(email, at=clock.moment_of(request))
            return render(request, "shop/merchant/applications/link.html", {"is_sent": True})
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/applications/link.html", {"form": form}, status=status)


@never_cache
@require_safe
def follow(request: Request, token: str) -> HttpResponse:
    """Let the browser of somebody who has the link go on; the address keeps no secret."""
    try:
        found = write.follow(token, at=clock.moment_of(request))
    except NotPossible as refusal:
        messages.error(request, str(refusal))
        return redirect("apply-link")
    remember(request, found, is_proved=True)
    return redirect("apply")


@require_POST
def go_on(request: ApplicantRequest, pk: int) -> HttpResponse:
    """Let somebody signed in go on with an application of their own address."""
    if not request.user.is_authenticated:
        return redirect("apply-link")
    found = get_object_or_404(own_applications(request.user), pk=pk)
    remember(request, found, is_proved=True)
    return redirect("apply")


@require_POST
@applicants_only
def say(request: ApplicantRequest) -> HttpResponse:
    """Answer a question, or object to a decision."""
    found, at = request.application, clock.moment_of(request)
    act = write.answer if found.state == Application.State.ASKED else write.object_to
    try:
        act(found.pk, request.POST.get("text", "").replace("\0", ""), at=at)
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Sent. You hear from us by mail."))
    return redirect("apply")


@require_http_methods(["GET", "HEAD", "POST"])
@applicants_only
def withdraw(request: ApplicantRequest) -> HttpResponse:
    """Take the application back; what it means is said first."""
    if request.method == "POST":
        try:
            write.withdraw(request.application.pk, at=clock.moment_of(request))
        except NotPossible as refusal:
            messages.error(request, str(refusal))
        else:
            leave(request)
            messages.success(request, _("Your application is withdrawn, and its papers are gone."))
        return redirect("apply")
    return render(
        request, "shop/merchant/applications/withdraw.html", {"application": request.application}
    )


@require_POST
@applicants_only
def mail_again(request: ApplicantRequest) -> HttpResponse:
    """Mail the link of the application again, or the invitation of the store that came of it."""
    found, at = request.application, clock.moment_of(request)
    if wait := has_to_wait(request, found.email):
        messages.error(request, too_many(wait))
        return redirect("apply")
    waiting = StoreInvitation.objects.filter(merchant=found.merchant_id, email=found.email)
    invitation = waiting.filter(accepted_at=None, taken_back_at=None).first()
    if found.state == Application.State.APPROVED and invitation:
        invite.send_again(invitation, at=at, by=None)
    else:
        write.mail_links(found.email, at=at)
    messages.success(request, _("Look into your mail."))
    return redirect("apply")


@require_POST
@applicants_only
def change_address(request: ApplicantRequest) -> HttpResponse:
    """Mend a mistyped address, as long as nobody has followed the link of the first one."""
    form, found = LinkForm(request.POST), request.application
    if not form.is_valid():
        messages.error(request, str(ENTER_ADDRESS))
    elif wait := has_to_wait(request, form.cleaned_data["email"]):
        messages.error(request, too_many(wait))
    else:
        try:
            write.change_address(found.pk, form.cleaned_data["email"], at=clock.moment_of(request))
        except NotPossible as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Look into your mail."))
    return redirect("apply")


@require_POST
def forget(request: Request) -> HttpResponse:
    """Let this browser forget the application: the link in the mail leads back."""
    leave(request)
    return redirect("apply")


def has_to_wait(request: Request, email: str) -> timedelta | None:
    """Return how long no link is mailed, if too many were asked for."""
    if limits.count(f"apply:n:{network_key(request)}", seconds=HOUR) > MOST_OF_NETWORK:
        return timedelta(seconds=HOUR)
    mailbox = f"apply:m:{mailbox_key(email)}"
    return timedelta(days=1) if limits.count(mailbox, seconds=DAY) > MOST_OF_MAILBOX else None


def _begin(request: Request, form: BeginForm, email: str) -> HttpResponse:
    at, is_own = clock.moment_of(request), is_own_address(request, email)
    try:
        made = write.begin(
            form.answers(), email=email, language=get_language() or "en", is_proved=is_own, at=at
        )
    except write.AlreadyBegun as known:
        write.mail_links(email, at=at)
        messages.info(request, str(known))
        return redirect("apply-link")
    remember(request, made, is_proved=is_own)
    messages.success(request, _("Saved. A link to go on later is in your mail."))
    return redirect("apply-step", "what")


def _status(request: Request, found: Application) -> HttpResponse:
    at, language = clock.moment_of(request), get_language() or "en"
    state, tag = STATES[Application.State(found.state)]
    notes = found.notes.filter(kind__in=SAID)
    context = {
        **progress(found),
        "state": state, "tag": tag, "notes": list(notes), "answer_by": (
            dates.day_of_year(found.answer_by, language) if found.answer_by else ""
        ),
        "may_answer": found.state == Application.State.ASKED,
        "may_object": write.may_object(found, at=at),
        "refused": [row for row in found.papers.all() if row.refused],
    }  # fmt: skip
    return render(request, "shop/merchant/applications/status.html", context)


def progress(found: Application) -> dict[str, object]:
    """Return how far an application is, for its pages."""
    missing, all_answers = len(list(gaps(found))), needed_answers(found)
    done = done_steps(found)
    following = next((row.name for row in STEPS if row.name not in done), "send")
    return {
        "application": found, "done": done, "steps": STEPS, "following": following,
        "answered": all_answers - missing, "answers": all_answers,
    }  # fmt: skip


def _known(request: Request) -> dict[str, str]:
    """Return what an account says of whoever applies."""
    user = request.user
    return {"email": user.email, "name": user.name} if user.is_authenticated else {}


def _own(request: Request) -> list[Application]:
    user = request.user
    return list(own_applications(user)[:20]) if user.is_authenticated else []
