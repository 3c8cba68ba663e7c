"""A store agrees to the new time of a slot, in which its deals run from then on."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import lock, lock_one
from shop.festivals.changelog import latest, log
from shop.festivals.deals import reserved_stock
from shop.festivals.models import Closure, Deal, Enrolment, Festival, Nomination, RegularPrice, Slot
from shop.festivals.prices import spans
from shop.festivals.prices.reductions import refuse_if_dearer, rising_nominations
from shop.festivals.pricing.items import first_rise
from shop.festivals.pricing.kinds import FOLLOWING
from shop.festivals.promotions import sponsors
from shop.festivals.schedule.effect import agreed_time, unagreed
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant


@dataclass(frozen=True, slots=True)
class Asked:
    """A slot whose new time a store has not agreed to, the agreed times, and its products."""

    slot: Slot
    agreed: tuple[tuple[datetime, datetime], ...]
    products: int


def asked_of(enrolment: Enrolment, *, at: datetime) -> list[Asked]:
    """Return the slots whose new times wait for a store's consent. One statement."""
    return _asked(_waiting(enrolment, at=at))


def asking_festivals(merchant: Merchant, *, at: datetime) -> QuerySet[Festival]:
    """Return the festivals in which new times wait for a store's consent, the next one first."""
    rows = Nomination.objects.filter(
        unagreed(),
        enrolment__merchant=merchant,
        enrolment__state=Enrolment.State.ACCEPTED,
        slot__ends_at__gt=at,
    )
    found = Festival.objects.filter(state__in=Festival.OPEN, pk__in=rows.values("slot__festival"))
    return found.order_by("starts_at", "pk")


def stamp_of(asked: Iterable[Asked]) -> str:
    """Return a hash of what a store is asked, which its consent names."""
    facts = [(row.slot.pk, row.slot.starts_at, row.slot.ends_at, row.agreed) for row in asked]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


@transaction.atomic
def agree(enrolment: Enrolment, *, seen: str, at: datetime, by: User) -> int:
    """Agree to the new times of slots: the store's deals run in them, from now on at the earliest.

    Args:
        seen: the stamp of what the store was asked.

    Returns:
        How many nominations it concerns.

    Raises:
        NotPossible: the times are other ones by now, or a price would be no reduction.
        FenceBroken: the units that were set aside are sold meanwhile.
        Unavailable: a sponsor's budget no longer pays for the deals.
    """
    festival = lock_one(Festival.objects, enrolment.festival_id)
    if not festival.is_open:
        raise NotPossible(_("This festival is over."))
    at = latest(festival, at)
    rows = lock(_waiting(enrolment, at=at))
    if not rows or stamp_of(_asked(rows)) != seen:
        raise NotPossible(_("The times have changed since you opened this page. Read them again."))
    sponsors.lock_funds(festival.pk)
    deals = lock(
        Deal.objects.filter(nomination__in=rows, state__in=Deal.LIVING).select_related(
            "variant", "slot__festival", "nomination__enrolment", "nomination__slot"
        )
    )
    wider = [deal for deal in deals if _may_be_longer(deal)]
    _lengthen(wider, at=at)
    Nomination.objects.filter(pk__in=[row.pk for row in rows]).update(
        agreed_from=None, agreed_to=None
    )
    sponsors.check({row.fund_id for row in rows if row.fund_id}, at=at)
    sponsors.reckon(festival.pk, at=at)
    log(enrolment, "agree", at=at, by=by, festival=festival,
        after={"nominations": [row.pk for row in rows]})  # fmt: skip
    return len(rows)


def _waiting(enrolment: Enrolment, *, at: datetime) -> QuerySet[Nomination]:
    rows = Nomination.objects.filter(unagreed(), enrolment=enrolment, slot__ends_at__gt=at)
    return rows.select_related("slot", "product").order_by("pk")


def _asked(rows: Iterable[Nomination]) -> list[Asked]:
    by_slot: dict[int, list[Nomination]] = {}
    for row in rows:
        by_slot.setdefault(row.slot_id, []).append(row)
    found = [
        Asked(
            own[0].slot,
            tuple(sorted({agreed_time(row, row.slot) for row in own})),
            len({row.product_id for row in own}),
        )
        for own in by_slot.values()
    ]
    return sorted(found, key=lambda row: (row.slot.starts_at, row.slot.pk))


def _may_be_longer(deal: Deal) -> bool:
    """Return whether a deal ran as long as was agreed: one that ends by itself before does not."""
    _first, last = agreed_time(deal.nomination, deal.slot)
    return deal.effective_to >= min(deal.slot.ends_at, last)


def _lengthen(deals: Sequence[Deal], *, at: datetime) -> None:
    """Let deals run in the time of their slot, with their units set aside again."""
    products = sorted({deal.variant.product_id for deal in deals})
    before = {deal.pk: deal.effective_to for deal in deals}
    ran = {deal.pk for deal in deals if deal.effective_from < deal.effective_to}
    ends = _ends(deals, at=at)
    for deal in deals:
        deal.effective_to = ends[deal.pk]
    Deal.objects.bulk_update(deals, ["effective_to"])
    # Of a deal that has not ended the units are set aside already.
    ended = [deal for deal in deals if deal.allotment is not None and before[deal.pk] <= at]
    pools = {deal.variant.pool_id for deal in ended}
    reserved_stock.check_room(pools, at=at)
    since = spans.lock_prices(products, at=at)
    gaps, fresh = [], []
    for deal in deals:
        last = before[deal.pk]
        if deal.pk in ran and deal.effective_from <= since:
            if last < since < deal.effective_to:  # it gave no price since it ended
                gaps.append(_gap(deal, last, since))
            continue
        deal.effective_from = min(max(deal.slot.starts_at, since), deal.effective_to)
        fresh.append(deal)
    Deal.objects.bulk_update(fresh, ["effective_from"])
    Closure.objects.bulk_create(gaps)
    for starts_at in sorted({deal.effective_from for deal in fresh}):
        own = [deal for deal in fresh if deal.effective_from == starts_at]
        refuse_if_dearer(own, own[0].slot.festival, starts_at=starts_at)
    for text in rising_nominations(fresh).values():
        raise NotPossible(text)
    spans.rebuild(products, since=since, what="new time agreed to")


def _ends(deals: Collection[Deal], *, at: datetime) -> dict[int, datetime]:
    """Return when deals end; a percent deal ends where its regular price rises before its slot."""
    following = [deal for deal in deals if deal.kind in FOLLOWING]
    known = RegularPrice.objects.histories({deal.variant_id for deal in following})
    found = {deal.pk: deal.slot.ends_at for deal in deals}
    for deal in following:
        has_begun = deal.effective_from < min(at, deal.effective_to)
        begins = deal.effective_from if has_begun else max(deal.slot.starts_at, at)
        if rise := first_rise(known[deal.variant_id], begins, deal.slot.ends_at):
            found[deal.pk] = max(rise, deal.effective_to)
    return found


def _gap(deal: Deal, starts_at: datetime, ends_at: datetime) -> Closure:
    return Closure(deal=deal, reason=Closure.Reason.PAUSED, starts_at=starts_at, ends_at=ends_at)
