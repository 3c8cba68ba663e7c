"""Signing in of stores' members: the rule, who lacks a step, and help for who lost it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods
from wagtail.admin.paginator import WagtailPaginator

from cms.dashboard.confirm import Act, perform, reason_form
from cms.dashboard.listing import ListView
from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.tables import Column, link, status
from shop.core import clock
from shop.festivals.models import ChangeLog
from shop.merchant.dashboard import second_step
from shop.merchant.dashboard.second_step import Member
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn
from shop.people.accounts.second_step import second_steps

MOST_CHANGES = 10
SAID = {True: "demanded of members of stores", False: "left to members of stores"}


class RuleForm(forms.Form):
    """Whether members of stores need a second step."""

    members_need_second_step = forms.BooleanField(
        label="Members of stores need a second step",
        required=False,
        help_text="A code from an app, or a passkey, after the password. Whoever works for a store "
        "without one is led to turn it on with the next page, and gets no further before.",
    )


def _lost(member: Member) -> SafeString | str:
    if not member.has_step:
        return ""
    label = f"Turn the second step of {member.user.email} off"
    return link("Turn it off", reverse("desk:sign-in-free", args=[member.user.pk]),
                aria_label=label)  # fmt: skip


class SignInView(ListView):
    """The members whom the rule concerns, those without a second step first; posting sets it."""

    needed = "change_festival"
    http_method_names: ClassVar[list[str]] = ["get", "head", "post"]
    template_name = "cms/dashboard/sign_in.html"
    paginator_class, paginate_by = WagtailPaginator, 100
    page_title = "Sign-in of stores"
    header_icon = "lock"
    table_label = "Members"
    columns = (
        Column("Member", "user.email"), Column("Stores", lambda member: ", ".join(member.stores)),
        Column("Second step", lambda member: status(
            *(("on", "primary") if member.has_step else ("off",))
        )),
        Column("If it is lost", _lost, empty=""),
    )  # fmt: skip
    none = "No store has members yet."

    def get_queryset(self) -> list[Member]:
        """Return the members of all stores."""
        return second_step.members()

    @method_decorator(proved_again)
    def post(self, request: SignedIn) -> HttpResponse:
        """Set the rule."""
        form = RuleForm(request.POST)
        form.is_valid()  # a box is ticked or not: there is nothing to refuse
        wanted = form.cleaned_data["members_need_second_step"]
        is_new = second_step.demand(wanted, at=self.at, by=request.user)
        messages.success(request, "Saved. It counts from now on." if is_new else "Nothing is new.")
        return redirect("desk:sign-in")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the screen: the rule, how many lack a step, and the changes."""
        freed = Q(subject="user", action="free")
        changes = ChangeLog.objects.filter(Q(subject="signinrules") | freed)
        changes = changes.select_related("by").order_by("-at", "-pk")[:MOST_CHANGES]
        rule = {"members_need_second_step": second_step.is_demanded()}
        return super().get_context_data(**kwargs) | {
            "form": RuleForm(initial=rule),
            "without": sum(not member.has_step for member in self.object_list),
            "changes": [(row, _told(row)) for row in changes],
        }


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_festival")
@proved_again
def free(request: SignedIn, pk: int) -> HttpResponse:
    """Take the second step from a member who lost it; the effect is shown first."""
    user = get_object_or_404(User.objects.filter(memberships__isnull=False).distinct(), pk=pk)
    back = reverse("desk:sign-in")

    def barred() -> str:
        return "" if second_steps(user).exists() else f"{user.email} has no second step."

    return perform(
        request, _act(request, user), back=back, trail=[(back, "Sign-in of stores")], barred=barred
    )


def _act(request: SignedIn, user: User) -> Act:
    def run(answers: dict[str, Any]) -> str:
        second_step.free(
            user, reason=answers["reason"], at=clock.moment_of(request), by=request.user
        )
        return f"The second step of {user.email} is off, and the person was told by mail."

    effects = [
        f"{user.email} signs in with the password alone, until a new second step is turned on.",
        "Passkeys, the app and recovery codes no longer count; all devices are signed out.",
        "Call the store first, on a number that you know: whoever asks may not be who it says.",
    ]
    form = reason_form("It stands in the log: who asked, and how you knew that it was them.")
    title = f"Turn the second step of {user.email} off"
    return Act(title, "Turn it off", effects, run, form, is_grave=True)


def _told(change: ChangeLog) -> str:
    """Return a change in words: "a second step is demanded of members of stores"."""
    if change.subject == "user":
        user = User.objects.filter(pk=change.subject_id).first()
        who = user.email if user else "an account that is gone"
        return f"the second step of {who} was turned off: {change.reason}"
    return f"a second step is {SAID[change.after['members_need_second_step']]}"
