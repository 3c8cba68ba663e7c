"""Lets invented people order, pay and get parcels, by the same ways as everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPException

from django.db import transaction
from django.db.models import F
from django.utils import translation

from sample.progress import Progress
from sample.till import SandboxSilent, press_pay, refuse_without_sandbox
from sample.unbound import unbound
from sample.wishes import FLASH, Wish
from shop.catalogue.delivery.models import Contact
from shop.catalogue.models import Variant
from shop.checkout.charge import return_addresses
from shop.core import clock
from shop.core.errors import GatewayError, NotPossible, ShopError
from shop.core.networks import keyed_hash
from shop.festivals.models import Deal, Slot
from shop.money.payments.apply import apply_session
from shop.money.payments.collect import start_payment
from shop.orders.agreement import agreement
from shop.orders.cart import change
from shop.orders.cart.current import Shopper
from shop.orders.cart.models import Cart
from shop.orders.cart.pricing import price_cart
from shop.orders.models import Order, Suborder
from shop.orders.ship import ship
from shop.people.accounts.models import User


def open_wishes(wishes: Sequence[Wish]) -> list[Wish]:
    """Return the wishes without an order, or without a paid one where it is to be paid."""
    keys = {_network_key(wish): wish for wish in wishes}
    kept = set()
    rows = Order.objects.filter(network_key__in=keys).values_list("network_key", "state")
    for key, state in rows:
        if state in (Order.State.PAID, Order.State.CANCELLED) or not keys[key].paid:
            kept.add(key)
    return [wish for key, wish in keys.items() if key not in kept]


def fulfil(wishes: Sequence[Wish], users: dict[str, User], progress: Progress) -> list[str]:
    """Order and pay; return a sentence for each order that the shop refused.

    Raises:
        SandboxSilent: nothing more can be paid; call it again another time.
    """
    if not wishes:
        return []
    refuse_without_sandbox()
    refused = []
    for done, wish in enumerate(wishes):
        progress.report("Ordering", done, len(wishes))
        try:
            with translation.override(wish.language), unbound():
                _order(wish, users.get(wish.account))
        except (GatewayError, HTTPException, OSError) as problem:
            raise SandboxSilent(str(problem)) from problem
        except ShopError as refusal:
            refused.append(f"The order {wish.key} was left out: {refusal}")
    progress.report("Ordering", len(wishes), len(wishes))
    return refused


def send(wishes: Sequence[Wish], *, by: User) -> int:
    """Hand over the parcels that the wishes name and that still wait; return how many."""
    sent = 0
    for wish in wishes:
        if not wish.sent:
            continue
        waiting = Suborder.objects.filter(
            order__network_key=_network_key(wish),
            order__state=Order.State.PAID,
            merchant__slug__in=wish.sent,
            state=Suborder.State.WAITING,
        )
        for suborder in waiting.select_related("merchant"):
            carrier, number = wish.sent[suborder.merchant.slug]
            ship(suborder, carrier=carrier, tracking_number=number, at=clock.now(), by=by)
            sent += 1
    return sent


def _order(wish: Wish, user: User | None) -> None:
    at = clock.now()
    cart = _cart(wish, user, at=at)
    shopper = Shopper(cart.token_hash, user, user is not None, _network_key(wish), wish.language)
    if not _fill(cart, wish, shopper, at=at):
        return  # a visitor uses this account's cart: another time
    priced = price_cart(shopper, at=at)
    step = start_payment(shopper, agreed=agreement(priced), addresses=return_addresses(), at=at)
    if wish.paid:
        press_pay(step.payment_url)
        _take_over(step.order)


def _take_over(order: Order) -> None:
    for payment in order.payments.exclude(session_id=None):
        apply_session(payment.session_id, at=clock.now())
    order.refresh_from_db()
    if not order.is_paid:
        raise NotPossible("The payment sandbox did not take the money.")


def _cart(wish: Wish, user: User | None, *, at: datetime) -> Cart:
    token_hash = hashlib.sha256(f"sample order {wish.key}".encode()).hexdigest()
    facts = {"country": wish.contact["country"], "changed_at": at}
    if user:
        facts["token_hash"] = token_hash
        return Cart.objects.get_or_create(user=user, defaults=facts)[0]
    return Cart.objects.get_or_create(token_hash=token_hash, defaults=facts)[0]


@transaction.atomic
def _fill(cart: Cart, wish: Wish, shopper: Shopper, *, at: datetime) -> bool:
    """Put everything into the cart; False when it holds something else."""
    variants = _variants(wish, at=at)
    held = dict(cart.lines.values_list("variant_id", "quantity"))
    if held:
        return cart.user is None or held == {row.pk: units for row, units in variants}
    email = shopper.user.email if shopper.user else f"{wish.key}@example.org"
    change.set_contact(cart, Contact(email=email, made_at=at, **wish.contact))
    for variant, units in variants:
        change.add(cart, variant.pk, units, at=at)
    if wish.service:
        goods = [variant.product for variant, _ in variants if variant.session_start is None]
        merchants = {product.merchant_id for product in goods}
        change.choose_services(shopper, dict.fromkeys(merchants, wish.service))
    if wish.code:
        change.use_voucher(cart, wish.code, shopper=shopper, at=at)
    return True


def _variants(wish: Wish, *, at: datetime) -> list[tuple[Variant, int]]:
    known = {
        row.sku: row for row in Variant.objects.filter(sku__in=wish.items).select_related("product")
    }
    if FLASH in wish.items and (deal := _flash_deal(wish.items[FLASH], at=at)):
        known[FLASH] = deal.variant
    goods = [(known[sku], units) for sku, units in wish.items.items() if sku in known]
    return goods + _tickets(wish, at=at)


def _tickets(wish: Wish, *, at: datetime) -> list[tuple[Variant, int]]:
    """Return tickets for the next dates that can still be booked, of the first kind each."""
    found = []
    for slug, count in wish.visits.items():
        dates = Variant.objects.filter(product__slug=slug, position=0, is_active=True)
        dates = dates.filter(sales_close__gt=at).select_related("product")
        if variant := dates.order_by("session_start", "pk").first():
            found.append((variant, count))
    return found


def _flash_deal(units: int, *, at: datetime) -> Deal | None:
    """Return a deal of the flash slot that runs, with units left for everybody."""
    return (
        Deal.objects.filter(
            slot__kind=Slot.Kind.FLASH,
            state=Deal.State.APPROVED,
            effective_from__lte=at,
            effective_to__gt=at,
            per_shopper=None,
            allotment__gte=F("held") + F("sold") + units,
        )
        .select_related("variant__product")
        .order_by("pk")
        .first()
    )


def _network_key(wish: Wish) -> str:
    # Orders from one address are limited; and by it the sample's orders are found again.
    return keyed_hash(f"sample order {wish.key}")
