"""The effect of another time for a festival or a slot, shown before it is applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.http import HttpResponse

from cms.dashboard.screens import Trail, show, words
from shop.core import dates
from shop.festivals.local_time import typed, wall_of
from shop.festivals.models import Slot
from shop.festivals.schedule.effect import Confirmed, DealMove, EffectChanged, MoveEffect
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Merchant

OWN = ("csrfmiddlewaretoken", "effect", "reason", "confirm", "back")
NAMED = 12  # of many stores so many are named


def confirmed(request: SignedIn, effect: MoveEffect) -> Confirmed | None:
    """Return the confirmation of this very effect; None while it has to be read first."""
    reason = words(request, "reason")
    if not effect.is_felt:
        return Confirmed(effect.stamp, reason)
    if not reason or request.POST.get("effect") != effect.stamp:
        return None
    return Confirmed(effect.stamp, reason)


def ask(
    request: SignedIn,
    effect: MoveEffect,
    *,
    title: str,
    save: str,
    trail: Trail,
    more: Sequence[str] = (),
) -> HttpResponse:
    """Show an effect with the form that confirms it; what was typed before comes along."""
    was_read = request.POST.get("effect", "")
    problem = ""
    if was_read and was_read != effect.stamp:
        problem = str(EffectChanged())
    elif was_read:
        problem = "Give a reason. The stores read it."
    reason = words(request, "reason")
    kept = [(name, value) for name, values in request.POST.lists() if name not in OWN
            for value in values]  # fmt: skip
    return show(
        request, "move.html", title, trail=trail, icon="warning", status=422 if problem else 200,
        effects=[*_sentences(effect), *more], slots=_slots(effect), stores=_stores(effect),
        problem=problem, kept=kept, stamp=effect.stamp, reason=reason, save=save,
        zone=dates.zone_name(effect.during[0], effect.festival.zone, "en"),
    )  # fmt: skip


def _sentences(effect: MoveEffect) -> list[str]:
    festival, zone = effect.festival, effect.festival.zone
    found = []
    before = (festival.starts_at, festival.ends_at)
    if before != effect.during:
        found.append(f"The festival: {_times(before, zone)} → {_times(effect.during, zone)}.")
    moved = [deal for deal in effect.deals if deal.before != deal.after]
    asks = [deal for deal in effect.deals if deal.asks]
    found.append(_counted(len(moved), "approved deal moves", "approved deals move") + ".")
    if asks:
        found.append(
            _counted(len(asks), "deal", "deals") + " would start earlier or end later than "
            f"{_counted(len({deal.merchant_id for deal in asks}), 'store', 'stores')} agreed to. "
            "Until a store agrees, its deals run only in the time that it agreed to."
        )
        if never := [deal for deal in asks if _never_runs(deal)]:
            found.append(
                _counted(len(never), "of them does", "of them do") + " not run at all until then: "
                "the old and the new time have nothing in common."
            )
    if effect.benefits:
        found.append(_counted(len(effect.benefits), "benefit moves", "benefits move") + " along.")
    found.append(
        f"{_counted(len(effect.told), 'store gets', 'stores get')} an email with your reason."
    )
    return found


def _slots(effect: MoveEffect) -> list[dict[str, object]]:
    """Return each flash slot with its time and its distance from the start, before and after."""
    zone, start = effect.festival.zone, effect.festival.starts_at
    counts = Counter(deal.slot_id for deal in effect.deals)
    moved = {move.slot.pk: move.times for move in effect.moves}
    rows = [move.slot for move in effect.moves if move.slot.kind == Slot.Kind.FLASH]
    rows = sorted([*rows, *effect.stays], key=lambda slot: (slot.starts_at, slot.pk))
    found = []
    for slot in rows:
        times = (slot.starts_at, slot.ends_at)
        after = moved.get(slot.pk, times)
        old, new = (_after_start(at - begin) for at, begin in
                    ((slot.starts_at, start), (after[0], effect.during[0])))  # fmt: skip
        found.append({
            "label": slot.label, "before": _times(times, zone),
            "after": "" if after == times else _times(after, zone),
            "old": old, "new": "" if new == old else new, "deals": counts[slot.pk],
        })  # fmt: skip
    return found


def _stores(effect: MoveEffect) -> dict[str, object]:
    """Return the stores that are told and those that are asked, by name."""
    names = dict(Merchant.objects.filter(pk__in=effect.told).values_list("pk", "name"))
    asked = sorted(names[pk] for pk in effect.asked if pk in names)
    others = sorted(name for pk, name in names.items() if pk not in effect.asked)
    return {"asked": _named(asked), "told": _named(others)}


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _never_runs(deal: DealMove) -> bool:
    return deal.after[0] >= deal.after[1]


def _times(times: tuple[datetime, datetime], zone: str) -> str:
    first, last = (typed(wall_of(at, zone)) for at in times)
    return f"{first} to {last}"


def _after_start(gap: timedelta) -> str:
    """Write how long after its festival's start a slot begins."""
    minutes = int(gap.total_seconds() // 60)
    if not minutes:
        return "at the start"
    days, rest = divmod(minutes, 24 * 60)
    parts = ((days, "day"), (rest // 60, "hour"), (rest % 60, "minute"))
    return " ".join(_counted(n, unit, f"{unit}s") for n, unit in parts if n) + " after the start"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
