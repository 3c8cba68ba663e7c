"""Who works at the desk: colleagues are invited, get other roles, and leave."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from cms.colleagues import invite
from cms.colleagues import roles as colleagues_roles
from cms.colleagues.models import Invitation
from cms.dashboard import invitations
from cms.dashboard.changelog.text import LogLine
from cms.dashboard.confirm import Act, perform
from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.screens import show
from cms.dashboard.tables import QUIET, Column, Table, joined, link, small, status
from cms.roles import ANALYST, MERCHANDISER, ORGANIZER, REVIEWER, ROLES
from shop.core import clock
from shop.core.errors import ShopError
from shop.festivals.models import ChangeLog
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn

MAY = {
    ORGANIZER: "Organizer: plans and runs festivals, decides, publishes pages, invites colleagues",
    REVIEWER: "Reviewer: decides on nominations and products",
    MERCHANDISER: "Merchandiser: writes pages, which an organizer publishes",
    ANALYST: "Analyst: reads everything, changes nothing",
}
SHOWN = 50  # lines of what was done
TITLE = "Colleagues"
DONE = {
    "invite": "invited", "send again": "invitation sent again",
    "take back": "invitation taken back",
    "accept": "accepted", "role": "another role", "dismiss": "left the desk",
    "close": "account closed", "open": "account opened again",
}  # fmt: skip


class RoleForm(forms.Form):
    """A role at the desk."""

    role = forms.ChoiceField(choices=[(role, MAY[role]) for role in ROLES], label="Role")


class InviteColleagueForm(RoleForm):
    """Whom to invite."""

    email = forms.EmailField(label="Email address", max_length=254)
    language = forms.ChoiceField(label="Language of the mail", required=False)
    fields: dict[str, Any]
    field_order = ("email", "role", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = invitations.mail_languages()


@require_http_methods(["GET", "HEAD", "POST"])
@needs("cms.manage_colleagues")
@proved_again
def colleagues(request: SignedIn) -> HttpResponse:
    """Show who works at the desk and who is invited; invite somebody."""
    form = InviteColleagueForm(request.POST or None, initial={"role": REVIEWER, "language": "en"})
    at = clock.moment_of(request)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        language = answers["language"] or settings.LANGUAGE_CODE
        try:
            made = invite.invite(
                answers["email"], answers["role"], language=language, at=at, by=request.user
            )
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, f"{made.email} is invited by mail, for {made.LIFE.days} days."
            )
            return redirect("desk:colleagues")
    rows = colleagues_roles.colleagues().prefetch_related("groups")
    log = ChangeLog.objects.filter(subject__in=("user", "invitation"), action__in=DONE)
    return show(
        request, "colleagues.html", TITLE, icon="user", status=422 if form.errors else 200,
        form=form, colleagues=_people(rows, request.user),
        invitations=invitations.table_of(
            invite.pending(), _way, at=at, facts=[Column("Role", "role")],
            none="No invitation is open.",
        ),
        changes=_lines(log.select_related("by").order_by("-pk")[:SHOWN]),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("cms.manage_colleagues")
@proved_again
def act(request: SignedIn, pk: int, name: str) -> HttpResponse:
    """Change the rights of a colleague; the effect is shown first."""
    if name not in ACTS:
        raise Http404
    user = get_object_or_404(colleagues_roles.colleagues(), pk=pk)
    at = clock.moment_of(request)
    return _perform(request, ACTS[name](request, user, at))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("cms.manage_colleagues")
@proved_again
def act_on_invitation(request: SignedIn, pk: int, name: str) -> HttpResponse:
    """Send an invitation again or take it back; the effect is shown first."""
    if name not in INVITATION_ACTS:
        raise Http404
    found = get_object_or_404(Invitation, pk=pk, accepted_at=None, taken_back_at=None)
    at = clock.moment_of(request)
    return _perform(request, INVITATION_ACTS[name](request, found, at))


def _perform(request: SignedIn, what: Act) -> HttpResponse:
    back = reverse("desk:colleagues")
    return perform(request, what, back=back, trail=[(back, TITLE)])


def _role(request: SignedIn, user: User, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        colleagues_roles.change_role(user, answers["role"], at=at, by=request.user)
        return f"{user.email} is {answers['role']} now, and is told by mail."

    now = colleagues_roles.role_of(user)
    effects = [
        f"{user.name} ({user.email}) is {now}. Another role counts from the next page on.",
        "Who is no organizer any more loses the invitations that nobody has accepted yet.",
    ]
    return Act(f"Role of {user.name}", "Change the role", effects, run, RoleForm, {"role": now})


def _dismiss(request: SignedIn, user: User, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        colleagues_roles.take_role(user, at=at, by=request.user)
        return f"{user.email} does not work at the desk any more, and is told by mail."

    effects = [
        f"{user.name} ({user.email}) enters the desk no more.",
        "The account stays: to shop, and for a store of which they are a member.",
        "Invitations that they sent and nobody has accepted open nothing any more.",
    ]
    title = f"Take {user.name} off the desk"
    return Act(title, "Take the role away", effects, run, is_grave=True)


def _close(request: SignedIn, user: User, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        colleagues_roles.close_account(user, at=at, by=request.user)
        return f"The account of {user.email} is closed. They are told by mail."

    effects = [
        f"{user.name} ({user.email}) can sign in no more, here or as a shopper.",
        "Whoever is signed in with the account is out at the next page.",
        "Invitations that they sent and nobody has accepted open nothing any more.",
        "You can open the account again.",
    ]
    return Act(f"Close the account of {user.name}", "Close it", effects, run, is_grave=True)


def _open(request: SignedIn, user: User, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        colleagues_roles.open_account(user, at=at, by=request.user)
        return f"{user.email} can sign in again, and is told by mail."

    effects = [f"{user.name} ({user.email}) is {colleagues_roles.role_of(user)} again."]
    return Act(f"Open the account of {user.name}", "Open it again", effects, run)


def _again(request: SignedIn, found: Invitation, at: datetime) -> Act:
    return invitations.again(
        found,
        f"to work here as {found.role}",
        lambda: invite.send_again(found, at=at, by=request.user),
    )


def _take_back(request: SignedIn, found: Invitation, at: datetime) -> Act:
    return invitations.take_back(found, lambda: invite.take_back(found, at=at, by=request.user))


ACTS = {"role": _role, "dismiss": _dismiss, "close": _close, "open": _open}
INVITATION_ACTS = {"again": _again, "take-back": _take_back}


def _way(found: Invitation, name: str) -> str:
    return reverse("desk:invitation-act", args=[found.pk, name])


def _people(rows: Iterable[User], by: User) -> Table:
    """Return the table of the colleagues at the desk, each with links to the possible actions."""

    def acts(user: User) -> SafeString:
        return joined(" ", (
            link(label, reverse("desk:colleague-act", args=[user.pk, name]), class_=QUIET,
                 aria_label=f"{label}: {user.email}")
            for name, label in _acts(user, by)
        ))  # fmt: skip

    columns = (
        Column("Colleague", lambda user: small(user.name, user.email)), Column("Role", _roles),
        Column("Signed in last", "last_login", empty="never"),
        Column("Change", acts, "desk-acts", empty="may do everything"),
    )  # fmt: skip
    none = "Nobody yet. Invite the first organizer below."
    return Table("Colleagues", columns, list(rows), none=none)


def _acts(user: User, by: User) -> list[tuple[str, str]]:
    """Return the possible actions on a colleague, with a label for each."""
    if user.is_superuser:
        return []
    if not user.is_active:
        return [("open", "Open the account"), ("dismiss", "Take the role away")]
    found = [("role", "Change the role"), ("dismiss", "Take the role away")]
    return found if user.pk == by.pk else [*found, ("close", "Close the account")]


def _roles(user: User) -> SafeString:
    names = sorted(group.name for group in user.groups.all() if group.name in ROLES)
    closed = "" if user.is_active else status("account closed")
    return joined(" ", (", ".join(names), closed))


def _lines(changes: Iterable[ChangeLog]) -> list[LogLine]:
    """Return each line of the log with its sentence: "ama@example.org: invited (reviewer)"."""
    found = []
    for change in changes:
        before, after = change.before.get("role", ""), change.after.get("role", "")
        roles = f"{before} before, {after} now" if before and after else after or before
        what = f"{change.after.get('email', '')}: {DONE[change.action]}"
        found.append(LogLine(change, what, facts=roles))
    return found
