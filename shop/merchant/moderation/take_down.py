"""Takes a product out of the shop at once, and ends the unpaid orders of it.

Paid orders stay: they are sent, or sent back by whoever decides about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.tasks import task
from django.utils.translation import gettext as _

from shop.catalogue import translations
from shop.catalogue.models import Product
from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.festivals.models import ChangeLog, Deal
from shop.festivals.prices.spans import TICK, mark_change
from shop.merchant.moderation.contents import STORE_PICTURES, pending_change_of
from shop.merchant.moderation.decide import approve
from shop.merchant.moderation.models import PendingChange
from shop.merchant.moderation.trust import end_looks, lose_trust
from shop.merchant.moderation.write import let_go, lock
from shop.money.payments.cancel import end_open
from shop.orders.effects import Effect
from shop.orders.models import Order
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.own_stores import refuse_own
from shop.storefront.listings import publish
from shop.storefront.listings.mail import tell_store

EMPTY: dict[str, Any] = {"tagline": "", "story": ""}
"""The words of a page that are taken away with it; numbers deceive nobody."""


@dataclass(frozen=True, slots=True)
class TakenDown:
    """The instant from which nothing of it is sold, and how many open orders are ended."""

    since: datetime
    open_orders: int


def take_down(product: Product, reason: str, *, at: datetime, by: User) -> TakenDown:
    """Take a product down and let the worker close the open orders that hold it.

    An order that was being placed in the same second, or whose session could not be closed, is
    ended by the beat.

    Raises:
        NotPossible, StaleState: as ``publish.take_down`` says; nothing is changed.
    """
    with transaction.atomic():
        lose_trust(product.merchant_id, reason, at=at, by=by)
        since = publish.take_down(product, reason, at=at, by=by)
        end_looks(product, at=at, by=by)
        enqueue(end_orders_of, product.pk)
    return TakenDown(since, open_ones(product_id=product.pk).count())


@task
def end_orders_of(product_id: int) -> None:
    """End the pending orders that hold one product that was taken down."""
    end_open_ones(at=clock.now(), product_id=product_id)


@transaction.atomic
def clear_page(merchant: Merchant, reason: str, *, at: datetime, by: User) -> None:
    """Take the words and pictures of a store's page out of sight; its products stay.

    They become a change that was refused: the store mends it and sends it again, and whoever
    thinks better of it approves it as it is. Translations are gone: they said the same.

    Raises:
        NotPossible: there is no reason, nothing to take away, or the organizer is a member.
    """
    if not reason.strip():
        raise NotPossible(_("Give a reason. The merchant will read it."))
    now = lock(merchant)
    refuse_own(now.pk, by=by)
    if not (words := page_words(now)):
        raise NotPossible(_("The page of this store has no words or pictures of its own."))
    lose_trust(now.pk, reason, at=at, by=by)
    pending_change = pending_change_of(now) or PendingChange(
        merchant=now, waits_since=at, sent_at=at
    )
    pending_change.sent_at = max(at, pending_change.sent_at + TICK) if pending_change.pk else at
    pending_change.words = {k: v for k, v in words.items() if k in EMPTY} | pending_change.words
    pending_change.enter(PendingChange.State.REFUSED)
    pending_change.note = reason.strip()
    pending_change.has_pictures = pending_change.has_pictures or any(
        k in words for k in STORE_PICTURES
    )
    pending_change.save()
    for place in STORE_PICTURES:
        picture = getattr(now, place)
        if picture and not pending_change.pictures.filter(place=place).exists():
            pending_change.pictures.create(picture=picture, alt=picture.alt, place=place)
    gone = {getattr(now, f"{place}_id") for place in STORE_PICTURES} - {None}
    translations.clear(now)
    Merchant.objects.filter(pk=now.pk).update(**EMPTY, logo=None, banner=None)
    let_go(now, gone)
    mark_change("store", at=at)
    line = log(now, "take down", at=at, by=by, festival=None, before=words, reason=reason.strip())
    tell_store(line, now.pk)


def page_words(merchant: Merchant) -> dict[str, Any]:
    """Return the words and pictures of a store's page by field; empty ones are left out."""
    found = {name: getattr(merchant, name) for name in EMPTY}
    found |= {str(place): getattr(merchant, f"{place}_id") for place in STORE_PICTURES}
    found["translations"] = translations.words_in(merchant)
    return {name: value for name, value in found.items() if value}


