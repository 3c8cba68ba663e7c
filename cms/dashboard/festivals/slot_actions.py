"""Stop, extend and call off slots and whole festivals; each shows its effect first."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.addresses import trail_of
from cms.dashboard.confirm import Act, perform, reason_form, told
from cms.dashboard.festivals import moving
from cms.dashboard.festivals.forms import LOCAL, WallTimeField, WallTimes
from cms.dashboard.festivals.slot_status import possible
from cms.dashboard.permissions import needs
from cms.dashboard.screens import show
from shop.core import clock, dates
from shop.core.errors import ShopError
from shop.core.forms.fields import LineField
from shop.festivals.local_time import typed, wall_of
from shop.festivals.models import Deal, Festival, Slot
from shop.festivals.schedule import stop
from shop.festivals.schedule.effect import EffectChanged, MoveEffect
from shop.festivals.schedule.extend import (
    effect_of_extension,
    extend_slot,
    extensions_of,
    refuse_extension,
)
from shop.orders.effects import effect_on_slot
from shop.people.accounts.requests import SignedIn

MOST_OTHERS = 5
STORES_TOLD = "The stores are told by mail, with your reason."


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def act(request: SignedIn, pk: int, slot_id: int, name: str) -> HttpResponse:
    """Stop, extend or call off a slot; the whole slot stands for its festival."""
    festival = get_object_or_404(Festival, pk=pk)
    if name not in ACTS:
        raise Http404
    rows = festival.slots.select_related("festival")
    slot = get_object_or_404(rows, pk=slot_id)
    at = clock.moment_of(request)
    if name == "extend" and request.method == "POST" and not _barred(slot, name, at=at):
        return _extend_or_ask(request, slot, at)
    return perform(
        request, ACTS[name](request, slot, at), back=reverse("desk:festival", args=[pk]),
        trail=trail_of(festival), barred=lambda: _barred(rows.get(pk=slot_id), name, at=at),
    )  # fmt: skip


def _barred(slot: Slot, name: str, *, at: datetime) -> str:
    """Say how a slot stands where something cannot be done about it now, else nothing."""
    if name in dict(possible(slot, at=at)):
        return ""
    festival = slot.festival
    what = f"“{festival.title if slot.kind == Slot.Kind.WHOLE else slot.label}”"
    if slot.cancelled_at or festival.state == Festival.State.CANCELLED:
        return f"{what} is called off already."
    if slot.ends_at <= at or festival.state == Festival.State.CLOSED:
        return f"{what} is over already."
    if slot.starts_at > at:
        return f"{what} has not begun. It can be called off."
    if name == "cancel":
        return f"{what} has begun. It can be stopped."
    return f"{what} was extended as often as it may be: {_times(festival.max_extensions)}."


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


class ExtendForm(WallTimes):
    """A later end, as a clock on the wall shows it, and the reason that shoppers read."""

    ends = WallTimeField(label="New end")
    reason = LineField(max_length=300, help_text="Of a festival shoppers read it at its head.")

    def clean(self) -> dict[str, Any]:
        """Work out the instant."""
        found = cast("dict[str, Any]", super().clean())
        found["ends_at"] = self.instant_of("ends")
        return found


class StopForm(WallTimes):
    """A reason, and an earlier end if it is not to be at once."""

    reason = LineField(max_length=300)
    ends = WallTimeField(
        label="End it at", required=False, help_text="Empty: at once. An announced end is fairer."
    )

    def clean(self) -> dict[str, Any]:
        """Work out the instant."""
        found = cast("dict[str, Any]", super().clean())
        found["ends_at"] = self.instant_of("ends")
        return found


def _stop(request: SignedIn, slot: Slot, at: datetime) -> Act:
    zone, is_whole = slot.festival.zone, slot.kind == Slot.Kind.WHOLE
    words = dates.zone_name(at, zone, "en")

    class Form(StopForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.zone = zone
            self.fields["reason"].help_text = _who_reads(is_whole=is_whole)

    def run(answers: dict[str, Any]) -> str:
        until = answers["ends_at"]
        stop.stop_slot(slot, at=at, reason=answers["reason"], ends_at=until, by=request.user)
        if until is None:
            return "Stopped. Everyday prices count from now on."
        return f"It ends at {typed(answers['ends'])} ({words}). Everyday prices count from then on."

    now = typed(wall_of(at, zone))
    effects = [
        (
            f"Everyday prices count from the moment you press the button (it is {now} in {words}), "
            "or from the time you give."
        ),
        *told(effect_on_slot(slot), zone),
        _deals_said(slot),
        "What was set aside and is not sold by then can be bought at the everyday price.",
        STORES_TOLD,
        "It cannot be taken back.",
    ]
    if is_whole:
        effects.append("Its flash slots and benefits end with it; those to come never begin.")
        effects.append("Shoppers read your reason at the head of the festival.")
    title = f"Stop {slot.festival.title}" if is_whole else f"Stop “{slot.label}”"
    return Act(title, "Stop it", effects, run, Form, is_grave=True)


def _extend(_request: SignedIn, slot: Slot, _at: datetime) -> Act:
    festival = slot.festival
    zone = dates.zone_name(slot.ends_at, festival.zone, "en")
    effects = [
        f"It ends at {typed(wall_of(slot.ends_at, festival.zone))} in {zone}.",
        _left_said(slot),
        "Each deal runs longer once its store agrees. The next page shows deals and stores.",
    ]
    ends = wall_of(slot.ends_at, festival.zone).strftime(LOCAL)
    # What is typed is read by ``_extend_or_ask``.
    return Act(_extend_title(slot), "Show the effect", effects, str, _extend_form(slot),
               {"ends": ends})  # fmt: skip


def _extend_or_ask(request: SignedIn, slot: Slot, at: datetime) -> HttpResponse:
    """Show the effect of a later end, or apply the one that was read."""
    festival, act = slot.festival, _extend(request, slot, at)
    back = reverse("desk:festival", args=[festival.pk])
    form = act.form(request.POST)
    if form.is_valid() and "back" not in request.POST:
        ends_at, reason = form.cleaned_data["ends_at"], form.cleaned_data["reason"]
        try:
            refuse_extension(slot, festival, ends_at, reason, at=at)
            effect = effect_of_extension(slot, ends_at)
            agreed = moving.confirmed(request, effect)
            if agreed is None:
                return _ask(request, slot, effect)
            extend_slot(slot, ends_at, at=at, by=request.user, reason=reason, confirmed=agreed)
        except EffectChanged:
            return _ask(request, slot, effect_of_extension(_fresh(slot), ends_at))
        except ShopError as refusal:
            if said := _barred(_fresh(slot), "extend", at=at):
                messages.info(request, said)
                return redirect(back)
            form.add_error(None, str(refusal))
        else:
            ends = typed(form.cleaned_data["ends"])
            zone = dates.zone_name(ends_at, festival.zone, "en")
            messages.success(request, f"Extended to {ends} ({zone}).")
            return redirect(back)
    return show(
        request, "act.html", act.title, trail=trail_of(festival), icon="cog",
        status=422 if form.errors else 200, act=act, form=form, back=back,
    )  # fmt: skip


def _ask(request: SignedIn, slot: Slot, effect: MoveEffect) -> HttpResponse:
    beside = _running_beside(slot, effect.moves[0].during.ends_at)
    return moving.ask(
        request, effect, title=_extend_title(slot), save="Extend", trail=trail_of(slot.festival),
        more=beside,
    )  # fmt: skip


def _fresh(slot: Slot) -> Slot:
    return Slot.objects.select_related("festival").get(pk=slot.pk)


def _extend_title(slot: Slot) -> str:
    is_whole = slot.kind == Slot.Kind.WHOLE
    return f"Extend {slot.festival.title}" if is_whole else f"Extend “{slot.label}”"


def _extend_form(slot: Slot) -> type[ExtendForm]:
    class Form(ExtendForm):
        zone = slot.festival.zone

    return Form


def _left_said(slot: Slot) -> str:
    """Say how often a slot was extended, and can still be."""
    done = extensions_of([slot.pk]).get(slot.pk, 0)
    left = _times(slot.festival.max_extensions - done)
    why = "shoppers plan with the end they know"
    if not done:
        return f"It can be extended {left}: {why}."
    return f"It was extended {_times(done)} already, and can be {left} more: {why}."


def _running_beside(slot: Slot, ends_at: datetime) -> list[str]:
    """Name the festivals that begin within the time by which a festival gets longer."""
    if slot.kind != Slot.Kind.WHOLE:
        return []
    rows = Festival.objects.filter(
        state__in=Festival.OPEN, ends_at__gt=slot.ends_at, starts_at__lt=ends_at
    ).exclude(pk=slot.festival_id)
    return [
        f"Beside it runs: {_said(row)}. While both run the lower price counts."
        for row in rows.order_by("starts_at", "pk")[:MOST_OTHERS]
    ]


def _said(festival: Festival) -> str:
    first, last = (
        typed(wall_of(at, festival.zone)) for at in (festival.starts_at, festival.ends_at)
    )
    zone = dates.zone_name(festival.starts_at, festival.zone, "en")
    return f"“{festival.title}”, {first} to {last} ({zone})"


def _cancel(request: SignedIn, slot: Slot, at: datetime) -> Act:
    is_whole = slot.kind == Slot.Kind.WHOLE

    def run(answers: dict[str, Any]) -> str:
        if is_whole:
            stop.cancel_festival(slot.festival, at=at, reason=answers["reason"], by=request.user)
        else:
            stop.stop_slot(slot, at=at, reason=answers["reason"], by=request.user)
        return "Called off."

    effects = [
        _deals_said(slot),
        "Its deals are withdrawn: none of them ever counts. What was set aside is free again.",
        STORES_TOLD,
        "It cannot be taken back. A new one can be made from it.",
    ]
    title = f"Call {slot.festival.title} off" if is_whole else f"Call “{slot.label}” off"
    return Act(
        title, "Call it off", effects, run, reason_form(_who_reads(is_whole=False)), is_grave=True
    )


def _who_reads(*, is_whole: bool) -> str:
    shoppers = " Shoppers read it at the head of the festival." if is_whole else ""
    return f"Stores get it by mail, word for word.{shoppers}"


def _deals_said(slot: Slot) -> str:
    mine = Q(slot__festival=slot.festival_id) if slot.kind == Slot.Kind.WHOLE else Q(slot=slot)
    rows = Deal.objects.filter(mine).exclude(state__in=Deal.GONE)
    count = rows.filter(effective_to__gte=slot.ends_at).count()
    return f"This affects {count:,} deals." if count != 1 else "This affects one deal."


ACTS = {"stop": _stop, "extend": _extend, "cancel": _cancel}
