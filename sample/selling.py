"""Sells in the festivals, from the start of each until now, so that there is something to watch.

A payment page lives in real time; these orders have none. All else is the shop's own: they are
priced, placed and paid by its use cases at the instants at which people would have pressed Pay.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q

from sample.edition import Edition
from sample.past import CARDS, CARRIER, sent_facts
from sample.progress import Progress
from sample.unbound import unbound
from sample.wishes import Wish, wishes
from shop.catalogue.delivery.carriers import carried_by
from shop.catalogue.delivery.models import Contact
from shop.catalogue.models import Product, Variant
from shop.catalogue.stock import units as stock
from shop.core.errors import NotPossible, ShopError
from shop.core.networks import keyed_hash
from shop.festivals.models import Deal, Festival
from shop.money.ledger.posting import sales
from shop.money.payments.models import Payment
from shop.orders import end
from shop.orders.agreement import agreement
from shop.orders.cart import change
from shop.orders.cart.current import Shopper
from shop.orders.cart.models import Cart
from shop.orders.cart.pricing import price_cart
from shop.orders.models import Order, Shipment, Suborder
from shop.orders.place import place_order

ENDED, LIVE = 60, 140  # orders of a festival that is over, and of the one that runs
SEED = 1912
KEY = "sample festival "
CODE, EVERY = "BAOBAB10", 7  # each seventh shopper has heard of the code
# How many of a hundred buy in each hour of the festival's zone: evenings are best.
BY_HOUR = (2, 1, 1, 1, 1, 2, 3, 4, 5, 5, 6, 5, 6, 5, 4, 4, 5, 6, 7, 8, 8, 6, 3, 2)
TO_PAY = timedelta(minutes=3)
NOT_SO_LATELY = timedelta(minutes=20)
TRIES = 50


@dataclass(frozen=True, slots=True)
class Sale:
    """An order to be made: which festival, when, and the key by which it is found again."""

    festival: Festival
    number: int
    key: str
    at: datetime


def sell(edition: Edition, progress: Progress, *, at: datetime) -> int:
    """Make the orders that are missing, the earliest first; return how many."""
    sales = sorted(_missing(edition, at=at), key=lambda sale: sale.at)
    people = [wish for wish in wishes() if not wish.account]
    made = 0
    for done, sale in enumerate(sales):
        if done % 20 == 0:
            progress.report("Selling in the festivals", done, len(sales))
        person = people[sale.number % len(people)]
        made += _sell(edition, sale, person)
    if sales:
        progress.report("Selling in the festivals", len(sales), len(sales))
    return made


def _missing(edition: Edition, *, at: datetime) -> list[Sale]:
    found = []
    rows = Festival.objects.filter(slug__in=edition.festival_slugs, starts_at__lt=at)
    for festival in rows:
        until = min(festival.ends_at, at - NOT_SO_LATELY)
        if until <= festival.starts_at:
            continue
        for number in range(LIVE if festival.is_live(at) else ENDED):
            key = keyed_hash(f"{KEY}{festival.slug} {number}")
            found.append(Sale(festival, number, key, _moment(festival, number, until=until)))
    keys = [sale.key for sale in found]
    known = set(Order.objects.filter(network_key__in=keys).values_list("network_key", flat=True))
    return [sale for sale in found if sale.key not in known]


def _moment(festival: Festival, number: int, *, until: datetime) -> datetime:
    """Return when somebody buys: on any day, more often at the hours at which people buy."""
    dice = _dice(festival, number)
    at = festival.starts_at
    for _try in range(TRIES):
        at = festival.starts_at + (until - festival.starts_at) * dice.random()
        hour = at.astimezone(ZoneInfo(festival.zone)).hour
        if dice.randrange(max(BY_HOUR)) < BY_HOUR[hour]:
            break
    return at


def _dice(festival: Festival, number: int) -> random.Random:
    return random.Random(f"{SEED} {festival.slug} {number}")  # noqa: S311 (nothing secret)


def _sell(edition: Edition, sale: Sale, person: Wish) -> int:
    """Make one order, unless the shop refuses it: then somebody else had more luck."""
    dice = _dice(sale.festival, -1 - sale.number)
    try:
        with transaction.atomic(), unbound():
            order = _place(edition, sale, person, dice)
            _take_money(order, dice)
            for suborder in order.suborders.select_related("merchant"):
                _send(edition, order, suborder)
    except ShopError:
        return 0
    return 1


def _place(edition: Edition, sale: Sale, person: Wish, dice: random.Random) -> Order:
    token_hash = hashlib.sha256(sale.key.encode()).hexdigest()
    cart = Cart.objects.create(
        token_hash=token_hash, country=person.contact["country"], changed_at=sale.at
    )
    shopper = Shopper(token_hash, None, False, sale.key, person.language)
    email = f"{person.key}.{sale.number}@example.org"
    change.set_contact(cart, Contact(email=email, made_at=sale.at, **person.contact))
    for variant in _chosen(edition, sale, dice):
        change.add(cart, variant.pk, dice.choice((1, 1, 1, 2)), at=sale.at)
    if sale.number % EVERY == 0 and sale.festival.slug == edition.festival.slug:
        change.use_voucher(cart, CODE, shopper=shopper, at=sale.at)
    priced = price_cart(shopper, at=sale.at)
    if priced is None:
        raise NotPossible("Nothing was to be had.")
    return place_order(shopper, agreed=agreement(priced), at=sale.at).order


def _chosen(edition: Edition, sale: Sale, dice: random.Random) -> Sequence[Variant]:
    """Return something at a deal's price for most, and something else beside it for many.

    Deals are left with most of their units: what sold out must sell out before people's eyes.
    """
    found = []
    if dice.randrange(10) < 8:
        deals = Deal.objects.filter(
            slot__festival=sale.festival,
            state=Deal.State.APPROVED,
            effective_from__lte=sale.at,
            effective_to__gt=sale.at + TO_PAY,
            per_shopper=None,
        ).exclude(allotment__lt=2 * (F("held") + F("sold") + 2))
        ids = deals.filter(_goods("variant__")).order_by("pk").values_list("variant", flat=True)
        found += dice.sample(list(ids), min(len(ids), dice.choice((1, 1, 2))))
    if not found or dice.randrange(2):
        there = Variant.objects.filter(
            _goods(), product__participations__festival=sale.festival, pool__on_hand__gt=8
        )
        ids = there.filter(listed_at__lt=sale.at).order_by("pk").values_list("pk", flat=True)
        found += dice.sample(list(ids), min(len(ids), 1))
    return list(Variant.objects.filter(pk__in=found).order_by("pk"))


def _goods(at: str = "") -> Q:
    return Q(**{f"{at}product__kind": Product.Kind.GOODS, f"{at}is_active": True})


def _take_money(order: Order, dice: random.Random) -> None:
    paid_at = order.placed_at + TO_PAY
    order = end.lock(order.pk)
    end.mark_paid(order, at=paid_at)
    sales.post_sale(order, at=paid_at)
    Payment.objects.create(
        order=order, state=Payment.State.PAID, amount=order.total, currency=order.currency,
        request={}, session_ends_at=order.pay_by, made_at=order.placed_at,
        method=dice.choice(CARDS),
    )  # fmt: skip


def _send(edition: Edition, order: Order, suborder: Suborder) -> None:
    """Let what was due have left, and what was to arrive have arrived. They had their mails."""
    shipped_at = order.placed_at + timedelta(days=suborder.merchant.dispatch_from, hours=5)
    if shipped_at >= edition.at(0):
        return
    facts = sent_facts(edition, suborder.arrives_to)
    for name, value in facts.items():
        setattr(suborder, name, value)
    suborder.save(update_fields=list(facts))
    units: Counter[int] = Counter()
    for line in suborder.lines.all():
        units[line.pool_id] += line.pool_units
    stock.ship(units, at=shipped_at, by=None, note=order.number)
    number = f"41{order.pk:06}{suborder.position:02}"
    Shipment.objects.create(
        suborder=suborder,
        **carried_by(CARRIER, number, country=suborder.merchant.country),
        shipped_at=shipped_at,
    )
