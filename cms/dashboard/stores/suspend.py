"""Suspending a store, and opening it again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.confirm import Act, perform, reason_form, told, unless
from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.stores.edit import stores_trail
from shop.core import clock
from shop.core.currencies import written
from shop.merchant.moderation import leave as moderation_leave
from shop.merchant.moderation import suspend as moderation_suspend
from shop.money.ledger.balances import owed_to
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Merchant

State = Merchant.State


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
def suspend(request: SignedIn, pk: int) -> HttpResponse:
    """Suspend a store; its effect is shown first."""
    return _perform(request, pk, _suspend, State.APPROVED, "This store is not open")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
def reopen(request: SignedIn, pk: int) -> HttpResponse:
    """Open a suspended store again."""
    return _perform(request, pk, _reopen, State.SUSPENDED, "This store is not suspended")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
@proved_again
def leave(request: SignedIn, pk: int) -> HttpResponse:
    """Let a suspended store leave: it is paid what it is owed."""
    return _perform(request, pk, _leave, State.SUSPENDED, "This store is not suspended")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
def stay(request: SignedIn, pk: int) -> HttpResponse:
    """Take back that a store leaves."""
    return _perform(request, pk, _stay, State.SUSPENDED, "This store is not suspended")


def _perform(request: SignedIn, pk: int, act: Any, state: str, otherwise: str) -> HttpResponse:
    store = get_object_or_404(Merchant, pk=pk)
    back = reverse("desk:store-page", args=[pk])
    barred, trail = unless(store, state, otherwise), [*stores_trail(), (back, store.name)]
    made = act(request, store, clock.moment_of(request))
    return perform(request, made, back=back, barred=barred, trail=trail)


def _suspend(request: SignedIn, store: Merchant, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        made = moderation_suspend.suspend(store, answers["reason"], at=at, by=request.user)
        count = made.open_orders
        ended = f" {count} open orders are being ended." if count else ""
        return f"Suspended.{ended} The store is told by mail, with your reason."

    effect = moderation_suspend.effect_of(store, at=at)
    gone = (
        f"Nothing of {store.name} is sold or shown from this moment: its page, its products "
        f"({effect.products}), lists and search. Carts say that they are no longer on sale."
    )
    effects = [gone, *told(effect.orders, "UTC", kept=False)[:1], _waiting(effect.to_send)]
    if effect.deals:
        effects.append(f"Its deals ({effect.deals}) give no price while it is suspended, and count "
                       "again once it is open. Neither are its vouchers offered.")  # fmt: skip
    effects += [
        "Dates that are booked take place. It keeps its places in festivals.",
        "Its people still see their orders; they join no festival and propose no deal.",
        "What it has earned is settled, and paid, once it is open again, or you let it leave.",
    ]
    form = reason_form("The store gets it by mail, word for word, and reads it on its desk.")
    return Act(f"Suspend {store.name}", "Suspend it", effects, run, form, is_grave=True)


def _reopen(request: SignedIn, store: Merchant, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        moderation_suspend.reopen(store, at=at, by=request.user)
        return "It is open again. The store is told by mail."

    effects = [
        f"{store.name} and its published products are shown and sold at once.",
        "Its deals that are not over count again, and so do its vouchers.",
        "What it has earned goes with the next settlement.",
    ]
    return Act(f"Reopen {store.name}", "Reopen it", effects, run)


def _leave(request: SignedIn, store: Merchant, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        moderation_leave.let_leave(store, **answers, at=at, by=request.user)
        return "It leaves: what it is owed is settled and paid, and nothing is sold."

    owed = written(owed_to(store, settings.SHOP_CURRENCY), settings.SHOP_CURRENCY, "en")
    effects = [
        f"{store.name} stays suspended: nothing of it is shown or sold.",
        f"It is owed {owed}. What is released is settled next, however little it is.",
        "You approve these settlements as always.",
        "What is kept for returns, disputes or as a reserve is paid once it is free.",
        "You can take that back, or open the store again, at any time.",
    ]
    form = reason_form("Colleagues read it in the log.")
    return Act(f"Let {store.name} leave", "Let it leave", effects, run, form, is_grave=True)


def _stay(request: SignedIn, store: Merchant, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        moderation_leave.stay(store, at=at, by=request.user)
        return "It stays suspended, and nothing is paid to it."

    effects = ["It is suspended as before. What was not sent yet is not paid.",
               "What is with the bank or the provider goes on."]  # fmt: skip
    return Act(f"Let {store.name} stay", "Let it stay", effects, run)


def _waiting(count: int) -> str:
    if not count:
        return "No paid order waits to be sent."
    return (
        f"{count:,} paid order{pluralize(count)} wait{pluralize(count, 's,')} to be sent: "
        "the store still sends them."
    )
