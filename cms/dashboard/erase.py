"""Erasing a person who has written to the organizers: by the mail address, in two steps.

No address stands in an address of the desk, where servers would log it; both steps are posted.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.confirm import Act, perform
from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.screens import show
from shop.core import clock
from shop.core.forms.fields import LineField
from shop.operations.retention.erase import Erasure, effect_of, erase
from shop.operations.retention.person import Person, person_at
from shop.people.accounts.requests import SignedIn

TITLE = "Erase a person"
BOOKS = (
    "Books and stock stay as they are. The log names the person by a number only, and you as it "
    "always does."
)
LIMITS = "What the mailbox has used of vouchers and limited deals stays counted, without a name."


class WhoForm(forms.Form):
    """Whom it is about."""

    address = forms.EmailField(
        label="Mail address",
        help_text="From which the person has written. Make sure that it is theirs: answer there "
        "and wait for the reply.",
    )

    def clean_address(self) -> str:
        """Refuse an address of which nothing is kept."""
        address: str = self.cleaned_data["address"]
        if not person_at(address).is_known:
            raise forms.ValidationError("Nothing is kept about this address.")
        return address


class EraseForm(forms.Form):
    """The second step: the address once more, and why."""

    address = forms.EmailField(widget=forms.HiddenInput)
    reason = LineField(
        max_length=300,
        help_text="It stands in the log for ever: when and how the person asked. Name nobody.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("erase_user")
@proved_again
def person(request: SignedIn) -> HttpResponse:
    """Ask for the address, say what goes and what stays, then erase."""
    form = WhoForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return show(
            request, "form.html", TITLE, icon="user", status=status, form=form, save="Look",
            about="Somebody may ask you to delete what the shop knows of them. The next step says "
            "what goes and what stays, before anything is done.",
        )  # fmt: skip
    address, at = form.cleaned_data["address"], clock.moment_of(request)
    found = person_at(address)
    effect = effect_of(found, at=at)
    act = _act(request, found, effect, at=at)
    back = reverse("desk:person-erase")
    if effect.barred or "reason" not in request.POST:
        return show(
            request, "act.html", act.title, trail=[(back, TITLE)], icon="warning", act=act,
            form=EraseForm(initial={"address": address}), back=back, barred=effect.barred,
        )  # fmt: skip
    return perform(request, act, back=back, trail=[(back, TITLE)])


def _act(request: SignedIn, found: Person, effect: Erasure, *, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        erase(found, at=at, by=request.user, reason=answers["reason"])
        return "Erased. Write to the person what went and what stays, and delete their mail."

    title = "Erase an account" if found.user else "Erase a guest"
    return Act(title, "Erase", _effects(found, effect), run, EraseForm, is_grave=True)


def _effects(found: Person, effect: Erasure) -> list[str]:
    kept, gone, years = effect.orders_kept, effect.contacts_gone, settings.DOCUMENTS_KEPT_YEARS
    account = (
        "The account goes: name, address, password, second step, cart, saved products and "
        "vouchers. All devices are signed out, and nobody can bring it back."
        if found.user
        else "There is no account under this address: it is about what a guest has left."
    )
    deleted = (
        f"{effect.reminders:,} reminder{pluralize(effect.reminders)} and the name and address of "
        f"{gone:,} order{pluralize(gone)} that nothing needs any more: deleted."
    )
    stays = (
        f"{kept:,} order{pluralize(kept)} with documents or money under way: name and address "
        f"stay, since the law demands it for {years} year{pluralize(years)} after the last "
        "document; they belong to no account any more."
    )
    return [account, deleted, stays, BOOKS, LIMITS]
