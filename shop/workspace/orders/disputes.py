"""Disputes about orders of a store: how they stand, and what the store says about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop import clock
from shop.errors import ShopError
from shop.orders.models import Suborder
from shop.payments.disputes import evidence
from shop.payments.disputes.mail import borne_by, fee_of
from shop.payments.disputes.models import Dispute
from shop.payments.disputes.words import reason_words, state_words
from shop.workspace.access import MemberRequest, members_only, suborders_of, work_on


class EvidenceForm(forms.Form):
    """What a store says about a dispute."""

    text = forms.CharField(
        label=gettext_lazy("What happened"),
        help_text=gettext_lazy(
            "When it was sent, what you agreed with the shopper, and what speaks for you."
        ),
        max_length=evidence.MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    tracking_number = forms.CharField(
        label=gettext_lazy("Tracking number"), max_length=60, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DisputeShown:
    """A dispute as a store reads it."""

    row: Dispute
    state: str
    tag: str
    reason: str
    bears: int
    is_decided: bool  # who bears a lost one is said


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def dispute(request: MemberRequest, suborder_id: int, dispute_id: int) -> HttpResponse:
    """Show a dispute to members who see money, and keep what they say about it."""
    part = get_object_or_404(suborders_of(request.user), pk=suborder_id)
    work_on(request, part.merchant)
    rows = Dispute.objects.filter(payment__order=part.order_id)
    found = get_object_or_404(rows, pk=dispute_id)
    if not request.sees_money:
        raise Http404
    form = EvidenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            evidence.give(
                part, found.pk, **form.cleaned_data, at=clock.moment_of(request), by=request.user
            )
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The organizers read it with the dispute."))
            return redirect("workspace-dispute", part.pk, found.pk)
    context: dict[str, Any] = {
        "part": "orders",
        "suborder": part,
        "shown": _shown(found, part),
        "said": found.evidence.filter(suborder=part).select_related("by"),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "shop/workspace/dispute.html", context, status=status)


def disputes_of(part: Suborder) -> list[DisputeShown]:
    """Return the disputes of a store's order, the newest first. One statement."""
    rows = Dispute.objects.filter(payment__order=part.order_id).order_by("-pk")
    return [_shown(row, part) for row in rows]


def _shown(row: Dispute, part: Suborder) -> DisputeShown:
    text, tag = state_words(row.state)
    reason = reason_words(row.reason, get_language() or "en")
    is_decided = row.state == Dispute.State.LOST and bool(row.borne or not row.to_bear)
    return DisputeShown(row, text, tag, reason, borne_by(row, part) + fee_of(row, part), is_decided)
