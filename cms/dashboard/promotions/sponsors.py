"""Sponsors of a festival, and the use of their money."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cms.dashboard.confirm import Act, perform
from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.promotions.forms import amount
from cms.dashboard.promotions.views import trail_of_benefits
from cms.dashboard.screens import show
from cms.dashboard.tables import Column, Table
from shop.core import clock
from shop.core.forms.fields import AmountField, LineField
from shop.festivals.changelog import log
from shop.festivals.models import Festival, Fund
from shop.money.ledger.at_the_bank import (
    MOST_LETTERS,
    held_of,
    note_sponsor_paid,
    note_sponsor_repaid,
)
from shop.money.ledger.drawdown import drawdown
from shop.people.accounts.requests import SignedIn


class FundForm(forms.Form):
    """Who gives how much."""

    sponsor = LineField(max_length=120, help_text="Reports name it.")
    amount = AmountField(label="Gives")


class BankForm(forms.Form):
    """What the bank says of money that came or left."""

    amount = AmountField(label="Amount")
    bank_reference = LineField(
        label="The bank's reference", max_length=MOST_LETTERS, help_text="It is used once."
    )


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
    found = _fund(pk, fund_id)
    taken, held = drawdown(found), held_of(found)
    context: dict[str, Any] = {
        "fund": found,
        "amounts": [
            ("Gives", amount(found.amount)),
            ("Committed", amount(found.committed)),
            ("Drawn down", amount(taken.total)),
            ("Gone back by refunds", amount(taken.back)),
            ("Held for them" if held >= 0 else "They owe", amount(abs(held))),
        ],
        "given": Table(
            "What it was given for", USES, taken.rows, none="No paid order has taken anything yet."
        ),
        "percent": taken.total * 100 // found.amount if found.amount else 0,
        "is_held": held > 0,
        "may_book": request.user.has_perm("shop.publish_festival"),
    }
    return show(
        request, "fund.html", found.sponsor, trail=trail_of_benefits(found.festival), icon="pick",
        **context,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def paid(request: SignedIn, pk: int, fund_id: int) -> HttpResponse:
    """Write down what a sponsor paid to the operator's bank."""
    found = _fund(pk, fund_id)

    def run(answers: dict[str, Any]) -> str:
        note_sponsor_paid(found.pk, **answers, at=clock.moment_of(request), by=request.user)
        return f"{amount(answers['amount'])} of {found.sponsor} is in the books."

    effects = ["It counts as the operator's money at the bank, held for this sponsor."]
    act = Act(f"{found.sponsor} has paid in", "Book it", effects, run, BankForm)
    return _perform(request, act, found)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def repaid(request: SignedIn, pk: int, fund_id: int) -> HttpResponse:
    """Write down what a sponsor got back."""
    found = _fund(pk, fund_id)

    def run(answers: dict[str, Any]) -> str:
        note_sponsor_repaid(found.pk, **answers, at=clock.moment_of(request), by=request.user)
        return f"{amount(answers['amount'])} went back to {found.sponsor}."

    effects = [
        f"{amount(max(held_of(found), 0))} of theirs is held now.",
        "Send it from your bank first: this only writes it down.",
    ]
    act = Act(f"Money went back to {found.sponsor}", "Book it", effects, run, BankForm)
    return _perform(request, act, found)


def _fund(pk: int, fund_id: int) -> Fund:
    return get_object_or_404(Fund.objects.select_related("festival"), festival=pk, pk=fund_id)


def _perform(request: SignedIn, act: Act, found: Fund) -> HttpResponse:
    back = reverse("desk:fund", args=[found.festival_id, found.pk])
    trail = [*trail_of_benefits(found.festival), (back, found.sponsor)]
    return perform(request, act, back=back, trail=trail)
