"""Suspends a store and reopens it: nothing of it is shown or sold meanwhile.

Its products, deals and benefits stay as they are and give nothing while it is suspended. Paid
orders stay its own to send, and it keeps its place in festivals.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Q
from django.tasks import task
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.festivals.models import ChangeLog, Deal
from shop.festivals.prices import spans
from shop.merchant.moderation import take_down
from shop.merchant.moderation.take_down import TakenDown
from shop.merchant.moderation.trust import lose_trust
from shop.merchant.moderation.write import lock
from shop.orders.effects import Effect
from shop.orders.models import Order, Suborder
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.own_stores import refuse_own
from shop.storefront.listings import publish
from shop.storefront.listings.mail import tell_store
from shop.storefront.listings.refresh import refresh


@dataclass(frozen=True, slots=True)
class StoreEffect:
    """The effects of suspending a store: on orders, parcels to send, products and deals."""

    orders: Effect
    to_send: int
    products: int
    deals: int


def suspend(merchant: Merchant, reason: str, *, at: datetime, by: User) -> TakenDown:
    """Suspend a store and let the worker close the open orders that hold something of it.

    All its products are locked, whatever their state: who approves one at the same time comes
    before and is swept along, or after and sees it. An order that was being placed in the same
    second, or whose session could not be closed, is ended by the beat.

    Raises:
        NotPossible: there is no reason, or the organizer is a member of the store.
        StaleState: it is not open.
    """
    if not reason.strip():
        raise NotPossible(_("Give a reason. The merchant will read it."))
    with transaction.atomic():
        now = lock(merchant)
        refuse_own(now.pk, by=by)
        lose_trust(now.pk, reason, at=at, by=by)
        ids, since = _locked_products(now, at=at)
        now.move_to(Merchant.State.SUSPENDED, note=reason.strip(), leaving_since=None)
        spans.rebuild(ids, since=since, what="store suspended")
        refresh(ids, at=since)
        line = log(now, "suspend", at=since, by=by, festival=None, reason=reason.strip(),
                   before={"state": str(Merchant.State.APPROVED)})  # fmt: skip
        tell_store(line, now.pk)
        enqueue(end_orders_of_store, now.pk)
    return TakenDown(since, take_down.open_ones(merchant_id=now.pk).count())


@transaction.atomic
def reopen(merchant: Merchant, *, at: datetime, by: User) -> datetime:
    """Open a suspended store again, with its products, its deals and its benefits as they are.

    Returns:
        The instant from which it is open.

    Raises:
        NotPossible: the organizer is a member of the store.
        StaleState: it is not suspended.
    """
    now = lock(merchant)
    refuse_own(now.pk, by=by)
    ids, since = _locked_products(now, at=at)
    left = ChangeLog.objects.filter(subject="merchant", subject_id=now.pk, action="suspend")
    now.move_to(Merchant.State.APPROVED, note="", leaving_since=None)
    publish.list_again(ids, left=left.aggregate(left=Max("at"))["left"] or since, since=since)
    spans.rebuild(ids, since=since, what="store reopened")
    refresh(ids, at=since)
    line = log(now, "reopen", at=since, by=by, festival=None)
    tell_store(line, now.pk)
    return since


@task
def end_orders_of_store(merchant_id: int) -> None:
    """End the pending orders that hold something of a store that was suspended."""
    take_down.end_open_ones(at=clock.now(), merchant_id=merchant_id)


def effect_of(merchant: Merchant, *, at: datetime) -> StoreEffect:
    """Return the effects of suspending a store. Four statements."""
    pending, paid = Q(state=Order.State.PENDING), Q(state=Order.State.PAID)
    found = Order.objects.filter(lines__product__merchant=merchant).aggregate(
        open_orders=Count("pk", pending, distinct=True),
        until=Max("pay_by", filter=pending),
        paid_orders=Count("pk", paid, distinct=True),
    )
    own = Suborder.objects.sold().filter(merchant=merchant)
    deals = Deal.objects.filter(variant__product__merchant=merchant, effective_to__gt=at)
    published = Product.objects.filter(merchant=merchant, state=Product.State.PUBLISHED)
    return StoreEffect(
        orders=Effect(**found),
        to_send=own.to_send().count(),
        products=published.count(),
        deals=deals.exclude(state__in=Deal.GONE).count(),
    )


def _locked_products(merchant: Merchant, *, at: datetime) -> tuple[list[int], datetime]:
    """Lock the products of a locked store; return them, and from when a change may count."""
    rows = Product.objects.filter(merchant=merchant).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    return ids, spans.lock_prices(ids, at=at)
