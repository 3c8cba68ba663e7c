"""Deals of a festival: the list, one deal, and what can be done about it while it runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from cms.admin.acts import Act, ReasonForm, perform, told
from cms.admin.deal_rows import STATES, deals_of, row_of, sought
from cms.admin.festivals import trail_of
from cms.admin.pages import Trail, page_number, show
from cms.admin.permissions import needs
from cms.admin.wrong_prices import sales_of
from shop import clock
from shop.currencies import written
from shop.festivals import running
from shop.festivals.models import ChangeLog, Deal, Festival, PriceSpan
from shop.orders.effects import Effect, effect_on_deals
from shop.payments.voiding import void_price
from shop.workspace.fields import LineField

PAGE = 50


@require_safe
@needs("view_deal")
def deals(request: HttpRequest, pk: int) -> HttpResponse:
    """List the deals of a festival. Four statements."""
    festival = get_object_or_404(Festival, pk=pk)
    at = clock.moment_of(request)
    asked = {name: request.GET.get(name, "")[:80] for name in ("q", "slot", "state")}
    asked["state"] = request.GET.get("state", "open" if festival.ends_at > at else "")[:20]
    number, query = page_number(request), f"?{urlencode(asked)}"
    found = sought(deals_of(festival, at=at), asked, at=at)
    page = list(found[(number - 1) * PAGE : number * PAGE + 1])
    context = {
        "festival": festival,
        "rows": [row_of(deal, at=at) for deal in page[:PAGE]],
        "slots": festival.slots.order_by("starts_at"),
        "states": STATES,
        "asked": asked,
        "page": number,
        "back": f"{query}&page={number - 1}" if number > 1 else "",
        "next": f"{query}&page={number + 1}" if len(page) > PAGE else "",
    }
    return show(request, "deals.html", "Deals", trail=trail_of(festival), icon="tag", **context)


@require_safe
@needs("view_deal")
def deal(request: HttpRequest, pk: int, deal_id: int) -> HttpResponse:
    """Show one deal: its price, its units, what was done, what can be done."""
    at = clock.moment_of(request)
    found = _deal(pk, deal_id, at=at)
    span = PriceSpan.objects.filter(variant=found.variant, starts_at__lte=at, ends_at__gt=at)
    now = span.first()
    context = {
        "row": row_of(found, at=at),
        "festival": found.slot.festival,
        "public": written(now.price, settings.SHOP_CURRENCY, "en") if now else "",
        "effect": effect_on_deals(Q(pk=found.pk)),
        "acts": possible(found, at=at) if request.user.has_perm("shop.publish_festival") else [],
        "closures": found.closures.order_by("starts_at"),
        "changes": _changes(found),
        "can_decide": request.user.has_perm("shop.publish_festival"),
    }
    if found.state == Deal.State.VOID:
        context |= sales_of(found)
    return show(
        request, "deal.html", str(found.variant.product.title), trail=_trail(found), icon="tag",
        **context,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def act(request: HttpRequest, pk: int, deal_id: int, name: str) -> HttpResponse:
    """Pause, resume, raise or void a deal; its effect is shown first."""
    at = clock.moment_of(request)
    found = _deal(pk, deal_id, at=at)
    if name not in dict(possible(found, at=at)):
        raise Http404
    effect = effect_on_deals(Q(pk=found.pk))
    wanted = ACTS[name](request, found, effect, at)
    back = reverse("desk:deal", args=[pk, deal_id])
    return perform(request, wanted, back=back, trail=[*_trail(found), (back, _title(found))])


def possible(deal: Deal, *, at: datetime) -> list[tuple[str, str]]:
    """Return what can be done about a deal now, with a word for each."""
    if deal.effective_to <= at or deal.state in Deal.GONE:
        return []
    found = [("pause", "Pause")] if deal.state == Deal.State.APPROVED else [("resume", "Resume")]
    if deal.allotment is not None:
        found.append(("raise", "Raise the allotment"))
    return [*found, ("void", "Void a wrong price")]


def _deal(pk: int, deal_id: int, *, at: datetime) -> Deal:
    return get_object_or_404(deals_of(get_object_or_404(Festival, pk=pk), at=at), pk=deal_id)


def _title(deal: Deal) -> str:
    return str(deal.variant.product.title)


def _trail(deal: Deal) -> Trail:
    festival = deal.slot.festival
    return [*trail_of(festival), (reverse("desk:festival-deals", args=[festival.pk]), "Deals")]


def _changes(deal: Deal) -> QuerySet[ChangeLog]:
    own = Q(subject="deal", subject_id=deal.pk)
    asked = Q(subject="nomination", subject_id=deal.nomination_id)
    return ChangeLog.objects.filter(own | asked).select_related("by").order_by("-pk")[:20]


class RaiseForm(forms.Form):
    """How many units are set aside in all."""

    units = forms.IntegerField(label="Units set aside in all", min_value=1, max_value=1_000_000)


class PauseForm(forms.Form):
    """Why; it may stay empty."""

    reason = LineField(max_length=300, required=False, help_text="It is kept with what was done.")


def _pause(request: HttpRequest, deal: Deal, effect: Effect, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        running.pause_deal(deal, at=at, by=request.user, reason=answers["reason"])
        return "Paused. The everyday price counts from now on."

    effects = [
        (
            "Pages show the everyday price at once. A copy in a browser may be 30 seconds old; "
            "whoever pays from it is asked again."
        ),
        *told(effect, deal.slot.festival.zone),
        "Its units stay set aside until it ends or is resumed.",
    ]
    return Act("Pause this deal", "Pause it now", effects, run, PauseForm)


def _resume(request: HttpRequest, deal: Deal, effect: Effect, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        running.resume_deal(deal, at=at, by=request.user)
        return "Resumed. The deal gives its price again."

    return Act("Resume this deal", "Resume it now", ["Pages show its price again at once."], run)


def _raise(request: HttpRequest, deal: Deal, effect: Effect, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        running.raise_allotment(deal, answers["units"], at=at, by=request.user)
        return f"{answers['units']} units are set aside now."

    effects = [
        f"{deal.allotment or 0} units are set aside, {deal.sold} are sold and {deal.held} held.",
        (
            "More are taken from the store's everyday stock, as far as units are free there. "
            "An allotment never falls again."
        ),
    ]
    return Act("Raise the allotment", "Raise it", effects, run, RaiseForm,
               {"units": deal.allotment})  # fmt: skip


def _void(request: HttpRequest, deal: Deal, effect: Effect, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        found = void_price(deal, reason=answers["reason"], at=at, by=request.user)
        return (
            f"The price is void. {found.ended} open orders were ended; if there are more, they "
            "are within a minute. Decide on the paid ones."
        )

    effects = [
        "The everyday price counts at once, for everybody, and this deal never comes back.",
        *told(effect, deal.slot.festival.zone, kept=False),
        (
            "You then decide about each paid order: keep the price, or send the money back. "
            "The shopper is told either way and reads your reason."
        ),
    ]
    return Act("Void a wrong price", "Void this price", effects, run, ReasonForm, is_grave=True)


ACTS = {"pause": _pause, "resume": _resume, "raise": _raise, "void": _void}
