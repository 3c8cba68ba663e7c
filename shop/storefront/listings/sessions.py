"""Dated sessions of an experience: sets of variants that share one pool of seats."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from shop.catalogue.date_plans import PlanWish, make_plans
from shop.catalogue.models import Product, Variant
from shop.catalogue.stock.models import Pool, StockMove
from shop.core.errors import NotPossible
from shop.festivals.models import RegularPrice
from shop.festivals.prices import spans
from shop.people.accounts.models import User
from shop.storefront.listings.lock import lock_listings
from shop.storefront.listings.refresh import refresh_availability

MOST_SESSIONS = 100  # opened at once
MOST_SEATS = 10_000


@dataclass(frozen=True, slots=True)
class TicketKind:
    """A kind of ticket of a session: an adult, a child, a family that takes four seats.

    ``price`` is in minor units.
    """

    label: str
    price: int
    seats: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """How sessions are held: seats, zone, kinds of tickets, when their sale closes, by whom.

    ``wish`` also tells from how many guests they take place.
    """

    zone: str
    seats: int
    kinds: tuple[TicketKind, ...]
    closes_before: timedelta = timedelta(hours=24)
    wish: PlanWish = field(default_factory=PlanWish)


@transaction.atomic
def open_sessions(
    product: Product,
    starts: Collection[datetime],
    plan: Plan,
    *,
    at: datetime,
    by: User | None = None,
) -> list[Variant]:
    """Open sessions at the instants given; one that is there already is left alone.

    Each is a pool of seats and a variant of every kind of ticket, in the order of ``kinds``. A
    date that was called off can be opened again.

    Raises:
        NotPossible: the plan makes no sense, or a session would begin in the past, or be decided
            about in it.
    """
    _check(product, starts, plan, at=at)
    since = spans.lock_prices([product.pk], at=at)
    product.refresh_from_db(fields=["state"])
    rounds = _rounds(product, starts)
    variants = _write(product, rounds, plan, since=since)
    begins = {cast("datetime", row.session_start): row.pool for row in variants}
    make_plans(begins, plan.wish, merchant=product.merchant, at=at)
    _count(variants, plan, since=since, by=by)
    spans.rebuild([product.pk], since=since, what="sessions opened")
    lock_listings([product.pk])
    refresh_availability([product.pk], at=since)
    return variants


def _rounds(product: Product, starts: Collection[datetime]) -> dict[datetime, int]:
    """Return the instants that are free, each with how often it was called off before."""
    known = product.variants.filter(session_start__in=starts)
    rows = known.values_list("session_start", "pool_id", "cancelled_at").distinct()
    rounds = dict.fromkeys(sorted(starts), 0)
    for start, _pool_id, cancelled_at in rows:
        if cancelled_at is None:
            rounds.pop(cast("datetime", start), None)
        elif start in rounds:
            rounds[start] += 1
    return rounds


def _write(
    product: Product, rounds: Mapping[datetime, int], plan: Plan, *, since: datetime
) -> list[Variant]:
    pools = Pool.objects.bulk_create(Pool(on_hand=plan.seats) for _start in rounds)
    is_public = product.state == Product.State.PUBLISHED
    return Variant.objects.bulk_create(
        Variant(
            product=product,
            sku=f"E{product.pk}-{start:%y%m%d%H%M}-{position}" + (f"-{again}" if again else ""),
            options=[kind.label],
            position=position,
            pool=pool,
            units_per_item=kind.seats,
            listed_at=since if is_public else None,
            session_start=start,
            session_zone=plan.zone,
            sales_close=start - plan.closes_before,
        )
        for (start, again), pool in zip(rounds.items(), pools, strict=True)
        for position, kind in enumerate(plan.kinds)
    )


def _count(variants: Sequence[Variant], plan: Plan, *, since: datetime, by: User | None) -> None:
    RegularPrice.objects.bulk_create(
        RegularPrice(
            variant=variant, amount=plan.kinds[variant.position].price, starts_at=since, by=by
        )
        for variant in variants
    )
    StockMove.objects.bulk_create(
        StockMove(pool_id=pool_id, kind=StockMove.Kind.COUNT, change=plan.seats, at=since, by=by)
        for pool_id in dict.fromkeys(variant.pool_id for variant in variants)
    )


def _check(product: Product, starts: Collection[datetime], plan: Plan, *, at: datetime) -> None:
    if product.kind != Product.Kind.EXPERIENCE:
        raise NotPossible(_("Only experiences have sessions."))
    if not starts or len(starts) > MOST_SESSIONS:
        raise NotPossible(_("Open between 1 and %(count)d sessions at once.")
                          % {"count": MOST_SESSIONS})  # fmt: skip
    if any(start <= at for start in starts):
        raise NotPossible(_("A session begins in the future."))
    if not 1 <= plan.seats <= MOST_SEATS:
        raise NotPossible(_("Give the number of seats."))
    if not plan.kinds or any(kind.price < 1 or kind.seats < 1 for kind in plan.kinds):
        raise NotPossible(_("Give a price for at least one kind of ticket."))
    if plan.closes_before < timedelta(0):
        raise NotPossible(_("Sales close before the session begins."))
