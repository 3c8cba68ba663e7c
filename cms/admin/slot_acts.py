"""Stop, extend and call off slots and whole festivals; each shows its effect first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.admin.acts import Act, ReasonForm, perform, told
from cms.admin.festival_forms import LOCAL, WallTimeField, WallTimes
from cms.admin.festivals import trail_of
from cms.admin.permissions import needs
from cms.admin.slot_states import possible
from shop import clock
from shop.festivals import running, stopping
from shop.festivals.models import Deal, Festival, Slot
from shop.festivals.walltime import typed, wall_of
from shop.orders.effects import effect_on_slot
from shop.workspace.fields import LineField

STORES_TOLD = "The stores are told by mail, with your reason."


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def act(request: HttpRequest, pk: int, slot_id: int, name: str) -> HttpResponse:
    """Stop, extend or call off a slot; the whole slot stands for its festival."""
    festival = get_object_or_404(Festival, pk=pk)
    slot = get_object_or_404(festival.slots.select_related("festival"), pk=slot_id)
    at = clock.moment_of(request)
    if name not in ACTS or name not in dict(possible(slot, at=at)):
        raise Http404
    back = reverse("desk:festival", args=[pk])
    return perform(request, ACTS[name](request, slot, at), back=back, trail=trail_of(festival))


class ExtendForm(WallTimes):
    """A later end, as a clock on the wall shows it, and the reason that shoppers read."""

    ends = WallTimeField(label="New end")
    reason = LineField(max_length=300, help_text="Of a festival shoppers read it at its head.")

    def clean(self) -> dict[str, Any]:
        """Work out the instant."""
        found = super().clean()
        found["ends_at"] = self.instant_of("ends")
        return found


def _stop(request: HttpRequest, slot: Slot, at: datetime) -> Act:
    def run(answers: dict[str, Any]) -> str:
        stopping.stop_slot(slot, at=at, reason=answers["reason"], by=request.user)
        return "Stopped. Everyday prices count from now on."

    zone, is_whole = slot.festival.zone, slot.kind == Slot.Kind.WHOLE
    now = typed(wall_of(at, zone))
    effects = [
        f"Everyday prices count from the moment you press the button (it is {now} in {zone}).",
        *told(effect_on_slot(slot), zone),
        _deals_said(slot),
        "What was set aside and is not sold can be bought at the everyday price at once.",
        STORES_TOLD,
    ]
    if is_whole:
        effects.append("Its flash slots and benefits end with it; those to come never begin.")
        effects.append("Shoppers read your reason at the head of the festival.")
    title = f"Stop {slot.festival.title}" if is_whole else f"Stop “{slot.label}”"
    return Act(title, "Stop it now", effects, run, ReasonForm, is_grave=True)


def _extend(request: HttpRequest, slot: Slot, at: datetime) -> Act:
    festival = slot.festival

    class Form(ExtendForm):
        zone = festival.zone

    def run(answers: dict[str, Any]) -> str:
        running.extend_slot(
            slot, answers["ends_at"], at=at, by=request.user, reason=answers["reason"]
        )
        return f"Extended to {typed(answers['ends'])} ({festival.zone})."

    effects = [
        f"It ends at {typed(wall_of(slot.ends_at, festival.zone))} in {festival.zone} as planned.",
        f"It can be done {festival.max_extensions} time(s): shoppers plan with the end they know.",
        _deals_said(slot),
        "Deals and benefits that end exactly with it move along; prior prices stay.",
    ]
    is_whole = slot.kind == Slot.Kind.WHOLE
    title = f"Extend {festival.title}" if is_whole else f"Extend “{slot.label}”"
    ends = wall_of(slot.ends_at, festival.zone).strftime(LOCAL)
    return Act(title, "Extend it", effects, run, Form, {"ends": ends})


def _cancel(request: HttpRequest, slot: Slot, at: datetime) -> Act:
    is_whole = slot.kind == Slot.Kind.WHOLE

    def run(answers: dict[str, Any]) -> str:
        if is_whole:
            stopping.cancel_festival(
                slot.festival, at=at, reason=answers["reason"], by=request.user
            )
        else:
            stopping.stop_slot(slot, at=at, reason=answers["reason"], by=request.user)
        return "Called off."

    effects = [
        _deals_said(slot),
        "They are withdrawn: none of them ever counts, and what was set aside is free again.",
        STORES_TOLD,
        "It cannot be taken back. A new one can be made from it.",
    ]
    title = f"Call {slot.festival.title} off" if is_whole else f"Call “{slot.label}” off"
    return Act(title, "Call it off", effects, run, ReasonForm, is_grave=True)


def _deals_said(slot: Slot) -> str:
    mine = Q(slot__festival=slot.festival_id) if slot.kind == Slot.Kind.WHOLE else Q(slot=slot)
    rows = Deal.objects.filter(mine).exclude(state__in=Deal.GONE)
    count = rows.filter(effective_to__gte=slot.ends_at).count()
    return f"{count} deals are meant." if count != 1 else "One deal is meant."


ACTS = {"stop": _stop, "extend": _extend, "cancel": _cancel}
