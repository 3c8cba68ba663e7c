"""The actions on a benefit: activate, pause, resume, raise, end early; and its codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.dashboard.confirm import Act, perform, reason_form, told
from cms.dashboard.fields import CountField
from cms.dashboard.permissions import needs
from cms.dashboard.promotions.forms import CodesForm, amount, doubt, said, warning
from cms.dashboard.promotions.views import benefit_of, possible, show_benefit, trail_of_benefits
from shop.core import clock
from shop.core.currencies import in_whole
from shop.core.errors import ShopError
from shop.core.forms.fields import AmountField
from shop.core.spreadsheets.tables import sheet
from shop.festivals.changelog import log
from shop.festivals.models import Promotion
from shop.festivals.promotions import budgets, code_batches, manage, sponsors
from shop.orders.effects import effect_on_promotion
from shop.people.accounts.requests import SignedIn

# How a benefit stands with which something is not possible.
STANDS = {
    Promotion.State.DRAFT: "It is a draft still: activate it first.",
    Promotion.State.ACTIVE: "It is active already.",
    Promotion.State.PAUSED: "It is paused already.",
    Promotion.State.ENDED_EARLY: "It was ended early already.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def act(request: SignedIn, pk: int, benefit_id: int, name: str) -> HttpResponse:
    """Do something about a benefit; its effect is shown first."""
    if name not in ACTS:
        raise Http404
    found = benefit_of(pk, benefit_id)
    at = clock.moment_of(request)
    back = reverse("desk:benefit", args=[pk, benefit_id])
    return perform(
        request, ACTS[name](request, found, at), back=back,
        trail=[*trail_of_benefits(found.festival), (back, found.title)],
        barred=lambda: _barred(benefit_of(pk, benefit_id), name, at=at),
    )  # fmt: skip


def _barred(promotion: Promotion, name: str, *, at: datetime) -> str:
    """Say how a benefit stands where something cannot be done about it now, else nothing."""
    if name in dict(possible(promotion, at=at)):
        return ""
    state = Promotion.State(promotion.state)
    if state != Promotion.State.ENDED_EARLY and promotion.use_to <= at:
        return "It is over."
    if name == "raise" and state != Promotion.State.DRAFT:
        return "It has no limit that could be raised."
    return STANDS[state]


@require_POST
@needs("publish_festival")
def make_codes(request: SignedIn, pk: int, benefit_id: int) -> HttpResponse:
    """Make a batch of unique codes."""
    found = benefit_of(pk, benefit_id)
    form = CodesForm(request.POST, promotion=found)
    if form.is_valid():
        told, at = form.cleaned_data, clock.moment_of(request)
        try:
            batch = code_batches.make_codes(
                found, told["size"], told["label"], at=at, by=request.user
            )
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            word, verb = ("code", "is") if batch.size == 1 else ("codes", "are")
            messages.success(request, f"{batch.size:,} {word} for {batch.label} {verb} made.")
            return redirect("desk:benefit", pk, benefit_id)
    return show_benefit(request, found, codes=form)


@require_safe
@needs("publish_festival")
def codes(request: SignedIn, pk: int, benefit_id: int, batch_id: int) -> HttpResponse:
    """Download a batch as a sheet; who took it is logged, since codes are money."""
    found = benefit_of(pk, benefit_id)
    batch = get_object_or_404(found.batches, pk=batch_id)
    at = clock.moment_of(request)
    if request.method == "GET":
        log(found, "download codes", at=at, by=request.user, festival=found.festival,
            after={"batch": batch.pk})  # fmt: skip
    table = (("code", "state"), code_batches.codes_of(batch))
    return sheet(f"codes-{batch.pk}", "csv", {"Codes": table})


KEPT = reason_form("It is kept with what was done.")


class LimitsForm(forms.Form):
    """Limits that may rise; the empty ones are left as they are."""

    budget = AmountField(required=False)
    max_uses = CountField(label="Uses in all", required=False, min_value=1)
    max_claims = CountField(label="Claims in all", required=False, min_value=1)


def _activate(request: SignedIn, row: Promotion, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        manage.activate(row, at=at, by=request.user)
        return "Active. Shoppers can use it in its time."

    effects = [f"Shoppers get: {said(row)}.", "From then on its value stays; limits only rise."]
    texts = (warning(row), doubt(row, codes=budgets.code_count(row)))
    effects += [text for text in texts if text]
    if row.fund and row.budget:
        part = amount(sponsors.share_of(row, row.budget))
        effects.append(f"{part} of what {row.fund.sponsor} gives are set aside for it.")
    return Act(f"Activate {row.title}", "Activate it", effects, run)


def _pause(request: SignedIn, row: Promotion, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        manage.pause(row, at=at, by=request.user)
        return "Paused."

    effects = ["Nobody can use it until you resume it.", *_orders(row)]
    return Act(f"Pause {row.title}", "Pause it now", effects, run)


def _resume(request: SignedIn, row: Promotion, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        manage.resume(row, at=at, by=request.user)
        return "Resumed."

    return Act(f"Resume {row.title}", "Resume it", ["Shoppers can use it again at once."], run)


def _raise(request: SignedIn, row: Promotion, at: datetime) -> Act:
    limits = [name for name in manage.RISING if getattr(row, name)]

    class Form(LimitsForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            for name in manage.RISING:
                if name not in limits:
                    del self.fields[name]

    def run(answers: dict[str, Any]) -> str:
        wanted = {name: value for name, value in answers.items() if value}
        manage.raise_limits(row, wanted, at=at, by=request.user)
        return "Raised."

    shown = {name: getattr(row, name) for name in limits}
    if row.budget:
        shown["budget"] = in_whole(row.budget, settings.SHOP_CURRENCY)
    effects = [f"{amount(row.spent)} are spent, {amount(row.held_amount)} held by open orders.",
               "A limit never falls again: shoppers count on it."]  # fmt: skip
    return Act(f"Raise the limits of {row.title}", "Raise them", effects, run, Form, shown)


def _end(request: SignedIn, row: Promotion, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        manage.end_early(row, at=at, reason=answers["reason"], by=request.user)
        return "Ended."

    effects = ["Nobody can use it any more, and it cannot be taken back.", *_orders(row)]
    if row.claimed:
        effects.append(f"{row.claimed:,} shoppers claimed it; unused claims lapse.")
    return Act(f"End {row.title} early", "End it now", effects, run, KEPT, is_grave=True)


def _orders(row: Promotion) -> list[str]:
    return told(effect_on_promotion(row), row.festival.zone)


ACTS = {"activate": _activate, "pause": _pause, "resume": _resume, "raise": _raise, "end": _end}
