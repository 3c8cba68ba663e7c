"""Flash slots of a festival."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from wagtail.admin.messages import button, error

from cms.dashboard.addresses import trail_of
from cms.dashboard.confirm import Act, perform
from cms.dashboard.festivals import moving
from cms.dashboard.festivals.forms import LOCAL, SlotForm
from cms.dashboard.festivals.slot_status import possible
from cms.dashboard.permissions import needs
from cms.dashboard.screens import show, version_seen, words_of
from shop.core import clock, dates
from shop.core.errors import ShopError
from shop.core.locks import lock_one
from shop.festivals import changelog
from shop.festivals.local_time import typed, wall_of
from shop.festivals.models import Festival, Slot
from shop.festivals.schedule import plan
from shop.festivals.schedule.effect import EffectChanged, MoveEffect
from shop.festivals.schedule.move import effect_on_slot, lock_promised
from shop.festivals.schedule.window import Window
from shop.people.accounts.requests import SignedIn
from shop.storefront.cache.catalogue_version import current_version


@require_http_methods(["GET", "HEAD", "POST"])
@needs("add_slot")
def add(request: SignedIn, pk: int) -> HttpResponse:
    """Plan a flash slot."""
    festival = get_object_or_404(Festival, pk=pk)
    minutes = current_version(at=clock.moment_of(request)).limits.flash_hold_minutes
    initial = {
        "starts": wall_of(festival.starts_at, festival.zone).strftime(LOCAL),
        "hold_minutes": min(minutes, festival.hold_minutes),
    }
    form = SlotForm(request.POST or None, festival=festival, initial=initial)
    if request.method == "POST" and form.is_valid():
        slot = form.fill(Slot(festival=festival))
        try:
            plan.add_slot(
                slot, cast("Window", form.during), at=clock.moment_of(request), by=request.user
            )
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"The slot “{slot.label}” is planned.")
            return redirect("desk:festival", festival.pk)
    return _form(request, form, festival, "New slot")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_slot")
def edit(request: SignedIn, pk: int, slot_id: int) -> HttpResponse:
    """Change a flash slot; before its start it can also move."""
    festival = get_object_or_404(Festival, pk=pk)
    slot = get_object_or_404(festival.slots.filter(kind=Slot.Kind.FLASH), pk=slot_id)
    if slot.cancelled_at:
        messages.info(request, f"“{slot.label}”: {plan.CALLED_OFF}")
        return redirect("desk:festival", festival.pk)
    initial = {name: getattr(slot, name) for name in plan.SLOT_FIELDS} | {
        "starts": wall_of(slot.starts_at, festival.zone).strftime(LOCAL),
        "ends": wall_of(slot.ends_at, festival.zone).strftime(LOCAL),
    }
    slot.festival = festival
    form = SlotForm(request.POST or None, festival=festival, slot=slot, initial=initial)
    if request.method == "POST" and form.is_valid() and "back" not in request.POST:
        try:
            effect = _effect(form, slot, request)
            agreed = moving.confirmed(request, effect) if effect else None
            if effect and not agreed:
                plan.refuse_same_label(slot, form.cleaned_data["label"], festival)
                return _ask(request, slot, effect)
            with transaction.atomic():
                lock_one(Festival.objects, pk)  # before its slots
                lock_promised([slot])
                changelog.refuse_if_changed(slot, seen=version_seen(request))
                plan.change_slot(
                    slot,
                    {name: form.cleaned_data[name] for name in plan.SLOT_FIELDS},
                    cast("Window", form.during),
                    at=clock.moment_of(request),
                    confirmed=agreed,
                    by=request.user,
                )
        except EffectChanged:
            return _ask(request, slot, cast("MoveEffect", _effect(form, slot, request)))
        except ShopError as refusal:
            form.add_error(None, words_of(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("desk:festival", festival.pk)
    return _form(request, form, festival, f"Change {slot.label}", slot=slot)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("delete_slot")
def remove(request: SignedIn, pk: int, slot_id: int) -> HttpResponse:
    """Remove a slot that nobody nominated anything for; else lead to the possible actions."""
    festival = get_object_or_404(Festival, pk=pk)
    slot = get_object_or_404(festival.slots, pk=slot_id)
    back, at = reverse("desk:festival", args=[pk]), clock.moment_of(request)
    if slot.nominations.exists():
        ways = [
            button(reverse("desk:slot-act", args=[pk, slot_id, name]), label)
            for name, label in possible(slot, at=at)
            if request.user.has_perm("shop.publish_festival")
        ]
        error(request, plan.NOMINATED, buttons=ways)
        return redirect(back)

    def run(_answers: dict[str, Any]) -> str:
        plan.remove_slot(slot, at=at, by=request.user)
        return f"The slot “{slot.label}” is gone."

    starts = typed(wall_of(slot.starts_at, festival.zone))
    zone = dates.zone_name(slot.starts_at, festival.zone, "en")
    effects = [
        f"“{slot.label}” at {starts} in {zone} is taken out of the plan for good.",
        "That is possible while nothing is nominated for it; later a slot is called off.",
    ]
    act = Act(f"Remove “{slot.label}”", "Remove it", effects, run, is_grave=True)
    return perform(request, act, back=back, trail=trail_of(festival))


def _effect(form: SlotForm, slot: Slot, request: SignedIn) -> MoveEffect | None:
    """Return the effect of the time that was typed; None where it is the same."""
    during = cast("Window", form.during)
    if (during.starts_at, during.ends_at) == (slot.starts_at, slot.ends_at):
        return None
    return effect_on_slot(slot, during, at=clock.moment_of(request))


def _ask(request: SignedIn, slot: Slot, effect: MoveEffect) -> HttpResponse:
    title, trail = f"Move “{slot.label}”", trail_of(slot.festival)
    return moving.ask(request, effect, title=title, save="Move and save", trail=trail)


def _form(
    request: SignedIn, form: SlotForm, festival: Festival, title: str, slot: Slot | None = None
) -> HttpResponse:
    about = f"Times are those of {dates.zone_name(festival.starts_at, festival.zone, 'en')}."
    return show(
        request,
        "form.html",
        title,
        trail=trail_of(festival),
        icon="time",
        status=422 if form.errors else 200,
        form=form,
        save="Save",
        about=about,
        slot=slot,
        festival=festival,
        version=changelog.version_of(slot) if slot else None,
    )
