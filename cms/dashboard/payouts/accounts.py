"""The accounts of stores: compared with their papers, confirmed, closed, trusted again."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from cms.dashboard.confirm import Act, perform, reason_form
from cms.dashboard.payouts.index import METHODS
from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.screens import show
from shop.core import clock
from shop.core.currencies import written
from shop.core.errors import GatewayError, NotPossible
from shop.money.settlements.methods import WAIT, close_method, confirm_method, is_used, trust_again
from shop.money.settlements.models import PayoutMethod
from shop.money.settlements.remote.estimates import EXAMPLE, estimate_for
from shop.money.settlements.seal import unseal
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.own_stores import refuse_own

log = logging.getLogger(__name__)
TRAIL = [("/organize/settlements/", "Settlements"), ("/organize/accounts/", "Accounts of stores")]
State = PayoutMethod.State
WAYS = {
    State.ONBOARDING: [("close", "Close it")],
    State.NEW: [("confirm", "Confirm it"), ("close", "Refuse it")],
    State.READY: [("close", "Close it")],
    State.RESTRICTED: [("trust", "It is right: use it again"), ("close", "Close it")],
    State.CLOSED: [],
}
NAMES = {"holder": "Holder", "country": "Country", "account": "Account", "bank": "Bank",
         "operator": "Operator", "bic": "BIC"}  # fmt: skip


@require_http_methods(["GET", "HEAD"])
@needs("publish_festival")
def account(request: SignedIn, pk: int) -> HttpResponse:
    """Show an account whole, to be compared with the store's papers; who looked is logged."""
    row = _account(pk)
    log.info("User %d looked at account %d.", request.user.pk, row.pk)
    facts = _facts(row)
    response = show(
        request, "account.html", f"Account of {row.merchant.name}", trail=TRAIL, icon="lock",
        account=row, state=dict(METHODS)[row.state], facts=facts, ways=_ways(row),
        is_used=is_used(row), has_price=row.way == PayoutMethod.Way.GLOBAL and bool(row.bank_id),
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def decide(request: SignedIn, pk: int, way: str) -> HttpResponse:
    """Confirm an account, close it, or trust it again."""
    row = _account(pk)
    at = clock.moment_of(request)
    act_of = {"confirm": confirm_method, "close": close_method, "trust": trust_again}[way]
    said = {
        "confirm": "Confirmed. It is used when its 72 hours are over.",
        "close": "Closed. Nothing is paid to it any more.",
        "trust": "It is used again.",
    }[way]

    def run(answers: dict[str, Any]) -> str:
        refuse_own(row.merchant_id, by=request.user)
        act_of(pk, **answers, at=at, by=request.user)
        return said

    effects = {
        "confirm": [
            _compare(row),
            (
                f"It is used from {row.added_at + WAIT:%-d %b %Y, %H:%M} UTC on, in place of the "
                "one before."
            ),
            (
                "You cannot confirm an account that you typed, or of a store that you work for. "
                "Nor can you if, in the last 30 days, you invited or removed people of the store, "
                "or somebody you invited joined it. Colleagues count as one person for 30 days "
                "after one invited the other, or somebody else invited both."
            ),
        ],
        "close": ["What is on its way there goes on. The store has to type another one."],
        "trust": ["What came back had another reason. Payouts that wait use it again."],
    }[way]
    title = f"{dict(WAYS[State(row.state)]).get(way, 'Account')}: {row.merchant.name}"
    form = reason_form("With what you compared it, or why: colleagues read it.")
    act = Act(title, title.partition(":")[0], effects, run, form, is_grave=way == "close")
    back = reverse("desk:account", args=[pk])
    return perform(request, act, back=back, trail=[*TRAIL, (back, row.merchant.name)])


@require_POST
@needs("publish_festival")
def estimate(request: SignedIn, pk: int) -> HttpResponse:
    """Ask the provider what a payout to an account would cost and bring, and say it."""
    row = _account(pk)
    try:
        found = estimate_for(row)
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    except GatewayError as error:
        messages.error(request, f"The provider did not say it: {error}")
    else:
        sent, fees = (written(n, settings.SHOP_CURRENCY, "en") for n in (EXAMPLE, found.fees))
        rate = f" at {found.rate}" if found.rate else ""
        messages.info(request, f"Of {sent}, {found.arrives} would arrive now{rate}. The provider "
                               f"would keep {fees} beside, which you bear.")  # fmt: skip
    return redirect("desk:account", pk)


def _ways(row: PayoutMethod) -> list[tuple[str, str]]:
    """Return what may be done; one that the provider stopped is used again when it says so."""
    ways = WAYS[State(row.state)]
    return [way for way in ways if not (way[0] == "trust" and row.is_stopped)]


def _facts(row: PayoutMethod) -> list[tuple[str, str]]:
    if row.is_remote:
        needs = ", ".join(row.needs)
        found = [("Holder", row.holder), ("Country", row.country), ("Account", row.masked),
                 ("Recipient at the provider", row.remote_id), ("It waits for", needs)]  # fmt: skip
        if row.is_stopped:
            found.append(("Stopped", "by the provider, until its reason is gone"))
        return [fact for fact in found if fact[1]]
    known = unseal(row.sealed) if row.masked else {}  # else it was forgotten
    return [(label, known[name]) for name, label in NAMES.items() if known.get(name)]


def _compare(row: PayoutMethod) -> str:
    if row.is_remote:
        return (
            "The provider has checked who it is, and keeps the number. Ask the store, by a "
            "telephone number that you know, for the last digits of its account."
        )
    return "Compare it with a paper of the bank or the operator, in the store’s own name."


def _account(pk: int) -> PayoutMethod:
    rows = PayoutMethod.objects.select_related("merchant", "added_by", "confirmed_by")
    return get_object_or_404(rows, pk=pk)
