"""Who works for a store: people are invited by mail, in a role, and leave."""

from __future__ import annotations

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

from cms.dashboard import invitations
from cms.dashboard.confirm import Act, perform
from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.screens import show
from cms.dashboard.stores.edit import stores_trail
from cms.dashboard.tables import QUIET, Column, Table, joined, link, small
from shop.core import clock
from shop.core.errors import ShopError
from shop.merchant.dashboard.people import invite as people_invite
from shop.merchant.dashboard.people import roles
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Membership, Merchant, StoreInvitation
from shop.people.merchants.roles import Position, Role, last_day_of


class InviteMemberForm(forms.Form):
    """Whom to invite."""

    fields: dict[str, Any]

    email = forms.EmailField(label="Email address", max_length=254)
    language = forms.ChoiceField(label="Language of the mail")
    role = forms.ChoiceField(label="Role", choices=Role.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = invitations.mail_languages()


class RoleChoice(forms.Form):
    """Which role somebody gets."""

    role = forms.ChoiceField(label="Role", choices=Role.choices)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
@proved_again
def invite(request: SignedIn, pk: int) -> HttpResponse:
    """Invite somebody to work for a store."""
    store = get_object_or_404(Merchant, pk=pk)
    initial = {"language": settings.LANGUAGE_CODE, "role": Role.OWNER}
    form = InviteMemberForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        at, told = clock.moment_of(request), form.cleaned_data
        try:
            made = people_invite.invite(
                store, told["email"], Position(told["role"]), language=told["language"], at=at,
                by=request.user,
            )  # fmt: skip
        except ShopError as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(
                request, f"{made.email} is invited by mail, for {made.LIFE.days} days."
            )
            return redirect("desk:store-page", pk)
    about = (
        f"Whoever reads the mail of this address works for {store.name} in this role. An owner "
        "may do everything there, and invites the others. The link works once."
    )
    return show(
        request, "form.html", "Invite somebody", trail=_trail(store), icon="mail", form=form,
        save="Invite", about=about, status=422 if form.errors else 200,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
@proved_again
def act(request: SignedIn, pk: int, member_id: int, name: str) -> HttpResponse:
    """Change the role of a member, or take them out; the effect is shown first."""
    if name not in ACTS:
        raise Http404
    rows = Membership.objects.select_related("merchant", "user")
    found = get_object_or_404(rows, merchant=pk, pk=member_id)
    made = ACTS[name](request, found, clock.moment_of(request))
    return _perform(request, made, found.merchant)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
@proved_again
def act_on_invitation(request: SignedIn, pk: int, invitation_id: int, name: str) -> HttpResponse:
    """Send an invitation again or take it back; the effect is shown first."""
    if name not in INVITATION_ACTS:
        raise Http404
    store = get_object_or_404(Merchant, pk=pk)
    found = get_object_or_404(people_invite.pending(store), pk=invitation_id)
    return _perform(request, INVITATION_ACTS[name](request, found, clock.moment_of(request)), store)


def people_tables(store: Merchant, *, at: datetime) -> dict[str, Table]:
    """Return who works for a store, and who is invited."""

    def way(found: StoreInvitation, name: str) -> str:
        return reverse("desk:store-invitation-act", args=[store.pk, found.pk, name])

    none = "Nobody works for this store yet: its orders would reach nobody."
    return {
        "people": Table(
            "People of the store", PERSON, list(people_invite.people_of(store)), none=none
        ),
        "invitations": invitations.table_of(people_invite.pending(store), way, at=at),
    }


def _member_acts(row: Membership) -> SafeString:
    ways = (("role", "Change the role", QUIET), ("leave", "Take out", f"{QUIET} no"))
    return joined(" ", (
        link(label, reverse("desk:store-member-act", args=[row.merchant_id, row.pk, name]),
             class_=look, aria_label=f"{label}: {row.user.email}")
        for name, label, look in ways
    ))  # fmt: skip


def _role(row: Membership) -> SafeString:
    last = last_day_of(row.until, row.merchant.zone)
    return small(row.get_role_display(), f"until {last:%d %B %Y}" if last else "")


PERSON = (
    Column("Member", lambda row: small(row.user.name, row.user.email)),
    Column("Role", _role),
    Column("Second step", lambda row: "on" if row.has_step else "off"),
    Column("Signed in last", "user.last_login", empty="never"),
    Column("Change", _member_acts, "desk-acts"),
)  # fmt: skip


def _perform(request: SignedIn, what: Act, store: Merchant) -> HttpResponse:
    return perform(
        request, what, back=reverse("desk:store-page", args=[store.pk]), trail=_trail(store)
    )


def _trail(store: Merchant) -> list[tuple[str, str]]:
    return [*stores_trail(), (reverse("desk:store-page", args=[store.pk]), store.name)]


def _leave(request: SignedIn, found: Membership, at: datetime) -> Act:
    user, store = found.user, found.merchant

    def run(answers: dict[str, Any]) -> str:
        roles.leave(found, at=at, by=request.user, keeps_owner=False)
        return f"{user.email} does not work for {store.name} any more, and is told by mail."

    effects = [
        f"{user.name} ({user.email}) sees nothing of {store.name} any more, from the next page on.",
        "The account stays: to shop, and for other stores.",
    ]
    others = Membership.objects.filter(merchant=store).exclude(pk=found.pk)
    if not others.exists():
        effects.append("Nobody is left then who sends its orders. Invite somebody first.")
    elif found.role == Role.OWNER and not others.filter(role=Role.OWNER).exists():
        effects.append("No owner is left then who says how it is paid. Invite one.")
    title = f"Take {user.name} out of {store.name}"
    return Act(title, "Take them out", effects, run, is_grave=True)


def _change_role(request: SignedIn, found: Membership, at: datetime) -> Act:
    user, store = found.user, found.merchant

    def run(answers: dict[str, Any]) -> str:
        role = answers["role"]
        until = None if role == Role.OWNER else found.until
        roles.change_role(found, Position(role, until), at=at, by=request.user)
        return f"{user.email} is {Role(role).label.lower()} of {store.name}, and is told by mail."

    effects = [f"{user.name} ({user.email}) is {found.get_role_display().lower()} by now."]
    return Act(f"Role of {user.name}", "Change the role", effects, run, form=RoleChoice)


def _again(request: SignedIn, found: StoreInvitation, at: datetime) -> Act:
    return invitations.again(
        found,
        "to work for this store",
        lambda: people_invite.send_again(found, at=at, by=request.user),
    )


def _take_back(request: SignedIn, found: StoreInvitation, at: datetime) -> Act:
    return invitations.take_back(
        found, lambda: people_invite.take_back(found, at=at, by=request.user)
    )


ACTS = {"leave": _leave, "role": _change_role}
INVITATION_ACTS = {"again": _again, "take-back": _take_back}
