"""Mail about orders. Tasks take ids, may run twice, and read everything anew."""

from __future__ import annotations

from typing import cast

from django.tasks import task
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import npgettext

from shop.catalogue.delivery.models import Contact
from shop.catalogue.delivery.names import address_lines, country_name
from shop.core import clock
from shop.core.currencies import written
from shop.core.mail import send
from shop.core.tasks import at_once, enqueue, tried_again
from shop.festivals.models import Deal
from shop.orders.access import CODE_WORKS, code_of, is_current
from shop.orders.after_sale.contents import to_send
from shop.orders.models import Order, OrderLine, SaleDecision, Shipment, Suborder
from shop.orders.text import (
    cart_link,
    find_link,
    fresh_link,
    mail_context,
    merchant_link,
    order_link,
    sent_elsewhere,
    shopper_context,
    store_context,
)
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership
from shop.people.merchants.roles import Right, who_may


@task
@tried_again
def send_receipt(order_id: int) -> None:
    """Mail the shopper the receipt."""
    order = Order.objects.select_related("contact").get(pk=order_id)
    send("receipt", order.contact.email, language=order.language, context=mail_context(order))


@task
@tried_again
def send_order_link(order_id: int) -> None:
    """Mail the link of an order once more, to its own address; 0 stands for no order."""
    order = Order.objects.select_related("contact").filter(pk=order_id).first()
    if order is None or not order.contact.email:
        return
    context = {
        "name": order.contact.name,
        "order_number": order.number,
        "link": fresh_link(order, at=clock.now()),
        "find_link": find_link(order.language),
    }
    send("order-link", order.contact.email, language=order.language, context=context)


@task
@tried_again
def send_order_code(order_id: int, word: str) -> None:
    """Mail the code that belongs to a word, unless it is over or a newer one was asked for."""
    order = Order.objects.select_related("contact").get(pk=order_id)
    if not order.contact.email or not is_current(order_id, word):
        return
    with translation.override(order.language):
        minutes = round(CODE_WORKS.total_seconds() / 60)
        text = npgettext("duration", "%(count)d minute", "%(count)d minutes", minutes)
    context = {
        # Who ordered and never paid may have typed anything as a name, and anybody's address.
        "name": order.contact.name if order.paid_at else order.contact.email,
        "order_number": order.number,
        "code": code_of(order, word),
        "works_for": text % {"count": minutes},
    }
    send("order-code", order.contact.email, language=order.language, context=context)


@task
@at_once
def tell_merchants(order_id: int) -> None:
    """Queue a mail to each member of each merchant who sends its goods."""
    members = Membership.objects.filter(merchant__suborders__order=order_id).filter(
        who_may(Right.SEND)
    )
    for suborder_id, user_id in members.values_list("merchant__suborders", "user"):
        enqueue(send_order_to_ship, suborder_id, user_id)


@task
@tried_again
def send_order_to_ship(suborder_id: int, user_id: int) -> None:
    """Mail one member of a merchant the goods to send."""
    suborder = Suborder.objects.select_related("merchant", "order__contact").get(pk=suborder_id)
    order, user = suborder.order, User.objects.get(pk=user_id)
    own = Membership.objects.filter(user=user, merchant=suborder.merchant_id).first()
    if own is None or not own.may(Right.SEND):  # has left the store or the role meanwhile
        return
    language = user.language or "en"
    context = {
        "name": user.name,
        "order_number": order.number,
        "stores": [
            store_context(
                suborder,
                order,
                language,
                sees_money=own.may(Right.AMOUNTS),
                units=to_send(suborder.lines.all()) if suborder.service else None,
            )
        ],
        "country": country_name(order.contact.country, language),
        "merchant_link": merchant_link(suborder),
    }
    send("order-to-ship", user.email, language=language, context=context)


@task
@tried_again
def send_shipped(shipment_id: int) -> None:
    """Tell the shopper that a parcel is on its way."""
    shipments = Shipment.objects.select_related("suborder__merchant", "suborder__order__contact")
    shipment = shipments.get(pk=shipment_id)
    order = shipment.suborder.order
    part = shipment.suborder
    packed = dict(shipment.lines.values_list("line", "quantity"))
    left = to_send(part.lines.all())
    context = mail_context(order) | {
        "stores": [shopper_context(part, order, packed or None)],
        "still": shopper_context(part, order, left)["lines"],
        "store": part.merchant.name,
        "carrier": shipment.carrier,
        "tracking_number": shipment.tracking_number,
        "tracking_url": shipment.tracking_url,
    }
    send("shipped", order.contact.email, language=order.language, context=context)