def is_cleared(merchant: Merchant) -> bool:
    """Tell whether a store's page was taken away, and nothing was sent or approved since."""
    pending_change = pending_change_of(merchant)
    if pending_change is None or pending_change.is_waiting:
        return False
    rows = ChangeLog.objects.filter(
        subject="merchant", subject_id=merchant.pk, action__in=("take down", "refuse change")
    )
    last = rows.order_by("-pk").values_list("action", flat=True).first()
    return last == "take down"


def restore_page(merchant: Merchant, *, at: datetime, by: User) -> None:
    """Let shoppers see again what was taken away of a store's page, as it was.

    Raises:
        NotPossible: the store had proposed something else, or has since: nobody has seen that
            here; or the organizer is a member of the store.
    """
    now = lock(merchant)
    rows = ChangeLog.objects.filter(subject="merchant", subject_id=now.pk, action="take down")
    line = rows.order_by("-pk").first()
    pending_change = pending_change_of(now)
    if line is None or pending_change is None or not _is_as_cleared(pending_change, line.before):
        raise NotPossible("The store has sent another version: decide on it under Changes.")
    approve(pending_change, seen=pending_change.sent_at, at=at, by=by)
    for language, words in line.before.get("translations", {}).items():
        translations.write(now, {language: words}, at=at, by=by, is_read=False)


def _is_as_cleared(pending_change: PendingChange, cleared: dict[str, Any]) -> bool:
    """Tell whether a refused change is exactly what was taken away, and nothing beside it."""
    shown = dict(pending_change.pictures.values_list("place", "picture"))
    pictures = {place: cleared[place] for place in map(str, STORE_PICTURES) if place in cleared}
    words = {name: value for name, value in cleared.items() if name in EMPTY}
    is_same = pending_change.words == words and not pending_change.texts and shown == pictures
    return not pending_change.is_waiting and is_same


def end_open_ones(
    *, at: datetime, product_id: int | None = None, merchant_id: int | None = None
) -> int:
    """End pending orders with products taken down or of a suspended store; return how many.

    Part of the beat. One that was paid at the last moment stays paid.
    """
    orders = open_ones(product_id=product_id, merchant_id=merchant_id)
    return end_open(orders, name="end orders of what was taken down", at=at)


def open_ones(*, product_id: int | None = None, merchant_id: int | None = None) -> QuerySet[Order]:
    """Return pending orders with products not sold any more, of one product or store alone."""
    lines = Q(lines__product__state=Product.State.TAKEN_DOWN)
    lines |= Q(lines__product__merchant__state=Merchant.State.SUSPENDED)
    if product_id:
        lines &= Q(lines__product=product_id)
    if merchant_id:
        lines &= Q(lines__product__merchant=merchant_id)
    return Order.objects.filter(lines, state=Order.State.PENDING).distinct().order_by("pk")


def effect_of(product: Product) -> Effect:
    """Return the open orders that hold a product, and the paid ones that have it. One statement."""
    pending, paid = Q(state=Order.State.PENDING), Q(state=Order.State.PAID)
    found = Order.objects.filter(lines__product=product).aggregate(
        open_orders=Count("pk", pending, distinct=True),
        until=Max("pay_by", filter=pending),
        paid_orders=Count("pk", paid, distinct=True),
    )
    return Effect(**found)


def deals_of(product: Product, *, at: datetime) -> QuerySet[Deal]:
    """Return the deals of a product that run or will run."""
    rows = Deal.objects.filter(variant__product=product, effective_to__gt=at)
    return rows.exclude(state__in=Deal.GONE)
