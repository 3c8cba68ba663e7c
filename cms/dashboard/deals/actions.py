"""The actions on a deal: pause, resume, raise, stop, void. Each shows its effect first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.confirm import Act, perform, reason_form, told
from cms.dashboard.deals.rows import row_of
from cms.dashboard.deals.views import deal_of, possible, trail_of_deals
from cms.dashboard.festivals.slot_actions import StopForm
from cms.dashboard.fields import CountField
from cms.dashboard.permissions import needs
from shop.core import clock, dates
from shop.festivals.deals.actions import pause_deal, raise_allotment, resume_deal
from shop.festivals.local_time import typed, wall_of
from shop.festivals.models import Deal
from shop.festivals.schedule import stop
from shop.money.payments.void import void_price
from shop.orders.effects import Effect, effect_on_deals
from shop.people.accounts.requests import SignedIn

TOLD = "The store is told by mail."
# How a deal stands with which something is not possible.
STANDS: dict[str, str] = {
    Deal.State.APPROVED: "This deal is not paused.",
    Deal.State.PAUSED: "This deal is paused already.",
    Deal.State.WITHDRAWN: "This deal is withdrawn.",
    Deal.State.VOID: "This price is void already.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def act(request: SignedIn, pk: int, deal_id: int, name: str) -> HttpResponse:
    """Pause, resume, raise, stop or void a deal; its effect is shown first."""
    if name not in ACTS:
        raise Http404
    at = clock.moment_of(request)
    found = deal_of(pk, deal_id, at=at)
    effect = effect_on_deals(Q(pk=found.pk))
    back = reverse("desk:deal", args=[pk, deal_id])
    return perform(
        request, ACTS[name](request, found, effect, at), back=back,
        trail=[*trail_of_deals(found), (back, _title(found))],
        barred=lambda: _barred(deal_of(pk, deal_id, at=at), name, at=at),
    )  # fmt: skip


def _barred(deal: Deal, name: str, *, at: datetime) -> str:
    """Say how a deal stands where something cannot be done about it now, else nothing."""
    if name in dict(possible(deal, at=at)):
        return ""
    if deal.state not in Deal.GONE and deal.effective_to <= at:
        return "This deal is over."
    if name == "raise" and deal.state not in Deal.GONE:
        return "It sells from everyday stock: no units are set aside."
    return STANDS[deal.state]


class RaiseForm(forms.Form):
    """How many units are set aside in all."""

    units = CountField(label="Units set aside in all", min_value=1, max_value=1_000_000)


def _pause(request: SignedIn, deal: Deal, effect: Effect, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        pause_deal(deal, at=at, by=request.user, reason=answers["reason"])
        return "Paused. The everyday price counts from now on."

    effects = [
        _named(deal, at),
        (
            "Pages show the everyday price at once. A copy in a browser may be 30 seconds old; "
            "whoever pays from it is asked again."
        ),
        *told(effect, deal.slot.festival.zone),
        "Its units stay set aside until it ends or is resumed.",
        TOLD,
    ]
    form = reason_form("The store gets it by mail, word for word.", is_needed=False)
    return Act(f"Pause the deal for {_title(deal)}", "Pause it now", effects, run, form)


def _resume(request: SignedIn, deal: Deal, effect: Effect, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        resume_deal(deal, at=at, by=request.user)
        return "Resumed. The deal gives its price again."

    effects = [_named(deal, at), "Pages show its price again at once.", TOLD]
    return Act(f"Resume the deal for {_title(deal)}", "Resume it now", effects, run)


def _raise(request: SignedIn, deal: Deal, effect: Effect, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        raise_allotment(deal, answers["units"], at=at, by=request.user)
        return f"{answers['units']:,} units are set aside now."

    effects = [
        _named(deal, at),
        f"{deal.allotment or 0:,} units are set aside: {deal.sold:,} sold, {deal.held:,} held.",
        (
            "More are taken from the store's everyday stock, as far as units are free there. "
            "An allotment never falls again."
        ),
        TOLD,
    ]
    return Act(f"Raise the allotment of {_title(deal)}", "Raise it", effects, run, RaiseForm,
               {"units": deal.allotment})  # fmt: skip


def _stop(request: SignedIn, deal: Deal, effect: Effect, at: datetime) -> Act:
    zone = deal.slot.festival.zone
    words = dates.zone_name(at, zone, "en")

    class Form(StopForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.zone = zone
            self.fields["reason"].help_text = "The store gets it by mail, word for word."

    def run(answers: dict[str, Any]) -> str:
        until = answers["ends_at"]
        stop.stop_deal(deal, at=at, reason=answers["reason"], ends_at=until, by=request.user)
        if until is None:
            return "Stopped. The everyday price counts from now on."
        return (
            f"It ends at {typed(answers['ends'])} ({words}). The everyday price counts from then."
        )

    now, ends = (typed(wall_of(moment, zone)) for moment in (at, deal.effective_to))
    effects = [
        _named(deal, at),
        (
            f"The everyday price counts from the moment you press the button (it is {now} in "
            f"{words}), or from the time you give. It would end at {ends}."
        ),
        *told(effect, zone),
        *_set_free(deal),
        "It cannot be taken back: the product gets no other deal in this slot.",
        TOLD,
    ]
    return Act(f"Stop the deal for {_title(deal)}", "Stop it", effects, run, Form, is_grave=True)


def _set_free(deal: Deal) -> list[str]:
    if deal.allotment is None:
        return []
    left = deal.left
    return [f"{left:,} units are set aside and not taken. They go back into everyday sale then."]


def _void(request: SignedIn, deal: Deal, effect: Effect, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        found = void_price(deal, reason=answers["reason"], at=at, by=request.user)
        return (
            f"The price is void. {found.open_orders} open orders are being ended, which takes a "
            "minute. Decide on the paid ones."
        )

    effects = [
        _named(deal, at),
        "The everyday price counts at once, for everybody.",
        "It cannot be taken back: this deal never comes again.",
        *told(effect, deal.slot.festival.zone, kept=False),
        TOLD,
    ]
    form = reason_form(
        "Shoppers whose money goes back read it word for word, and the store gets it by mail."
    )
    title = f"Void a wrong price of {_title(deal)}"
    return Act(title, "Void this price", effects, run, form, is_grave=True)


def _named(deal: Deal, at: datetime) -> str:
    """Say which deal is meant: product, size, store, price and slot."""
    size = f" ({deal.variant.label or deal.variant.sku})"
    store = deal.variant.product.merchant.name
    price = row_of(deal, at=at).price
    return f"It is about {_title(deal)}{size} of {store}: {price} in “{deal.slot.label}”."


def _title(deal: Deal) -> str:
    return str(deal.variant.product.title)


ACTS = {"pause": _pause, "resume": _resume, "raise": _raise, "stop": _stop, "void": _void}
