"""Where one reports a product or a store, reads how that stands, and objects."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop.catalogue.models import Product
from shop.checkout.order.codes import too_many
from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.http import Request
from shop.core.networks import network_key
from shop.core.rate_limits.store import limits
from shop.merchant.content_reports.forms import ObjectionForm, ReportForm
from shop.merchant.content_reports.models import OBJECT_WITHIN, ContentReport
from shop.merchant.content_reports.write import Reported, may_object, object_to, report
from shop.orders.cart.current import is_own_address
from shop.people.accounts.mailboxes import mailbox_key
from shop.people.merchants.models import Merchant

HOUR, DAY = 3_600, 86_400
MOST_OF_NETWORK, MOST_OF_MAILBOX = 10, 5
"""Notices of a network in an hour, and of a mailbox in a day."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_product(request: Request, slug: str) -> HttpResponse:
    """Ask what is wrong with a product that is shown, and keep it."""
    rows = Product.objects.filter(
        state=Product.State.PUBLISHED, merchant__in=Merchant.objects.trading()
    )
    found = get_object_or_404(rows.select_related("merchant"), slug=slug)
    return _report(request, found.merchant, found)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_store(request: Request, slug: str) -> HttpResponse:
    """Ask what is wrong with a store that is shown, and keep it."""
    return _report(request, get_object_or_404(Merchant.objects.trading(), slug=slug), None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: Request, pk: int, secret: str) -> HttpResponse:
    """Show how a report stands to whoever has its link, and take an objection."""
    rows = ContentReport.objects.select_related("merchant", "product")
    found = get_object_or_404(rows, pk=pk, secret=secret)
    at = clock.moment_of(request)
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            object_to(found.pk, form.cleaned_data["text"], at=at)
        except NotPossible as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Somebody who did not decide before reads it."))
        return redirect("content-report", found.pk, found.secret)
    context: dict[str, Any] = {
        "report": found, "form": form, "may_object": may_object(found, at=at),
        "object_by": (found.decided_at + OBJECT_WITHIN) if found.decided_at else None,
    }  # fmt: skip
    answer = 422 if form.errors else 200
    return render(request, "shop/merchant/content_reports/status.html", context, status=answer)


def _report(request: Request, merchant: Merchant, product: Product | None) -> HttpResponse:
    form = ReportForm(request.POST or None, initial=_known(request))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        if wait := _has_to_wait(request, told["email"]):
            form.add_error(None, too_many(wait))
        else:
            said = Reported(
                told["reason"], told["text"], told["name"], told["email"], get_language() or "en",
                is_own_address(request, told["email"]),
            )  # fmt: skip
            made = report(merchant, product, said, at=clock.moment_of(request))
            messages.success(request, _("Thank you. A person reads it, and we answer by mail."))
            return redirect("content-report", made.pk, made.secret)
    context = {"form": form, "merchant": merchant, "product": product}
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/content_reports/report.html", context, status=status)


def _known(request: Request) -> dict[str, str]:
    user = request.user
    return {"name": user.name, "email": user.email} if user.is_authenticated else {}


def _has_to_wait(request: Request, email: str) -> timedelta | None:
    """Return how long nothing more is taken, if too much came."""
    if limits.count(f"notice:n:{network_key(request)}", seconds=HOUR) > MOST_OF_NETWORK:
        return timedelta(seconds=HOUR)
    mailbox = f"notice:m:{mailbox_key(email)}"
    return timedelta(days=1) if limits.count(mailbox, seconds=DAY) > MOST_OF_MAILBOX else None
