"""Reviewers accept nominations: each makes the deals of its variants, with their fence.

Many are approved a hundred at a time, each hundred in one transaction and with the same number
of statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from shop.catalogue.models import Product, Variant
from shop.core.conditions import under
from shop.core.errors import NotPossible, ShopError, StaleState
from shop.festivals.changelog import log_all
from shop.festivals.deals import reserved_stock
from shop.festivals.mail import tell_decided
from shop.festivals.models import Deal, Nomination
from shop.festivals.nominations.approval_checks import (
    Refused,
    Seen,
    locked,
    made_ready,
    promised,
    sift,
)
from shop.festivals.nominations.entry_rules import not_published, refuse_if_over
from shop.festivals.prices import spans
from shop.festivals.prices.reductions import dearer_nominations, rising_nominations
from shop.festivals.promotions import sponsors
from shop.people.accounts.models import User

BATCH = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one nomination: its deals, or why there are none."""

    nomination_id: int
    deals: tuple[Deal, ...] = ()
    refusal: ShopError | None = None


@transaction.atomic
def approve(nomination: Nomination, *, at: datetime, by: User | None = None) -> list[Deal]:
    """Accept a nomination: a deal comes into being for each of its variants, with its fence.

    A deal approved after its slot began starts at the approval: past prices never change.

    Raises:
        NotPossible: it was decided already, its slot is over or full, its product is not
            published, it is no reduction, or the fund of its subsidy is short.
        OwnStore: whoever decides acts for its store.
        FenceBroken: fewer units are free than would be set aside.
    """
    return approve_together([nomination], at=at, by=by)


@transaction.atomic
def approve_together(
    nominations: Iterable[Nomination], *, at: datetime, by: User | None = None
) -> list[Deal]:
    """Accept all of these nominations or none, and tell nobody; return their deals.

    Raises:
        NotPossible, OwnStore, FenceBroken: for one of them, as ``approve`` does.
    """
    ids = [row.pk for row in nominations]
    outcomes = _approve(ids, at=at, by=by, is_whole=True)
    for outcome in outcomes:
        if outcome.refusal:
            raise outcome.refusal
    return [deal for outcome in outcomes for deal in outcome.deals]


def approve_all(
    nomination_ids: Sequence[int],
    *,
    at: datetime,
    by: User | None = None,
    seen: Seen | None = None,
    then: Callable[[Sequence[Nomination]], object] | None = None,
) -> list[Outcome]:
    """Accept many nominations, and queue the mails that tell so.

    One that is refused does not stop the others. The number of statements is the same for every
    hundred, unless something changes after it was read: then that hundred is
    approved one by one.

    Args:
        seen: when each was submitted as the reviewer saw it; what is newer is refused.
        then: called with what was approved, in the same transaction.
    """
    ids = list(dict.fromkeys(nomination_ids))
    outcomes: list[Outcome] = []
    for first in range(0, len(ids), BATCH):
        some = ids[first : first + BATCH]
        try:
            outcomes += _approve(some, at=at, by=by, seen=seen, then=then)
        except ShopError:
            for pk in some:  # each by itself, so that the order of locks holds
                outcomes.append(_try_one(pk, at=at, by=by, seen=seen, then=then))
    return outcomes


def refusals_of(rows: Iterable[Nomination], *, at: datetime) -> Refused:
    """Return which nominations would be refused if all were approved now, and why.

    Nothing is locked and nothing written. Eleven statements at the most, however many rows; they
    are judged together, the earlier ones first, as approval does.
    """
    ordered = sorted(rows, key=lambda row: row.pk)
    deals, refused = made_ready(ordered, at=at)
    return refused | sift([row for row in ordered if row.pk not in refused], deals, at=at)


def _try_one(pk: int, **facts: Any) -> Outcome:
    try:
        (outcome,) = _approve([pk], **facts)
    except ShopError as refusal:
        return Outcome(pk, refusal=refusal)
    return outcome


@transaction.atomic
def _approve(
    ids: Sequence[int],
    *,
    at: datetime,
    by: User | None,
    seen: Seen | None = None,
    then: Callable[[Sequence[Nomination]], object] | None = None,
    is_whole: bool = False,
) -> list[Outcome]:
    """Approve the nominations that can be approved; the caller is told of the rest.

    Args:
        is_whole: whoever approves by hand, all or none, gets the refusal from the guards
            themselves, and queues the mail.
    """
    rows = locked(ids, by=by)
    deals, refused = made_ready(rows, at=at, seen=seen)
    if not is_whole:
        refused |= sift([row for row in rows if row.pk not in refused], deals, at=at)
    ready = [row for row in rows if row.pk not in refused]
    if ready:
        _write(ready, deals, at=at, by=by)
    if ready and then:
        then(ready)
    if ready and not is_whole:
        tell_decided([row.pk for row in ready])
    return [
        Outcome(row.pk, refusal=refused[row.pk])
        if row.pk in refused
        else Outcome(row.pk, tuple(deals[row.pk]))
        for row in rows
    ]


def _write(
    ready: Sequence[Nomination],
    deals: Mapping[int, Sequence[Deal]],
    *,
    at: datetime,
    by: User | None,
) -> None:
    """Make the deals. The guards come after the writing, each under its lock.

    Raises:
        NotPossible, FenceBroken, StaleState: one of them cannot be; the transaction rolls back.
    """
    for fund, amount in promised(ready, deals).items():
        sponsors.commit(fund, amount)
    waiting = Nomination.objects.filter(pk__in=[row.pk for row in ready])
    if waiting.move_to(Nomination.State.APPROVED, reviewer=by, decided_at=at) != len(ready):
        raise StaleState
    made = Deal.objects.bulk_create([deal for row in ready for deal in deals[row.pk]])
    pools = {deal.variant.pool_id for deal in made if deal.allotment is not None}
    if pools:
        reserved_stock.check_room(pools, at=at)
    products = sorted({row.product_id for row in ready})
    since = spans.lock_prices(products, at=at)
    _refuse_withdrawn(made)
    for slot in {row.slot_id: row.slot for row in ready}.values():
        refuse_if_over(slot, at=since)
    late = [deal.pk for deal in made if deal.slot.starts_at < since]
    if late:
        Deal.objects.filter(pk__in=late).update(effective_from=since)
    for text in (rising_nominations(made) | dearer_nominations(made, since=since)).values():
        raise NotPossible(text)
    spans.rebuild(products, since=since, what="deal approved")
    log_all([(row, "approve", row.slot.festival, {}) for row in ready], at=at, by=by)


def _refuse_withdrawn(deals: Sequence[Deal]) -> None:
    """Refuse variants that left the sale while the lock of their product was waited for."""
    ids = {deal.variant_id for deal in deals}
    there = Variant.objects.filter(pk__in=ids, is_active=True)
    if there.filter(under("product", Product.PUBLIC)).count() < len(ids):
        raise NotPossible(not_published())
