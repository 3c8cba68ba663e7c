"""The certificates of a store: what counts, what waits, what was refused and why."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shop.core import clock
from shop.core.forms.private_files import as_file
from shop.merchant.dashboard.access import MemberRequest, store_members, today_of
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.certifications import write
from shop.storefront.certifications.forms import CertificationForm, send_typed
from shop.storefront.certifications.models import Certification, CertificationDocument
from shop.storefront.certifications.names import called

State = Certification.State
STATES: dict[str, tuple[Any, str]] = {
    State.MISSING: (gettext_lazy("Paper missing"), "warn"),
    State.WAITING: (gettext_lazy("Waits for a look"), ""),
    State.COUNTS: (gettext_lazy("Counts"), "good"),
    State.REFUSED: (pgettext_lazy("certificate", "Refused"), "warn"),
    State.STOPPED: (pgettext_lazy("certificate", "Stopped"), "warn"),
    State.ENDED: (gettext_lazy("Over"), ""),
}
"""What each state is called, and how its tag looks."""
FIRST = [State.REFUSED, State.MISSING, State.WAITING, State.COUNTS, State.STOPPED, State.ENDED]


def certificates_of(merchant: Merchant) -> QuerySet[Certification]:
    """Return a store's certificates, with their papers but not what is in them."""
    papers = CertificationDocument.objects.defer("content")
    rows = Certification.objects.filter(merchant=merchant).order_by("title", "-pk")
    return rows.prefetch_related(Prefetch("papers", papers))


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.WORDS)
def certificates(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show a store's certificates, and take another one; ``mend`` fills the form with one."""
    rows = list(certificates_of(merchant))
    mended = next((row for row in rows if str(row.pk) == request.GET.get("mend", "")), None)
    first = {"title": mended.title, "issuer": mended.issuer, "number": mended.number,
             "until": mended.until} if mended else {}  # fmt: skip
    files = request.FILES or None
    form = CertificationForm(
        today_of(request),
        request.POST or None,
        files,
        initial=first,
        known=mended.title if mended else "",
    )
    if request.method == "POST" and form.is_valid():
        papers = form.read_papers(getattr(request, "skipped_files", []), by=request.user)
        at, by = clock.moment_of(request), request.user
        if send_typed(form, merchant, papers, at=at, by=by):
            messages.success(request, _("Sent. An organizer looks at the paper; you get a mail."))
            return redirect("workspace-certificates", merchant.slug)
    if form.errors and request.FILES:
        form.fields["papers"].help_text = _("Choose the files again: they were not kept.")
    names = called(row.title for row in rows)
    rows.sort(key=lambda row: FIRST.index(State(row.state)))
    context: dict[str, Any] = {
        "part": "profile", "form": form, "mended": mended,
        "mended_name": names[mended.title] if mended else "",
        "rows": [(row, names[row.title], *STATES[row.state]) for row in rows],
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/certificates.html", context, status=status)


@require_GET
@store_members(Right.WORDS)
def paper(request: MemberRequest, merchant: Merchant, paper_id: int) -> HttpResponse:
    """Return a page of a certificate, to be saved."""
    row = get_object_or_404(CertificationDocument, pk=paper_id, certificate__merchant=merchant)
    return as_file(row, f"certificate-{row.certificate_id}-{row.pk}")


@require_POST
@store_members(Right.WORDS)
def remove(request: MemberRequest, merchant: Merchant, certificate_id: int) -> HttpResponse:
    """Take a certificate away with its paper."""
    row = get_object_or_404(Certification, pk=certificate_id, merchant=merchant)
    write.remove(row, at=clock.moment_of(request), by=request.user)
    messages.success(request, _("Taken away, with its paper."))
    return redirect("workspace-certificates", merchant.slug)