@task
@tried_again
def send_parcel_news(shipment_id: int, is_more: bool) -> None:
    """Tell the shopper of one more parcel, or of the right number of one."""
    shipments = Shipment.objects.select_related("suborder__merchant", "suborder__order__contact")
    shipment = shipments.get(pk=shipment_id)
    order = shipment.suborder.order
    context = mail_context(order) | {
        "store": shipment.suborder.merchant.name,
        "carrier": shipment.carrier,
        "tracking_number": shipment.tracking_number,
        "tracking_url": shipment.tracking_url,
        "is_more": is_more,
    }
    send("parcel-news", order.contact.email, language=order.language, context=context)


@task
@tried_again
def send_address_mended(order_id: int) -> None:
    """Tell the shopper to which address the order goes now."""
    order = Order.objects.select_related("contact").get(pk=order_id)
    parcels = Shipment.objects.filter(suborder__order=order).select_related("contact")
    has_left = any(sent_elsewhere(parcel, order) for parcel in parcels)
    context = mail_context(order) | {"has_left": has_left}
    send("address-mended", order.contact.email, language=order.language, context=context)


@task
@tried_again
def send_address_given_up(order_id: int, contact_id: int) -> None:
    """Tell a mail address that an order does not belong to it any more: no address, no link."""
    order = Order.objects.get(pk=order_id)
    old = Contact.objects.get(pk=contact_id)
    if old.email:  # it may have been blanked meanwhile
        context = {"name": old.name, "order_number": order.number}
        send("address-mended", old.email, language=order.language, context=context)


@task
@tried_again
def send_order_address(suborder_id: int, user_id: int) -> None:
    """Tell one member of a merchant to which address a parcel goes now."""
    suborder = Suborder.objects.select_related("merchant", "order__contact").get(pk=suborder_id)
    order, user = suborder.order, User.objects.get(pk=user_id)
    language = user.language or "en"
    context = {
        "name": user.name,
        "order_number": order.number,
        "stores": [store_context(suborder, order, language, units=to_send(suborder.lines.all()))],
        "address": address_lines(order.contact, language),
        "merchant_link": merchant_link(suborder),
    }
    send("order-address", user.email, language=language, context=context)


@task
@tried_again
def send_refused_later(order_id: int) -> None:
    """Tell the shopper that the bank said no after all, and that nothing was charged."""
    order = Order.objects.get(pk=order_id)
    if not order.is_paid:  # another try went through before this mail was sent
        _send_about_money("payment-refused-later", order_id, order.total)


@task
@tried_again
def send_paid_too_late(order_id: int, amount: int) -> None:
    """Tell the shopper that money came too late and is on its way back."""
    _send_about_money("paid-too-late", order_id, amount)


@task
@tried_again
def send_paid_after_start(order_id: int, amount: int) -> None:
    """Tell the shopper that money for a booked date came when it had begun, and goes back."""
    _send_about_money("paid-after-start", order_id, amount)


@task
@tried_again
def send_paid_twice(order_id: int, amount: int) -> None:
    """Tell the shopper that an order was paid twice and the second sum goes back."""
    _send_about_money("paid-twice", order_id, amount)


def _send_about_money(key: str, order_id: int, amount: int) -> None:
    order = Order.objects.select_related("contact").get(pk=order_id)
    context = {
        "name": order.contact.name,
        "order_number": order.number,
        "order_link": order_link(order),
        "cart_link": cart_link(order),
        "amount": written(amount, order.currency, order.language),
        "is_rest_sent": order.is_paid and amount < order.total,
    }
    send(key, order.contact.email, language=order.language, context=context)


@task
@tried_again
def send_price_mistake(line_id: int) -> None:
    """Tell the shopper the decision on units that were sold at a wrong price."""
    rows = OrderLine.objects.select_related("order__contact", "deal", "decision")
    line = rows.get(pk=line_id)
    order, language = line.order, line.order.language
    back = sum(line.refund_lines.values_list("paid", flat=True))
    with translation.override(language):
        day = date_format(order.placed_at, "DATE_FORMAT")
    context = {
        "name": order.contact.name,
        "order_number": order.number,
        "product": line.read_title,
        "mistake_date": day,
        "wrong_price": written(line.each, order.currency, language),
        "right_price": written(line.regular, order.currency, language),
        "is_kept": line.decision.outcome == SaleDecision.Outcome.HONOURED,
        "reason": cast("Deal", line.deal).wrong_price.reason,
        "amount": written(back, order.currency, language),
        "order_link": order_link(order),
    }
    send("price-mistake", order.contact.email, language=language, context=context)
