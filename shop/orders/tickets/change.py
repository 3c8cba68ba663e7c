"""Changes of a session that is open: its seats, its prices, its time, and whether it is sold.

Calling one off is another thing: see ``payments.call_off``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import cast
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.catalogue.date_plans import PlanWish, change_plan, move_plan, plan_of
from shop.catalogue.models import Product, Variant
from shop.catalogue.stock import count
from shop.catalogue.stock.models import Pool
from shop.catalogue.stock.units import lock as lock_pools
from shop.core.dates import day_and_hour
from shop.core.errors import NotPossible, StaleState
from shop.core.languages import labelled
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.festivals.deals import reserved_stock
from shop.festivals.prices import spans
from shop.festivals.prices.regular import change_prices
from shop.orders.tickets.needs import move_needs
from shop.orders.tickets.tasks import send_new_place, send_session_moved, tell_it_takes_place
from shop.people.accounts.models import User
from shop.storefront.listings.lock import lock_listings, lock_product
from shop.storefront.listings.publish import has_deals
from shop.storefront.listings.refresh import note_stock, refresh_availability
from shop.storefront.listings.sessions import MOST_SESSIONS

LONGEST_WORDS = 300


def kinds_of(pool: Pool) -> QuerySet[Variant]:
    """Return the kinds of tickets of a session that takes place."""
    rows = Variant.objects.filter(pool=pool, session_start__isnull=False, cancelled_at=None)
    return rows.order_by("position", "pk")


@dataclass(frozen=True, slots=True)
class SessionWish:
    """What a session is to be: its seats, its start, the prices that change, by variant id.

    ``words`` are the host's own: guests read them as they are written, where the start changes.
    ``seen`` is the start from which the wish was made; None: not asked. ``plan``: who leads it, and
    from how many guests it takes place; None: as it is.
    """

    seats: int
    starts: datetime
    amounts: Mapping[int, int] = field(default_factory=dict)
    words: str = ""
    seen: datetime | None = None
    plan: PlanWish | None = None


@transaction.atomic
def change_session(pool: Pool, wish: SessionWish, *, at: datetime, by: User) -> None:
    """Change a session, all or nothing; prices count for who books from now on.

    Where it begins at another instant its guests are told, and may give their tickets back. Its
    sale ends as long before it as until now.

    Raises:
        StaleState: it begins at another time than was seen.
        TooFewCounted: more seats are booked, being paid for, or set aside for deals.
        NotPossible: it has begun or is called off, a percent deal would become dearer, the new
            start is not in the future, another date of the same experience begins then, or its
            plan may not be changed so.
    """
    # In the order of locks: seats, then prices and times, then what lists show of them.
    kinds = _locked_kinds(pool, at=at)
    if wish.seen not in (None, kinds[0].session_start):
        raise StaleState
    fence = partial(reserved_stock.set_aside, at=at)
    counted = count.count({pool.pk: wish.seats}, fence=fence, at=at, by=by)
    own = {row.pk for row in kinds}
    if wanted := {pk: amount for pk, amount in wish.amounts.items() if pk in own}:
        change_prices(wanted, at=at, by=by)
    if wish.starts != kinds[0].session_start:
        _move(pool, kinds, wish, at=at, by=by)
    if wish.plan:
        _plan(pool.pk, kinds[0], wish.plan, starts=wish.starts, at=at, by=by)
    if counted:
        note_stock(counted, at=at)


def later_alike(pool: Pool, *, at: datetime) -> list[Pool]:
    """Return later dates of the same experience on the same weekday at the same hour, in order.

    Those are meant where somebody changes a date and those that follow it.
    """
    kind = kinds_of(pool).first()
    if kind is None or kind.session_start is None:
        return []
    zone = ZoneInfo(kind.session_zone or "UTC")
    wall = kind.session_start.astimezone(zone)
    rows = Variant.objects.filter(
        product=kind.product_id, session_start__gt=max(at, kind.session_start), cancelled_at=None
    )
    found: dict[int, Pool] = {}
    for row in rows.select_related("pool").order_by("session_start", "pk"):
        there = cast("datetime", row.session_start).astimezone(zone)
        if (there.weekday(), there.time()) == (wall.weekday(), wall.time()):
            found.setdefault(row.pool_id, row.pool)
    return list(found.values())[:MOST_SESSIONS]


@transaction.atomic
def change_series(wishes: Mapping[Pool, SessionWish], *, at: datetime, by: User) -> None:
    """Change several dates of one experience, all or none.

    Raises:
        NotPossible, TooFewCounted, StaleState: as for ``change_session``; it names the date.
    """
    lock_pools([pool.pk for pool in wishes])  # all before the prices of any, as orders do
    for pool, wish in wishes.items():
        try:
            change_session(pool, wish, at=at, by=by)
        except NotPossible as refusal:
            if len(wishes) == 1:
                raise
            kind = kinds_of(pool).first()
            when = day_and_hour(
                kind.session_start if kind and kind.session_start else wish.starts,
                (kind and kind.session_zone) or "UTC", get_language() or "en",
            )  # fmt: skip
            raise NotPossible(labelled(when, str(refusal))) from refusal


@transaction.atomic
def set_on_sale(pool: Pool, *, is_on: bool, at: datetime, by: User) -> None:
    """Stop the sale of a session, or go on with it; who has booked comes either way.

    Raises:
        NotPossible: it has begun, is called off, or has a deal that is not over.
    """
    kinds = _locked_kinds(pool, at=at)
    if not is_on and has_deals([row.pk for row in kinds], at=at):
        raise NotPossible(_("A date with a deal that is not over stays on sale until then."))
    product = kinds[0].product
    since = spans.lock_prices([product.pk], at=at)
    kinds_of(pool).update(is_active=is_on)
    spans.rebuild([product.pk], since=since, what="session on sale" if is_on else "session stopped")
    lock_listings([product.pk])
    refresh_availability([product.pk], at=since)
    log(product, "sell date" if is_on else "stop date", at=since, by=by, festival=None,
        after={"starts": str(kinds[0].session_start)})  # fmt: skip


def _move(pool: Pool, kinds: list[Variant], wish: SessionWish, *, at: datetime, by: User) -> None:
    """Let a session begin at another instant, and have its guests told."""
    product, before = kinds[0].product, kinds[0].session_start
    assert before  # noqa: S101 (asked for)
    if wish.starts <= at:
        raise NotPossible(_("A session begins in the future."))
    since = spans.lock_prices([product.pk], at=at)
    same = Variant.objects.filter(product=product, session_start=wish.starts, cancelled_at=None)
    if same.exclude(pool=pool).exists():
        raise NotPossible(_("Another date of this experience begins then."))
    for row in kinds:
        row.session_start, row.moved_at = wish.starts, since
        row.sales_close = row.sales_close and row.sales_close + (wish.starts - before)
    Variant.objects.bulk_update(kinds, ["session_start", "sales_close", "moved_at"])
    move_plan(pool.pk, wish.starts)
    move_needs(pool.pk, wish.starts)
    spans.rebuild([product.pk], since=since, what="session moved")
    lock_listings([product.pk])
    refresh_availability([product.pk], at=since)
    log(product, "move date", at=since, by=by, festival=None, reason=wish.words,
        before={"starts": before.isoformat()},
        after={"starts": wish.starts.isoformat()})  # fmt: skip
    enqueue(send_session_moved, pool.pk, before.isoformat(), wish.words[:LONGEST_WORDS])


def _plan(
    pool_id: int, kind: Variant, wish: PlanWish, *, starts: datetime, at: datetime, by: User
) -> None:
    product, pool = kind.product, Pool.objects.get(pk=pool_id)  # with the seats counted before
    before = plan_of(pool)
    if not change_plan(pool, wish, merchant=product.merchant, starts=starts, at=at):
        return
    log(product, "plan date", at=at, by=by, festival=None,
        before={"least_guests": before.least_guests},
        after={"starts": starts.isoformat(), "least_guests": wish.least})  # fmt: skip
    if before.is_promised and not plan_of(pool).is_promised:
        enqueue(tell_it_takes_place, pool_id)


def tell_new_place(product: Product, before: str, *, at: datetime) -> None:
    """Tell guests of dates to come that they meet elsewhere; they may give their tickets back.

    Called in the transaction that writes the place, with the product locked.
    """
    if product.kind != Product.Kind.EXPERIENCE or product.meeting_point == before:
        return
    coming = Variant.objects.filter(product=product, session_start__gt=at, cancelled_at=None)
    coming.update(moved_at=at)
    for pool_id in sorted(set(coming.values_list("pool", flat=True))):
        enqueue(send_new_place, pool_id, before)


def _locked_kinds(pool: Pool, *, at: datetime) -> list[Variant]:
    """Lock the seats and the prices of a session that has not begun; return its kinds of tickets.

    They are read behind the locks: it may have been moved or called off meanwhile.

    Raises:
        NotPossible: it has begun, or is called off.
    """
    lock_pools([pool.pk])
    for product_id in kinds_of(pool).values_list("product", flat=True)[:1]:
        lock_product(product_id)
    kinds = list(kinds_of(pool).select_related("product__merchant"))
    if not kinds:
        raise NotPossible(_("This session is called off already."))
    if any(row.session_start and row.session_start <= at for row in kinds):
        raise NotPossible(_("This session has begun."))
    return kinds
