"""The charge of the pay button: the price of this moment, or the one that is held."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from shop.checkout.order.summary import show_order_sums
from shop.core.languages import labelled, sentences
from shop.festivals.pricing.quoting import Quote
from shop.money.payments.provider.requests import Addresses
from shop.orders.agreement import Agreement, agreement, wish
from shop.orders.cart.current import Shopper
from shop.orders.cart.formats import amount, held_until, language
from shop.orders.cart.lines import Hint, hints, missing, parts_of, visit_rules
from shop.orders.cart.models import CartLine
from shop.orders.cart.page import problems
from shop.orders.cart.pricing import PricedCart
from shop.orders.cart.sums import SumsShown, about, show_sums
from shop.orders.models import Order
from shop.storefront.cache.catalogue_version import current_version


@dataclass(frozen=True, slots=True)
class Charge:
    """The charge that pressing the button agrees to.

    ``held`` is the open order whose price this is, ``until`` says how long; ``replaces`` when
    another open order ends by paying this one.
    """

    agreed: Agreement
    sums: SumsShown
    total: str
    held: Order | None = None
    until: str = ""
    zone: str = ""
    replaces: bool = False


def offer(priced: PricedCart, *, currency: str, at: datetime) -> Charge:
    """Return the charge of the button. One statement while a payment is open, else none.

    Args:
        currency: in which an approximate total is shown.
    """
    now = agreement(priced)
    sums = show_sums(priced, currency=currency)
    pending = _pending(priced)
    if pending is None:
        return Charge(now, sums, sums.total)
    is_same = pending.pay_by > at and pending.wish == wish(priced)
    if not is_same or pending.total > now.total:
        return Charge(now, sums, sums.total, replaces=True)
    if pending.digest != now.digest:  # prices have risen since; this one is still promised
        frozen = show_order_sums(pending)
        sums = replace(frozen, about=about(pending.total, currency), duties=sums.duties)
    agreed = Agreement(pending.total, pending.digest, pending.wish)
    zone = current_version(at=at).zone
    until = held_until(pending.pay_by, zone=zone)
    return Charge(agreed, sums, amount(pending.total), pending, until, zone)


def obstacles(priced: PricedCart) -> list[str]:
    """Return the problems to solve in the cart before anything can be paid."""
    short_of = priced.quote.missing
    return problems(priced) + [
        _obstacle(line, short, priced.quote)
        for line in priced.lines
        if (short := short_of.get(line.variant_id))
    ]


def _obstacle(line: CartLine, short: int, quote: Quote) -> str:
    title, why = line.variant.product.title_in(language()), missing(line, short, quote)
    return why if title in why else labelled(title, why)


def notes(priced: PricedCart, shopper: Shopper, *, at: datetime) -> list[tuple[str, Hint]]:
    """Return titles with what is to be known before paying.

    Why a product costs more than its best deal; until when a visit may be cancelled, and from how
    many guests it takes place.
    """
    found = []
    for line in priced.lines:
        title = line.variant.product.title_in(language())
        said = hints(parts_of(line, priced.quote), shopper, at=at)
        if rules := visit_rules(line, at=at):
            said.append(Hint(sentences(*(rule.text for rule in rules))))
        found += [(title, hint) for hint in said]
    return list(dict.fromkeys(found))


def return_addresses() -> Addresses:
    """Return where the payment page sends the shopper; ``{order}`` is filled in later."""
    return Addresses(
        success=f"{_template('order-paid')}?s={{CHECKOUT_SESSION_ID}}",
        cancel=_template("order-stopped"),
    )


def _template(name: str) -> str:
    # Braces would be escaped in an address, so they replace a stand-in afterwards.
    return settings.SITE_URL + reverse(name, args=["0", "0"]).replace("/0/0/", "/{order}/")


def _pending(priced: PricedCart) -> Order | None:
    if not priced.cart.holdings:
        return None
    orders = Order.objects.filter(shopper_key=priced.cart.shopper_key, state=Order.State.PENDING)
    return orders.select_related("contact").first()
