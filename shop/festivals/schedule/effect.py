"""The effect of other times for slots, computed before it is applied and compared when it is.

A store agreed to the time that its slot had. Where a slot begins earlier or ends later, its deals
run in the agreed time alone until the store agrees to the new one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from shop.core.errors import NotPossible
from shop.festivals.models import Deal, Enrolment, Festival, Nomination, Promotion, Slot
from shop.festivals.schedule.window import Window

type Times = tuple[datetime, datetime]

FIELDS = ("use_from", "use_to", "claim_from", "claim_to")


class EffectChanged(NotPossible):
    """What a change would do is not what the organizer read."""

    def __init__(self) -> None:
        super().__init__("The effect is another one by now. Read it again, then confirm.")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An organizer's confirmation: the stamp of the effect that was read, and the reason."""

    stamp: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SlotMove:
    """A slot as it is, and the time that it gets."""

    slot: Slot
    during: Window

    @property
    def times(self) -> Times:
        """Return its new start and end."""
        return self.during.starts_at, self.during.ends_at

    @property
    def is_begun(self) -> bool:
        """Return whether only its end moves, as of a slot that runs."""
        return self.slot.starts_at == self.during.starts_at


@dataclass(frozen=True, slots=True)
class DealMove:
    """When a deal runs before and after; ``asks`` where it needs its store's consent for more."""

    deal_id: int
    merchant_id: int
    slot_id: int
    before: Times
    after: Times
    asks: bool


@dataclass(frozen=True, slots=True)
class MoveEffect:
    """What other times for slots do to deals, benefits and stores.

    Args:
        during: the time of the festival afterwards.
        stays: the flash slots that keep their time.
        told: the stores that get an email.
        asked: those of them whose consent is needed.
    """

    festival: Festival
    during: Times
    moves: tuple[SlotMove, ...]
    stays: tuple[Slot, ...]
    deals: tuple[DealMove, ...]
    benefits: tuple[Promotion, ...]
    told: frozenset[int]
    asked: frozenset[int]

    @property
    def is_felt(self) -> bool:
        """Return whether others know of the time: it is public, or there are approved deals."""
        return self.festival.state == Festival.State.PUBLISHED or bool(self.deals)

    @property
    def stamp(self) -> str:
        """Return a hash of the effect, which a page sends back with the confirmation."""
        facts = (
            self.festival.state,
            self.during,
            [(move.slot.pk, move.slot.starts_at, move.slot.ends_at, move.times)
             for move in self.moves],
            [(slot.pk, slot.starts_at, slot.ends_at) for slot in self.stays],
            [(deal.deal_id, deal.before, deal.after, deal.asks) for deal in self.deals],
            [(row.pk, [getattr(row, name) for name in FIELDS]) for row in self.benefits],
            sorted(self.told), sorted(self.asked),
        )  # fmt: skip
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def refuse_other(effect: MoveEffect, confirmed: Confirmed | None) -> None:
    """Refuse an effect that is not the one that was read. Call it under the locks.

    Raises:
        EffectChanged: it is another one by now.
    """
    if confirmed is not None and confirmed.stamp != effect.stamp:
        raise EffectChanged


def effect_of(
    festival: Festival,
    during: Times,
    moves: Sequence[SlotMove],
    benefits: Collection[Promotion] = (),
) -> MoveEffect:
    """Return the effect of other times for slots of a festival. Four statements."""
    by_id = {move.slot.pk: move for move in moves}
    flash = festival.slots.filter(kind=Slot.Kind.FLASH, cancelled_at=None).exclude(pk__in=by_id)
    asking = {
        row.pk: row.product.merchant_id
        for row in Nomination.objects.filter(slot__in=by_id, state__in=Nomination.PROMISED)
        .select_related("product")
        .order_by("pk")
        if not _is_within(by_id[row.slot_id].times, agreed_time(row, by_id[row.slot_id].slot))
    }
    deals = tuple(
        _deal_move(deal, by_id[deal.slot_id], asks=deal.nomination_id in asking)
        for deal in Deal.objects.filter(slot__in=by_id, state__in=Deal.LIVING)
        .select_related("nomination", "variant__product")
        .order_by("pk")
    )
    return MoveEffect(
        festival,
        during,
        tuple(sorted(moves, key=lambda move: (move.during.starts_at, move.slot.pk))),
        tuple(flash.order_by("starts_at", "pk")),
        deals,
        tuple(sorted(benefits, key=lambda row: row.pk)),
        frozenset(_told(festival, moves)),
        frozenset(asking.values()),
    )


def agreed_time(nomination: Nomination, slot: Slot) -> Times:
    """Return the time that a store agreed to: the slot's, where it has not moved since."""
    return nomination.agreed_from or slot.starts_at, nomination.agreed_to or slot.ends_at


def time_of(deal: Deal, move: SlotMove) -> Times:
    """Return when a deal runs once its slot has moved: within both the new and the agreed time.

    An end of its own, as of one that was stopped, stays. Without a time in common it never runs:
    both ends are the same instant then. A deal that has begun keeps its start.
    """
    first, last = agreed_time(deal.nomination, move.slot)
    ends_at = min(move.during.ends_at, last)
    if deal.effective_to < min(move.slot.ends_at, last):
        ends_at = min(ends_at, deal.effective_to)
    if move.is_begun:
        return min(deal.effective_from, ends_at), ends_at
    return min(max(move.during.starts_at, first), ends_at), ends_at


def _deal_move(deal: Deal, move: SlotMove, *, asks: bool) -> DealMove:
    before = (deal.effective_from, deal.effective_to)
    merchant = deal.variant.product.merchant_id
    return DealMove(deal.pk, merchant, deal.slot_id, before, time_of(deal, move), asks)


def _is_within(times: Times, agreed: Times) -> bool:
    return agreed[0] <= times[0] and times[1] <= agreed[1]


def _told(festival: Festival, moves: Sequence[SlotMove]) -> set[int]:
    """Return the stores that nominated for the slots; of a whole festival all that may take part.

    Those that are invited, applied or wait were told the time before, or planned with it.
    """
    ids = [move.slot.pk for move in moves]
    nominated = Q(
        nominations__slot__in=ids,
        nominations__state__in=(*Nomination.PROMISED, Nomination.State.CHANGES_REQUESTED),
    )
    if any(move.slot.kind == Slot.Kind.WHOLE for move in moves):
        gone = (Enrolment.State.DECLINED, Enrolment.State.WITHDRAWN)
        nominated |= ~Q(state__in=gone)
    rows = festival.enrolments.filter(nominated).values_list("merchant_id", flat=True)
    return set(rows.order_by().distinct())


def unagreed() -> Q:
    """Return which nominations wait for their store's consent to the time of their slot."""
    outside = Q(slot__starts_at__lt=F("agreed_from")) | Q(slot__ends_at__gt=F("agreed_to"))
    return outside & Q(state__in=Nomination.PROMISED, slot__cancelled_at=None)
