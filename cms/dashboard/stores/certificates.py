"""Certificates of stores: the queue, the paper of one, and what is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timesince import timesince
from django.views.decorators.http import require_GET, require_http_methods

from cms.dashboard.festivals.history import lines_about
from cms.dashboard.listing import ChoiceFilter, ListFilters, ListView, WordsFilter
from cms.dashboard.permissions import needs
from cms.dashboard.screens import show
from cms.dashboard.stores.edit import stores_trail
from cms.dashboard.tables import BREAK, Column, joined, link, moment
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.fields import ProseField
from shop.core.forms.numbers import number_of
from shop.core.forms.private_files import as_file
from shop.festivals.local_time import wall_of
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Merchant
from shop.storefront.certifications import decide
from shop.storefront.certifications.forms import CertificationForm, send_typed
from shop.storefront.certifications.models import Certification, CertificationDocument

State = Certification.State
QUEUE = "desk:certificates"


class CertificationFilters(ListFilters):
    state = ChoiceFilter("State", State.choices, required=True)
    q = WordsFilter("Store, certificate or number", "merchant__name", "title", "number", most=60)


class CertificationsView(ListView):
    """The certificates of a state, the one that waits longest first."""

    needed = "review_nomination"
    filterset_class = CertificationFilters
    usual: Mapping[str, str] = {"state": State.WAITING}
    default_ordering = ("sent_at", "pk")
    page_title = "Certificates"
    table_label = "Certificates"
    header_icon = "doc-full-inverse"
    none, none_fits = "No certificate waits for a look.", "Nothing fits this filter."
    about = (
        "What stores say somebody has certified. Shoppers see it, and find by it, once somebody "
        "has seen the paper, and until its last day. Stores are told of every decision by mail."
    )

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            Column("Certificate", lambda row: link(
                row.title, reverse("desk:certificate", args=[row.pk])
            )),
            Column("Store", "merchant.name"),
            Column("Until", lambda row: f"{row.until:%-d %b %Y}" if row.until else "–"),
            Column("Sent", lambda row: joined(
                BREAK, (moment(row.sent_at), timesince(row.sent_at, self.at, depth=1))
            )),
        ]  # fmt: skip

    def get_base_queryset(self) -> QuerySet[Certification]:
        """Return all of them."""
        return Certification.objects.select_related("merchant")


class ReasonForm(forms.Form):
    """Why a certificate does not count; empty where it does."""

    reason = ProseField(
        label="What is wrong with it", max_length=1_000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}), help_text="The store reads it by mail.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("review_nomination")
def certificate(request: SignedIn, pk: int) -> HttpResponse:
    """Show a certificate with its paper, and decide on it."""
    found = get_object_or_404(Certification.objects.select_related("merchant", "decided_by"), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = _decide(request, found, form.cleaned_data["reason"])
        except ShopError as refusal:
            form.add_error(None, str(refusal))
            found.refresh_from_db()
        else:
            messages.success(request, f"{said} The store is told by mail.")
            return redirect(QUEUE)
    own = Certification.objects.filter(merchant=found.merchant_id).exclude(pk=pk)
    context: dict[str, Any] = {
        "certificate": found, "form": form, "papers": found.papers.defer("content"),
        "others": own.order_by("title", "-pk")[:20],
        "is_over": found.until and found.is_over(at=clock.moment_of(request)),
    }  # fmt: skip
    return show(
        request, "certificate.html", found.title, icon="doc-full-inverse",
        trail=[(reverse(QUEUE), "Certificates")], status=422 if form.errors else 200, **context,
        **lines_about(found),
    )  # fmt: skip


@require_GET
@needs("review_nomination")
def paper(request: SignedIn, pk: int) -> HttpResponse:
    """Return a page of a certificate, to be saved."""
    row = get_object_or_404(CertificationDocument, pk=pk)
    return as_file(row, f"certificate-{row.certificate_id}-{row.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
def add(request: SignedIn, pk: int) -> HttpResponse:
    """Send a certificate for a store whose paper lies at the organizers; it is looked at next."""
    store = get_object_or_404(Merchant, pk=pk)
    at = clock.moment_of(request)
    today = wall_of(at, store.zone).date()
    form = CertificationForm(today, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        papers = form.read_papers(getattr(request, "skipped_files", []), by=request.user)
        if made := send_typed(form, store, papers, at=at, by=request.user):
            messages.success(request, "Added. Look at it now: it counts once it is approved.")
            return redirect("desk:certificate", made.pk)
    back = reverse("desk:store-page", args=[pk])
    return show(
        request, "form.html", f"A certificate of {store.name}", icon="doc-full-inverse",
        trail=[*stores_trail(), (back, store.name)], form=form, save="Add it",
        about="For a store that cannot send it itself. It counts once somebody has approved it.",
        status=422 if form.errors else 200,
    )  # fmt: skip


def certificates_waiting() -> int:
    """Return how many certificates wait for a look. One statement."""
    return Certification.objects.filter(state=State.WAITING).count()


def _decide(request: SignedIn, found: Certification, reason: str) -> str:
    """Do what the pressed button says; return what was done.

    Raises:
        ShopError: it cannot be done.
    """
    at, by = clock.moment_of(request), request.user
    seen = number_of(request.POST.get("version", "")) or 0
    if "approve" in request.POST:
        decide.approve(found.pk, seen=seen, at=at, by=by)
        return "It counts."
    if "again" in request.POST:
        decide.count_again(found.pk, at=at, by=by)
        return "It counts again."
    if "stop" in request.POST:
        decide.stop(found.pk, reason, at=at, by=by)
        return "It counts no more."
    decide.refuse(found.pk, reason, seen=seen, at=at, by=by)
    return "Refused."
