"""The people of a store, as its owners keep them: invited, in a role, reminded, taken off."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shop.core import clock
from shop.core.errors import NotPossible, ShopError
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.merchant.dashboard.paging import page_of
from shop.merchant.dashboard.people import invite as invitations
from shop.merchant.dashboard.people import roles
from shop.merchant.dashboard.people.done import deeds_of, told
from shop.merchant.dashboard.people.forms import InviteForm, MemberRoleForm, by_role, matrix
from shop.merchant.dashboard.people.invite import people_of
from shop.people.merchants.models import Membership, Merchant, StoreInvitation
from shop.people.merchants.roles import Right, Role, last_day_of

MOST_OPEN = 30
"""Invitations of a store that wait at once: our mails name its words to strangers."""
MOST_A_DAY = 30
AGAIN_AFTER = timedelta(minutes=10)
LATELY, SHOWN = 8, 50


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(change=Right.PEOPLE)
def team(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show who works for a store and what each role may do; an owner invites people."""
    at = clock.moment_of(request)
    language = request.user.language or get_language()
    form = InviteForm(merchant, at, request.POST or None, initial={"language": language})
    if request.method == "POST" and form.is_valid():
        try:
            made = _invited(request, merchant, form, at=at)
        except NotPossible as refusal:
            form.add_error("email", str(refusal))
        else:
            text = _("%(email)s is invited by mail. The link works once, for %(days)d days.")
            messages.success(request, text % {"email": made.email, "days": made.LIFE.days})
            return redirect("workspace-team", merchant.slug)
    may_change = Right.PEOPLE in request.rights
    context: dict[str, Any] = {
        "part": "team",
        "people": [(row, last_day_of(row.until, merchant.zone)) for row in people_of(merchant)],
        "waiting": _waiting(merchant, at=at) if may_change else [],
        "may_change": may_change,
        "form": form,
        "days": StoreInvitation.LIFE.days,
        "matrix": matrix(),
        "roles": [role.label for role in Role],
        "by_role": by_role(),
        "done": list(told(deeds_of(merchant, at=at)[:LATELY], merchant)) if may_change else [],
    }
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/team.html", context, status=status)


@require_GET
@store_members(Right.PEOPLE)
def done(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """List what the people of a store did within 90 days."""
    page = page_of(request, deeds_of(merchant, at=clock.moment_of(request)), size=SHOWN)
    context = {"part": "team", "page": page, "done": list(told(page.rows, merchant))}
    return render(request, "shop/merchant/dashboard/done.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.PEOPLE)
def person(request: MemberRequest, merchant: Merchant, member_id: int) -> HttpResponse:
    """Show somebody of a store; change their role, remind them, or take them off."""
    rows = people_of(merchant)
    found = get_object_or_404(rows, pk=member_id)
    at, zone = clock.moment_of(request), merchant.zone
    initial = {"role": found.role, "last_day": last_day_of(found.until, zone)}
    is_role = request.POST.get("do") == "role"
    form = MemberRoleForm(merchant, at, request.POST if is_role else None, initial=initial)
    if request.method == "POST" and (not is_role or form.is_valid()):
        try:
            said = _change(request, found, form, at=at)
        except ShopError as refusal:
            form.add_error(None, str(refusal)) if is_role else messages.error(request, str(refusal))
            if not is_role:
                return redirect("workspace-person", merchant.slug, found.pk)
        else:
            messages.success(request, said)
            return redirect("workspace-team", merchant.slug)
    context = {
        "part": "team", "person": found, "form": form, "by_role": by_role(),
        "is_self": found.user_id == request.user.pk,
        "last_day": last_day_of(found.until, zone),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/person.html", context, status=status)


@require_POST
@store_members(Right.PEOPLE)
def invited(request: MemberRequest, merchant: Merchant, invitation_id: int) -> HttpResponse:
    """Send an invitation once more with a new link, or take it back."""
    found = get_object_or_404(invitations.pending(merchant), pk=invitation_id)
    at, by = clock.moment_of(request), request.user
    try:
        if request.POST.get("do") == "take-back":
            invitations.take_back(found, at=at, by=by)
            said = _("The invitation is taken back: its link opens nothing any more.")
        else:
            if at < found.sent_at + AGAIN_AFTER:
                raise NotPossible(_("It was sent a moment ago. Wait ten minutes."))
            invitations.send_again(found, at=at, by=by)
            said = _("Sent again, with a new link. The old one opens nothing any more.")
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("workspace-team", merchant.slug)


@require_GET
@store_members()
def leaving(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Ask somebody whether they want to leave a store."""
    return render(request, "shop/merchant/dashboard/leave.html", {"part": "team"})


@require_POST
@store_members()
def leave(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Let somebody leave a store of their own will."""
    at = clock.moment_of(request)
    try:
        roles.leave(request.membership, at=at, by=request.user, keeps_owner=True)
    except ShopError as refusal:
        messages.error(request, str(refusal))
        return redirect("workspace-team", merchant.slug)
    messages.success(request, _("You do not work for %(store)s any more.") % {"store": merchant})
    return redirect("workspace")


def _invited(
    request: MemberRequest, merchant: Merchant, form: InviteForm, *, at: datetime
) -> StoreInvitation:
    """Invite whom a form names.

    Raises:
        NotPossible: they work here, are invited, or too many invitations wait.
    """
    told = form.cleaned_data
    if invitations.pending(merchant).count() >= MOST_OPEN:
        raise NotPossible(_("Too many invitations wait. Take back those that nobody needs."))
    today = merchant.invitations.filter(invited_at__gt=at - timedelta(days=1))
    if today.count() >= MOST_A_DAY:
        raise NotPossible(_("Too many invitations today. Go on tomorrow."))
    return invitations.invite(
        merchant, told["email"], form.position, language=told["language"], at=at,
        by=request.user,
    )  # fmt: skip


def _change(
    request: MemberRequest, found: Membership, form: MemberRoleForm, *, at: datetime
) -> str:
    """Do what the pressed button says; return what to tell."""
    name, by = found.user.name or found.user.email, request.user
    match request.POST.get("do"):
        case "role":
            roles.change_role(found, form.position, at=at, by=by)
            return _("Saved. %(name)s is told by mail.") % {"name": name}
        case "off":
            if found.user_id == by.pk:
                raise roles.OwnRole
            roles.leave(found, at=at, by=by, keeps_owner=True)
            return _("%(name)s does not work here any more, and is told by mail.") % {"name": name}
        case _other:
            roles.remind(found, at=at, by=by)
            return _("%(name)s is reminded by mail.") % {"name": name}


def _waiting(merchant: Merchant, *, at: datetime) -> list[dict[str, Any]]:
    """Return the open invitations: each with its role, its last day, and whether it is over."""
    return [
        {"row": row, "role": row.get_role_display(), "is_over": row.expires_at <= at,
         "last_day": last_day_of(row.until, merchant.zone)}
        for row in invitations.pending(merchant)
    ]  # fmt: skip
