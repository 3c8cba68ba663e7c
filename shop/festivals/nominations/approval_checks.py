"""Locks nominations to be approved, judges them and makes their deals ready; writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from shop.catalogue.models import Product, Variant
from shop.catalogue.stock.models import Pool
from shop.core.conditions import under
from shop.core.errors import FenceBroken, NotPossible, ShopError, StaleState
from shop.core.locks import lock
from shop.festivals.changelog import decided
from shop.festivals.deals import reserved_stock
from shop.festivals.models import Deal, Enrolment, Festival, Fund, Nomination, Slot
from shop.festivals.nominations.entry_rules import not_published, slot_full, slot_over
from shop.festivals.nominations.proposal import proposal_of
from shop.festivals.prices.reductions import dearer_nominations, rising_nominations
from shop.festivals.promotions import sponsors
from shop.festivals.schedule.effect import agreed_time
from shop.people.accounts.models import User
from shop.people.merchants.own_stores import OwnStore, is_own

type Seen = Mapping[int, datetime | None]
type Made = dict[int, list[Deal]]
type Refused = dict[int, ShopError]


def locked(ids: Sequence[int], *, by: User | None = None) -> list[Nomination]:
    """Lock nominations behind their festivals; return them with their slot, product and store.

    ``is_own`` says of each whether whoever decides acts for its store.

    Whoever changes a slot, or publishes its festival, holds the festival's row: so each sees the
    other's deals, and reviewers fill the places of a slot one by one.
    """
    festivals = Festival.objects.filter(slots__nominations__in=ids).values("pk")
    lock(Festival.objects.filter(pk__in=festivals))
    rows = Nomination.objects.filter(pk__in=ids)
    rows = rows.annotate(is_own=is_own("product__merchant", by=by))
    rows = rows.select_related("product__merchant", "enrolment", "reviewer", "fund")
    found = lock(rows, fully=True)
    # Read under that lock: a slot may have been stopped, moved or extended meanwhile.
    slots = Slot.objects.select_related("festival").in_bulk({row.slot_id for row in found})
    for row in found:
        row.slot = slots[row.slot_id]
    return found


def waiting(**of: object) -> QuerySet[Nomination]:
    """Return the nominations that wait and would make deals, with the rows they depend on.

    Args:
        of: whose they are, as a filter takes it.
    """
    rows = Nomination.objects.filter(
        under("product", Product.PUBLIC),
        slot__cancelled_at=None,
        state=Nomination.State.SUBMITTED,
        enrolment__state=Enrolment.State.ACCEPTED,
        **of,
    )
    return rows.select_related("slot__festival", "product", "enrolment").order_by("pk")


def made_ready(
    rows: Sequence[Nomination], *, at: datetime, seen: Seen | None = None
) -> tuple[Made, Refused]:
    """Return the deals that approval would make, and which nominations cannot be approved.

    Three statements at the most. The festivals are locked: two reviewers fill a place one by one.
    """
    refused: Refused = {}
    for row in rows:
        if refusal := _refusal(row, at=at, seen=seen):
            refused[row.pk] = refusal
    deals = _deals([row for row in rows if row.pk not in refused], at=at)
    for pk, own in deals.items():
        if not own:
            text = _("None of its variants or dates can be bought while the slot runs.")
            refused[pk] = NotPossible(text)
    refused |= _without_place([row for row in rows if row.pk not in refused])
    return deals, refused


def _refusal(row: Nomination, *, at: datetime, seen: Seen | None) -> ShopError | None:
    if row.is_own:
        return OwnStore()
    if row.state != Nomination.State.SUBMITTED:
        return decided(row)
    if seen is not None and row.submitted_at != seen.get(row.pk):
        return StaleState()
    text = _obstacle(row, at=at)
    return NotPossible(text) if text else None


def _obstacle(row: Nomination, *, at: datetime) -> str:
    """Return why a nomination cannot be approved yet, or any more; nothing if it can."""
    if text := slot_over(row.slot, at=at):
        return text
    if row.product.state != Product.State.PUBLISHED:
        return not_published()
    if not row.product.merchant.is_trading:
        return "The store is suspended. Its products can join once it is open again."
    if row.enrolment.state != Enrolment.State.ACCEPTED:
        return _("This store does not take part in the festival.")
    if row.fund_id and row.subsidy and not row.allotments:
        return "A subsidy from a fund needs units set aside."
    first, last = agreed_time(row, row.slot)
    is_agreed = first <= row.slot.starts_at and row.slot.ends_at <= last
    return "" if is_agreed else "Its slot has moved. The store has to agree to the new time first."


def _without_place(rows: Sequence[Nomination]) -> Refused:
    """Return those for which their slot has no place; the earlier ones come first."""
    limited = {row.slot_id for row in rows if row.slot.max_nominations is not None}
    if not limited:
        return {}
    taken = Nomination.objects.filter(slot__in=limited, state=Nomination.State.APPROVED)
    counts = defaultdict(int, taken.order_by().values_list("slot").annotate(n=Count("pk")))
    refused: Refused = {}
    for row in rows:
        if text := slot_full(row.slot, counts[row.slot_id]):
            refused[row.pk] = NotPossible(text)
        else:
            counts[row.slot_id] += 1
    return refused


def _deals(rows: Sequence[Nomination], *, at: datetime) -> Made:
    """Make the deals of nominations. One statement."""
    variants: dict[int, list[Variant]] = defaultdict(list)
    found = Variant.objects.on_sale(at=at).filter(product__in={row.product_id for row in rows})
    for variant in found.order_by("pk"):
        variants[variant.product_id].append(variant)
    return {
        row.pk: deals_of(row, variants[row.product_id], starts_at=max(row.slot.starts_at, at))
        for row in rows
    }


def deals_of(
    nomination: Nomination, variants: Iterable[Variant], *, starts_at: datetime
) -> list[Deal]:
    """Return one deal, not saved, for each of the variants that the nomination covers."""
    found, proposal = [], proposal_of(nomination)
    for variant in variants:
        rule = proposal.deal_for(variant.pk)
        if rule is None or not variant.is_on_sale(starts_at):
            continue
        found.append(
            Deal(
                nomination=nomination,
                slot=nomination.slot,
                variant=variant,
                kind=rule.code,
                **rule.columns,
                subsidy=nomination.subsidy,
                allotment=proposal.allotments.get(variant.pk),
                per_shopper=nomination.per_shopper,
                effective_from=starts_at,
                effective_to=nomination.slot.ends_at,
            )
        )
    return found


def sift(
    rows: Sequence[Nomination], deals: Mapping[int, Sequence[Deal]], *, at: datetime
) -> Refused:
    """Return which nominations would be refused, and why. Eight statements at the most.

    What is scarce (money, units) goes to the earlier ones.
    """
    made = [deal for row in rows for deal in deals[row.pk]]
    refused: Refused = {
        pk: NotPossible(text)
        for pk, text in (rising_nominations(made) | dearer_nominations(made, since=at)).items()
    }
    refused |= _short_of_money([row for row in rows if row.pk not in refused], deals)
    left = [row for row in rows if row.pk not in refused]
    return refused | _short_of_units(left, deals, at=at)


def promised(rows: Iterable[Nomination], deals: Mapping[int, Sequence[Deal]]) -> dict[Fund, int]:
    """Return the most that deals may draw on each fund, in minor units, in order of fund ids."""
    found: dict[Fund, int] = defaultdict(int)
    for row in rows:
        if row.fund and (amount := most_drawn(deals[row.pk])):
            found[row.fund] += amount
    return dict(sorted(found.items(), key=lambda pair: pair[0].pk))


def most_drawn(deals: Iterable[Deal]) -> int:
    """Return the subsidy of all units set aside for deals, in minor units."""
    return sum(deal.subsidy * (deal.allotment or 0) for deal in deals)


def _short_of_money(rows: Sequence[Nomination], deals: Mapping[int, Sequence[Deal]]) -> Refused:
    asking = [row for row in rows if row.fund_id]
    known = Fund.objects.in_bulk({row.fund_id for row in asking}) if asking else {}
    refused: Refused = {}
    for row in asking:
        fund, amount = known[row.fund_id], most_drawn(deals[row.pk])
        if fund.committed + amount > fund.amount:
            refused[row.pk] = sponsors.short(fund, amount)
        else:
            fund.committed += amount
    return refused


def _short_of_units(
    rows: Sequence[Nomination], deals: Mapping[int, Sequence[Deal]], *, at: datetime
) -> Refused:
    asked: dict[int, dict[int, int]] = {row.pk: defaultdict(int) for row in rows}
    for row in rows:
        for deal in deals[row.pk]:
            if deal.allotment:
                units = deal.allotment * deal.variant.units_per_item
                asked[row.pk][deal.variant.pool_id] += units
    ids = {pool_id for pools in asked.values() for pool_id in pools}
    if not ids:
        return {}
    waiting = reserved_stock.promised(ids, at=at)
    pools = Pool.objects.in_bulk(ids)
    refused: Refused = {}
    for row in rows:
        after = {pk: waiting.get(pk, 0) + units for pk, units in asked[row.pk].items()}
        broken = [pk for pk, units in after.items() if units > pools[pk].free]
        for pk in broken[:1]:
            pool = pools[pk]
            refused[row.pk] = FenceBroken(after[pk] + pool.held + pool.sold, pool.on_hand)
        if not broken:
            waiting |= after
    return refused
