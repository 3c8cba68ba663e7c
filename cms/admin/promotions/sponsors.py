"""Sponsors of a festival, and the use of their money."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from cms.admin.permissions import needs
from cms.admin.promotions.forms import amount
from cms.admin.promotions.views import trail_of_benefits
from cms.admin.screens import show
from cms.admin.tables import Column, Table
from shop import clock
from shop.accounts.requests import SignedIn
from shop.festivals.changelog import log
from shop.festivals.models import Festival, Fund
from shop.forms.fields import AmountField, LineField
from shop.ledger.drawdown import drawdown


class FundForm(forms.Form):
    """Who gives how much."""

    sponsor = LineField(max_length=120, help_text="Reports name it.")
    amount = AmountField(label="Gives")


USES = (
    Column("Benefit", "0"), Column("Orders", "1"), Column("Sum", lambda row: amount(row[2])),
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_festival")
def add(request: SignedIn, pk: int) -> HttpResponse:
    """Add a sponsor."""
    festival = get_object_or_404(Festival, pk=pk)
    form = FundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = Fund.objects.create(festival=festival, **form.cleaned_data)
                log(made, "create", at=clock.moment_of(request), by=request.user,
                    festival=festival, after={"amount": made.amount})  # fmt: skip
        except IntegrityError:
            form.add_error("sponsor", "This sponsor is there already.")
        else:
            messages.success(request, f"{made.sponsor} gives {amount(made.amount)}.")
            return redirect("desk:festival-benefits", pk)
    about = (
        "Benefits and subsidised deals commit parts of it before they begin, so that no order is "
        "refused for want of money. What they really took is the drawdown."
    )
    return show(
        request, "form.html", "New sponsor", trail=trail_of_benefits(festival), icon="pick",
        form=form, save="Add the sponsor", about=about, status=422 if form.errors else 200,
    )  # fmt: skip


@require_safe
@needs("view_deal")
def fund(request: SignedIn, pk: int, fund_id: int) -> HttpResponse:
    """Show the amounts a sponsor gave, committed and really paid, by benefit and by deals."""
    found = get_object_or_404(Fund.objects.select_related("festival"), festival=pk, pk=fund_id)
    taken = drawdown(found)
    context: dict[str, Any] = {
        "fund": found,
        "amounts": [
            ("Gives", amount(found.amount)),
            ("Committed", amount(found.committed)),
            ("Drawn down", amount(taken.total)),
            ("Gone back by refunds", amount(taken.back)),
        ],
        "given": Table(
            "What it was given for", USES, taken.rows, none="No paid order has taken anything yet."
        ),
        "percent": taken.total * 100 // found.amount if found.amount else 0,
    }
    return show(
        request, "fund.html", found.sponsor, trail=trail_of_benefits(found.festival), icon="pick",
        **context,
    )  # fmt: skip
