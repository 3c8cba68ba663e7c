"""Orders of the two months before the festival: paid, sent, delivered, and in the books.

They are written as they would have been frozen, at the prices of their day, without a payment
page: nobody waits three hundred times for the sandbox. What they held has left the houses long
ago, and the units on hand were counted since.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from sample.edition import Edition
from sample.languages import called
from sample.progress import Progress
from sample.wishes import Wish, wishes
from shop.catalogue.delivery.carriers import carried_by
from shop.catalogue.delivery.models import Contact
from shop.catalogue.delivery.quote import DeliveryOption, Parcel, arrival, delivery_options
from shop.catalogue.models import Product, Variant
from shop.catalogue.words import terms_of
from shop.core.errors import CannotDeliver
from shop.core.money import share
from shop.core.networks import keyed_hash
from shop.festivals.models import PriceSpan
from shop.money.ledger.posting import sales
from shop.money.payments.models import Payment
from shop.orders.after_sale.arrive import AFTER_DELIVERY
from shop.orders.freeze import words_read
from shop.orders.models import Order, OrderLine, Shipment, Suborder
from shop.people.accounts.mailboxes import mailbox_key
from shop.people.accounts.models import User

COUNT = 320
FIRST, LAST = -62, -6  # days from loading: the flagship begins on day -5
SEED = 2712
KEY = "sample past "
CARDS = ("Visa 4242", "Mastercard 4444", "UnionPay 0005", "")
CARRIER = "DHL Express"


def write_past(edition: Edition, users: dict[str, User], progress: Progress) -> int:
    """Write the orders that are missing; return how many."""
    stocked = _stocked(edition)
    if not stocked:
        return 0
    keys = {keyed_hash(f"{KEY}{number}"): number for number in range(COUNT)}
    known = set(Order.objects.filter(network_key__in=keys).values_list("network_key", flat=True))
    people = [wish for wish in wishes() if not wish.account]
    written = 0
    for key, number in keys.items():
        if number % 40 == 0:
            progress.report("Writing earlier orders", number, COUNT)
        if key not in known:
            user = users["shopper"] if number % 50 == 0 else None
            person = people[number % len(people)]
            written += _write(edition, stocked, person, user, number=number, key=key)
    return written


def _stocked(edition: Edition) -> dict[int, list[Variant]]:
    """Return the goods of the sample's stores, by merchant."""
    rows = Variant.objects.filter(
        product__slug__in=edition.slugs, product__kind=Product.Kind.GOODS, is_active=True
    )
    found = defaultdict(list)
    for variant in rows.select_related("product__merchant", "product__listing").order_by("pk"):
        found[variant.product.merchant_id].append(variant)
    return found


@transaction.atomic
def _write(
    edition: Edition,
    stocked: dict[int, list[Variant]],
    person: Wish,
    user: User | None,
    *,
    number: int,
    key: str,
) -> int:
    dice = random.Random(SEED + number)  # noqa: S311 (nothing secret)
    at = edition.at(dice.randint(FIRST, LAST), dice.randint(6, 22)) + timedelta(
        minutes=dice.randrange(60)
    )
    chosen = _chosen(stocked, dice)
    prices = dict(
        PriceSpan.objects.filter(
            variant__in=[variant for variant, _units in chosen],
            starts_at__lte=at,
            ends_at__gt=at,
            deal=None,
        ).values_list("variant", "price")
    )
    wanted = [(variant, units, prices[variant.pk]) for variant, units in chosen
              if variant.pk in prices]  # fmt: skip
    options = _options(wanted, person.contact["country"])
    if not wanted or options is None:
        return 0
    order = _order(person, user, wanted, options, at=at, key=key)
    for position, (merchant_id, option) in enumerate(options.items()):
        own = [row for row in wanted if row[0].product.merchant_id == merchant_id]
        _part(edition, order, own, option, position)
    sales.post_sale(order, at=at)
    Payment.objects.create(
        order=order, state=Payment.State.PAID, amount=order.total, currency=order.currency,
        request={}, session_ends_at=order.pay_by, made_at=at, method=dice.choice(CARDS),
    )  # fmt: skip
    return 1


def _chosen(stocked: dict[int, list[Variant]], dice: random.Random) -> list[tuple[Variant, int]]:
    stores = dice.sample(sorted(stocked), min(len(stocked), dice.choice((1, 1, 2, 3))))
    found = {}
    for store in stores:
        for variant in dice.sample(stocked[store], dice.choice((1, 1, 2))):
            found[variant.pk] = (variant, dice.choice((1, 1, 1, 2, 3)))
    return list(found.values())


