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
from shop.core.mail.notifications import Mail, notification
from shop.core.tasks import at_once
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
    sent_elsewhere,
    shopper_context,
    store_context,
    to_shopper,
)
from shop.people.accounts.models import User
from shop.people.merchants.notifications import StoreMail, tell_stores, to_members
from shop.people.merchants.roles import Right


@notification(
    "receipt",
    promises={"To look at them or print them": "order-tickets", "Invoice": "order-invoice"},
)
def send_receipt(order_id: int) -> Mail | None:
    """Mail the shopper the receipt."""
    order = Order.objects.select_related("contact").get(pk=order_id)
    return to_shopper(order, mail_context(order))


@notification("order-link", promises={"After that ask for another one": "order-find"})
def send_order_link(order_id: int) -> Mail | None:
    """Mail the link of an order once more, to its own address; 0 stands for no order."""
    order = Order.objects.select_related("contact").filter(pk=order_id).first()
    if order is None:
        return None
    context = {
        "link": fresh_link(order, at=clock.now()),
        "find_link": find_link(order.language),
    }
    return to_shopper(order, context)


@notification("order-code", promises={"Enter it where you were asked for it.": "order-code"})
def send_order_code(order_id: int, word: str) -> Mail | None:
    """Mail the code that belongs to a word, unless it is over or a newer one was asked for."""
    order = Order.objects.select_related("contact").get(pk=order_id)
    if not is_current(order_id, word):
        return None
    with translation.override(order.language):
        minutes = round(CODE_WORKS.total_seconds() / 60)
        text = npgettext("duration", "%(count)d minute", "%(count)d minutes", minutes)
    context = {
        # Who ordered and never paid may have typed anything as a name, and anybody's address.
        "name": order.contact.name if order.paid_at else order.contact.email,
        "code": code_of(order, word),
        "works_for": text % {"count": minutes},
    }
    return to_shopper(order, context)


@task
@at_once
def tell_merchants(order_id: int) -> None:
    """Queue a mail to each member of each merchant who sends its goods."""
    parts = Suborder.objects.filter(order=order_id)
    tell_stores(send_order_to_ship, ((part.merchant_id, (part.pk,)) for part in parts))


@to_members("order-to-ship", right=Right.SEND, promises={"Guests and tickets": "workspace-order"})
def send_order_to_ship(suborder_id: int, user: User) -> StoreMail | None:
    """Mail one member of a merchant the goods to send."""
    suborder = Suborder.objects.select_related("merchant", "order__contact").get(pk=suborder_id)
    order = suborder.order
    own = user.memberships.filter(merchant=suborder.merchant_id).first()
    language = user.language or "en"
    context = {
        "order_number": order.number,
        "stores": [
            store_context(
                suborder,
                order,
                language,
                sees_money=bool(own and own.may(Right.AMOUNTS)),
                units=to_send(suborder.lines.all()) if suborder.service else None,
            )
        ],
        "country": country_name(order.contact.country, language),
        "merchant_link": merchant_link(suborder),
    }
    return StoreMail(suborder.merchant, context)


@notification("shipped", promises={"Follow it here": "order"})
def send_shipped(shipment_id: int) -> Mail | None:
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
    return to_shopper(order, context)


@notification("parcel-news", promises={"Follow it here": "order"})
def send_parcel_news(shipment_id: int, is_more: bool) -> Mail | None:
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
    return to_shopper(order, context)


@notification(
    "address-mended", promises={"Mails about it no longer come here.": "desk:order-address"}
)
def send_address_mended(order_id: int) -> Mail | None:
    """Tell the shopper to which address the order goes now."""
    order = Order.objects.select_related("contact").get(pk=order_id)
    parcels = Shipment.objects.filter(suborder__order=order).select_related("contact")
    has_left = any(sent_elsewhere(parcel, order) for parcel in parcels)
    context = mail_context(order) | {"has_left": has_left}
    return to_shopper(order, context)


@notification(
    "address-mended", promises={"Mails about it no longer come here.": "desk:order-address"}
)
def send_address_given_up(order_id: int, contact_id: int) -> Mail | None:
    """Tell a mail address that an order does not belong to it any more: no address, no link."""
    order = Order.objects.get(pk=order_id)
    old = Contact.objects.get(pk=contact_id)
    context = {"name": old.name, "order_number": order.number}
    # It may have been erased meanwhile.
    return Mail(old.email, order.language, context) if old.email else None


@to_members(
    "order-address", right=Right.SEND, promises={"Address and what to pack": "workspace-order"}
)
def send_order_address(suborder_id: int, user: User) -> StoreMail | None:
    """Tell one member of a merchant to which address a parcel goes now."""
    suborder = Suborder.objects.select_related("merchant", "order__contact").get(pk=suborder_id)
    order = suborder.order
    language = user.language or "en"
    context = {
        "order_number": order.number,
        "stores": [store_context(suborder, order, language, units=to_send(suborder.lines.all()))],
        "address": address_lines(order.contact, language),
        "merchant_link": merchant_link(suborder),
    }
    return StoreMail(suborder.merchant, context)


@notification(
    "payment-refused-later", promises={"They are in your cart, at today’s prices": "cart"}
)
def send_refused_later(order_id: int) -> Mail | None:
    """Tell the shopper that the bank said no after all, and that nothing was charged."""
    order = Order.objects.get(pk=order_id)
    # Another try may have gone through before this mail is sent.
    return None if order.is_paid else _about_money(order_id, order.total)


@notification("paid-too-late")
def send_paid_too_late(order_id: int, amount: int) -> Mail | None:
    """Tell the shopper that money came too late and is on its way back."""
    return _about_money(order_id, amount)


@notification("paid-after-start")
def send_paid_after_start(order_id: int, amount: int) -> Mail | None:
    """Tell the shopper that money for a booked date came when it had begun, and goes back."""
    return _about_money(order_id, amount)


@notification("paid-twice")
def send_paid_twice(order_id: int, amount: int) -> Mail | None:
    """Tell the shopper that an order was paid twice and the second sum goes back."""
    return _about_money(order_id, amount)


def _about_money(order_id: int, amount: int) -> Mail | None:
    order = Order.objects.select_related("contact").get(pk=order_id)
    context = {
        "cart_link": cart_link(order),
        "amount": written(amount, order.currency, order.language),
        "is_rest_sent": order.is_paid and amount < order.total,
    }
    return to_shopper(order, context)


@notification("price-mistake", promises={"If you do not agree, answer this mail.": ""})
def send_price_mistake(line_id: int) -> Mail | None:
    """Tell the shopper the decision on units that were sold at a wrong price."""
    rows = OrderLine.objects.select_related("order__contact", "deal", "decision")
    line = rows.get(pk=line_id)
    order, language = line.order, line.order.language
    back = sum(line.refund_lines.values_list("paid", flat=True))
    with translation.override(language):
        day = date_format(order.placed_at, "DATE_FORMAT")
    context = {
        "product": line.read_title,
        "mistake_date": day,
        "wrong_price": written(line.each, order.currency, language),
        "right_price": written(line.regular, order.currency, language),
        "is_kept": line.decision.outcome == SaleDecision.Outcome.HONOURED,
        "reason": cast("Deal", line.deal).wrong_price.reason,
        "amount": written(back, order.currency, language),
    }
    return to_shopper(order, context)
