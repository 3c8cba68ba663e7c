"""Disputes about orders of a store: how they stand, and what the store says about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Max, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shop.core import clock
from shop.core.errors import NotPossible, ShopError
from shop.core.forms.fields import FilesInput
from shop.core.forms.private_files import ACCEPTED, MOST_BYTES, as_file
from shop.core.images.upload import no_room
from shop.merchant.dashboard.access import MemberRequest, members_only, suborders_of, work_on
from shop.money.payments.disputes import evidence
from shop.money.payments.disputes.mail import borne_by, fee_of
from shop.money.payments.disputes.models import Dispute, EvidenceDocument
from shop.money.payments.disputes.words import reason_words, state_words
from shop.orders.models import Suborder
from shop.people.merchants.roles import Right


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
    papers = forms.Field(
        label=gettext_lazy("Papers"),
        help_text=gettext_lazy(
            "The carrier’s slip, a signed receipt, what you wrote to each other: "
            "PDF, PNG or JPEG, up to 5 MB each."
        ),
        required=False,
        widget=FilesInput(attrs={"accept": ACCEPTED, "multiple": True}),
    )


@dataclass(frozen=True, slots=True)
class DisputeShown:
    """A dispute as a store reads it."""

    row: Dispute
    state: str
    tag: str
    reason: str
    bears: int
    is_decided: bool  # who bears a lost one is said
    sent_at: datetime | None  # what was sent to the bank

    @property
    def takes_more(self) -> bool:
        """Return whether what a store adds can still reach the bank."""
        is_answered = self.row.state == Dispute.State.ANSWERED and self.sent_at
        return self.row.is_live and not is_answered


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def dispute(request: MemberRequest, suborder_id: int, dispute_id: int) -> HttpResponse:
    """Show a dispute to members who answer shoppers, and keep what they say about it."""
    part = get_object_or_404(suborders_of(request), pk=suborder_id)
    work_on(request, part.merchant, Right.ANSWER)
    found = get_object_or_404(_rows(part), pk=dispute_id)
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            evidence.give(
                part, found.pk, _said(request, form), at=clock.moment_of(request), by=request.user
            )
        except ShopError as refusal:
            form.add_error(None, str(refusal))
            if request.FILES:
                form["papers"].help_text = _("Choose the files again: they were not kept.")
        else:
            messages.success(request, _("The organizers read it with the dispute."))
            return redirect("workspace-dispute", part.pk, found.pk)
    context: dict[str, Any] = {
        "part": "orders", "suborder": part, "shown": _shown(found, part), "form": form,
        "said": evidence.with_papers(found.evidence.filter(suborder=part).select_related("by")),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/dispute.html", context, status=status)


@require_GET
@members_only
def paper(request: MemberRequest, suborder_id: int, paper_id: int) -> HttpResponse:
    """Return a paper that the store handed in, to members who answer shoppers."""
    part = get_object_or_404(suborders_of(request), pk=suborder_id)
    work_on(request, part.merchant, Right.ANSWER)
    row = get_object_or_404(EvidenceDocument, evidence__suborder=part, pk=paper_id)
    return as_file(row, f"paper-{row.pk}")


@require_POST
@members_only
def remove_paper(request: MemberRequest, suborder_id: int, paper_id: int) -> HttpResponse:
    """Take a paper away that was handed in by mistake."""
    part = get_object_or_404(suborders_of(request), pk=suborder_id)
    work_on(request, part.merchant, Right.ANSWER)
    rows = EvidenceDocument.objects.select_related("evidence").defer("content")
    row = get_object_or_404(rows, evidence__suborder=part, pk=paper_id)
    try:
        evidence.take_away(part, row.pk)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    return redirect("workspace-dispute", part.pk, row.evidence.dispute_id)


def _said(request: MemberRequest, form: EvidenceForm) -> evidence.Said:
    """Return what a store says, its papers read as far as one may be long.

    Raises:
        NotPossible: a file was too large to be received, or there was no room for it.
    """
    if getattr(request, "skipped_files", []):
        raise NotPossible(_("The file has more than 5 MB. Save it smaller."))
    files = request.FILES.getlist("papers")
    try:
        papers = [(file.name or "", file.read(MOST_BYTES + 1)) for file in files]
    except OSError as full:
        raise NotPossible(str(no_room())) from full
    words = form.cleaned_data
    return evidence.Said(words["text"], words["tracking_number"], papers)


def disputes_of(part: Suborder) -> list[DisputeShown]:
    """Return the disputes of a store's order, the newest first. One statement."""
    return [_shown(row, part) for row in _rows(part).order_by("-pk")]


def _rows(part: Suborder) -> QuerySet[Dispute]:
    rows = Dispute.objects.filter(payment__order=part.order_id)
    return rows.annotate(answered_at=Max("answers__sent_at"))


def _shown(row: Dispute, part: Suborder) -> DisputeShown:
    text, tag = state_words(row.state)
    reason = reason_words(row.reason, get_language() or "en")
    is_decided = row.state == Dispute.State.LOST and bool(row.borne or not row.to_bear)
    bears = borne_by(row, part) + fee_of(row, part)
    return DisputeShown(row, text, tag, reason, bears, is_decided, row.answered_at)