def _options(
    wanted: Sequence[tuple[Variant, int, int]], country: str
) -> dict[int, DeliveryOption] | None:
    weights: dict[int, int] = defaultdict(int)
    regions = {}
    for variant, units, _price in wanted:
        merchant = variant.product.merchant
        weights[merchant.pk] += variant.weight_g * units
        regions[merchant.pk] = merchant.ship_region
    parcels = {pk: Parcel(regions[pk], weight) for pk, weight in weights.items()}
    try:
        found = delivery_options(parcels, country)
    except CannotDeliver:
        return None
    return {pk: options[0] for pk, options in found.items()}


def _order(
    person: Wish,
    user: User | None,
    wanted: Sequence[tuple[Variant, int, int]],
    options: dict[int, DeliveryOption],
    *,
    at: datetime,
    key: str,
) -> Order:
    email = user.email if user else f"{person.key}@example.org"
    goods = sum(units * price for _variant, units, price in wanted)
    delivery = sum(option.price for option in options.values())
    return Order.objects.create(
        state=Order.State.PAID,
        shopper_key=f"u{user.pk}" if user else f"c{key}",
        user=user,
        contact=Contact.objects.create(email=email, made_at=at, **person.contact),
        email_key=mailbox_key(email),
        network_key=key,
        language=person.language,
        currency="USD",
        goods=goods,
        delivery=delivery,
        total=goods + delivery,
        digest="",
        wish="",
        placed_at=at,
        pay_by=at + timedelta(minutes=30),
        paid_at=at + timedelta(minutes=3),
    )


def _part(
    edition: Edition,
    order: Order,
    own: Sequence[tuple[Variant, int, int]],
    option: DeliveryOption,
    position: int,
) -> None:
    merchant = own[0][0].product.merchant
    dispatch = (merchant.dispatch_from, merchant.dispatch_to)
    ship_by, first, last = arrival(order.placed_at.date(), dispatch=dispatch, option=option)
    lines = list(_lines(order, own))
    commission = sum(line.commission for line in lines)
    suborder = Suborder.objects.create(
        order=order,
        merchant=merchant,
        service=option.service,
        delivery_price=option.price,
        delivery_paid=option.price,
        paid_at=order.paid_at,
        ship_by=ship_by,
        arrives_from=first,
        arrives_to=last,
        commission=commission,
        payout=sum(line.paid for line in lines) - commission,
        position=position,
        **sent_facts(edition, last),
    )
    for line in lines:
        line.suborder = suborder
    OrderLine.objects.bulk_create(lines)
    number = f"40{order.pk:06}{position:02}"
    Shipment.objects.create(
        suborder=suborder,
        **carried_by(CARRIER, number, country=merchant.country),
        shipped_at=order.placed_at + timedelta(days=merchant.dispatch_from, hours=5),
    )


def sent_facts(edition: Edition, arrives_to: date) -> dict[str, Any]:
    """Return how a parcel stands that has left: there since its last day, where that is over."""
    if arrives_to >= edition.loaded_on:
        return {"state": Suborder.State.SHIPPED}
    arrived_at = datetime.combine(arrives_to, time(12), UTC)
    return {
        "state": Suborder.State.DELIVERED,
        "delivered_at": arrived_at,
        "delivered_how": Suborder.Arrival.CARRIER,
        "release_at": arrived_at + AFTER_DELIVERY,
    }


def _lines(order: Order, own: Sequence[tuple[Variant, int, int]]) -> Iterator[OrderLine]:
    for place, (variant, units, price) in enumerate(own):
        product = variant.product
        rate = product.merchant.commission_bp
        yield OrderLine(
            order=order,
            position=place,
            product=product,
            variant=variant,
            title=product.title,
            options=variant.options,
            sku=variant.sku,
            picture=product.listing.picture.get("small", "") if hasattr(product, "listing") else "",
            quantity=units,
            regular=price,
            price=price,
            paid=units * price,
            commission_bp=rate,
            commission=share(units * price, rate),
            pool_id=variant.pool_id,
            pool_units=units * variant.units_per_item,
            is_set_aside=False,
            **words_read(variant, terms_of(product, called(order.language), order.language)),
        )
