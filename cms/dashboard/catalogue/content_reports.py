"""What people report about products and stores, what stores object to, and the decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import get_language_info
from django.views.decorators.http import require_http_methods

from cms.dashboard.festivals.history import lines_about
from cms.dashboard.listing import ChoiceFilter, ListFilters, ListView, WordsFilter
from cms.dashboard.permissions import may, needs, own_stores
from cms.dashboard.screens import show
from cms.dashboard.tables import BREAK, Column, joined, link, moment, small, status
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.fields import ProseField
from shop.merchant.content_reports import decide
from shop.merchant.content_reports.models import ContentReport
from shop.people.accounts.requests import SignedIn

State = ContentReport.State
QUEUE = "desk:content-reports"


class ContentReportFilters(ListFilters):
    state = ChoiceFilter(
        "State",
        [(State.OPEN, "Waiting"), (State.ACTED, "Acted on"), (State.DISMISSED, "Dismissed")],
        required=True,
    )
    reason = ChoiceFilter(
        "Reason", [(one.value, str(one.label)) for one in ContentReport.Reason], every="All"
    )
    q = WordsFilter("Product, store or address", "product__title", "merchant__name", "email",
                    most=60)  # fmt: skip


class ContentReportsView(ListView):
    """The reports, the one that waits longest first."""

    needed = "review_nomination"
    filterset_class = ContentReportFilters
    usual: Mapping[str, str] = {"state": State.OPEN}
    default_ordering = ("waits_since", "pk")
    page_title = "Notices"
    table_label = "Notices"
    header_icon = "comment"
    none, none_fits = "Nothing waits for a decision.", "Nothing fits this filter."
    about = (
        "What people report about products and stores, and what stores object to. Who reported "
        "it and the store are told what you decide, with your reasons, and may object once: "
        "somebody else reads that."
    )

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            Column("About", lambda row: small(
                link(row.subject, reverse("desk:content-report", args=[row.pk])), row.merchant.name
            )),
            Column("What is wrong", _reason),
            Column("Waits since", lambda row: joined(
                BREAK, (moment(row.waits_since), timesince(row.waits_since, self.at, depth=1))
            )),
            Column("Number", "number"),
        ]  # fmt: skip

    def get_base_queryset(self) -> QuerySet[ContentReport]:
        """Return all reports but those about stores of one's own: who gave them stays unknown."""
        return _readable(self.request)


class ContentReportDecisionForm(forms.Form):
    """What is done about a report, and why."""

    fields: dict[str, Any]

    measure = forms.ChoiceField(label="Decision", widget=forms.RadioSelect)
    answer = ProseField(
        label="The reasons", max_length=4_000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Who reported it and the store read them, word for word. Name the rule.",
    )  # fmt: skip

    def __init__(self, found: ContentReport, *args: Any, may_suspend: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [one for one in decide.measures(found) if may_suspend or one != SUSPENDED]
        self.fields["measure"].choices = [(one, LABELS[one]) for one in known]


SUSPENDED = ContentReport.Measure.SUSPENDED
LABELS: dict[str, str] = {
    ContentReport.Measure.NOTHING: "Nothing is wrong: it stays as it is",
    ContentReport.Measure.ASKED: "The store is asked to mend it, by mail",
    ContentReport.Measure.TAKEN_DOWN: "Take the product down now",
    ContentReport.Measure.PAGE_CLEARED: "Take words and pictures of the store’s page away now",
    ContentReport.Measure.SUSPENDED: "Suspend the store now",
    ContentReport.Measure.MENDED: "It was mended or taken down meanwhile",
    ContentReport.Measure.PUT_BACK: "Put it back now",
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("review_nomination")
def report(request: SignedIn, pk: int) -> HttpResponse:
    """Show a report with what else is said about it, and decide on it."""
    rows = _readable(request).select_related("merchant", "product", "decided_by")
    found = get_object_or_404(rows, pk=pk)
    may_suspend = may(request.user, "change_merchant")
    # Whether a store trades is decided by those alone who could have suspended it.
    is_theirs = may_suspend or not (found.is_of_store and found.product_id is None)
    form = ContentReportDecisionForm(found, request.POST or None, may_suspend=may_suspend)
    if request.method == "POST" and not is_theirs:
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        at = clock.moment_of(request)
        try:
            decide.decide(pk, told["measure"], told["answer"], at=at, by=request.user)
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Decided. Who reported it and the store are told by mail.")
            return redirect(QUEUE)
    others = rows.filter(merchant=found.merchant_id).exclude(pk=pk).order_by("-pk")[:10]
    context: dict[str, Any] = {
        "report": found, "form": form, "others": list(others),
        "waits": found.state == State.OPEN and is_theirs,
        "language": get_language_info(found.language)["name"],
    }  # fmt: skip
    return show(
        request, "content_report.html", found.number, icon="comment",
        trail=[(reverse(QUEUE), "Notices")],
        status=422 if form.errors else 200, **context, **lines_about(found),
    )  # fmt: skip


def _readable(request: SignedIn) -> QuerySet[ContentReport]:
    rows = ContentReport.objects.exclude(merchant__in=own_stores(request))
    return rows.select_related("merchant", "product")


def _reason(row: ContentReport) -> SafeString:
    objected = status("objected", "critical") if row.has_objected else ""
    return joined(" ", (row.get_reason_display(), objected))
