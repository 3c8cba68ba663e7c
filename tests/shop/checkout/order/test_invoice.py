"""The invoice of a paid order: every line with its amounts, tax where there is some, refunds."""

import pytest
from django.core import mail
from django.test import Client

from shop.money.payments.call_off import call_off, settle_called_off
from shop.orders.models import Order, Suborder
from shop.orders.tasks import send_receipt
from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.shop.checkout.order.proofs import owner_of
from tests.shop.checkout.steps import buy, go_to_payment, link
from tests.shop.orders.cart.carts import words
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import bought

pytestmark = pytest.mark.django_db


def invoice_of(order, browser=None):
    """Return the invoice as whoever owns the order is shown it."""
    return (browser or owner_of(order)).get(f"{link(order)}invoice/")


def test_it_says_who_paid_what_for_each_line(browser, till):
    festival = make.festival()
    make.promotion(festival, kind="percent", value=10)
    store = make.merchant(name="Adire House", city="Lagos", country="NG")
    kettle = make.variant(20_00, of=make.product(of=store, title="Kettle"), options=["Blue"])
    make.deal(of=kettle, during=festival, price=15_00)
    order = buy(browser, till, {kettle: 2})

    with statements(most=6):
        answer = invoice_of(order, browser)

    text = words(answer)
    assert f"Invoice {order.number}" in text
    assert "Billed to Lin Yue 88 Renmin Road Changsha Hunan, 410000 China" in text
    assert "Sold through Baobab Demonstration" in text
    assert "Date 12 May 2027 Invoice" in text
    assert "Kettle, Blue Adire House 2 $15.00 −$3.00 $27.00" in text
    assert "Delivery Adire House 1 $5.00 $5.00" in text
    assert "Total paid $32.00" in text
    assert "VAT" not in text
    assert "invoice/" in Client().get(link(order)).text


def test_it_says_how_it_was_paid(browser, till):
    order = buy(browser, till, {make.variant(): 1})
    order.payments.update(method="visa 4242")

    assert "Paid visa ending 4242" in words(invoice_of(order))


def test_tax_that_is_inside_is_named_by_its_rate(browser, till):
    order = buy(browser, till, {make.variant(119_00): 1, make.variant(10_70): 1})
    for part, vat_bp in zip(order.suborders.order_by("pk"), (1_900, 700), strict=True):
        Suborder.objects.filter(pk=part.pk).update(tax="domestic", vat_bp=vat_bp)

    text = words(invoice_of(order))

    assert "1 $119.00 19% $119.00" in text
    assert "Total paid $139.70 VAT 19% in $124.00 $19.80 VAT 7% in $15.70 $1.03" in text


def test_what_went_back_stands_below_the_total(till, browser):
    adult, *_ = visits.session()
    order = bought(till, {adult: 2})
    call_off(adult.pool, reason="Rain", at=NOON, by=visits.host_of(adult))
    settle_called_off.func(adult.pool_id, 0)

    text = words(invoice_of(order))
    assert (
        "Total paid $80.00 Total paid $80.00 Refund on its way −$80.00 You pay in the end $0.00"
        in text
    )


def test_an_order_that_is_not_paid_has_none_and_neither_has_a_wrong_link(browser, till):
    go_to_payment(browser, {make.variant(): 1})
    order = Order.objects.get()
    assert invoice_of(order).status_code == 404

    other = Client().get(f"/orders/{order.number}/{'x' * 22}/invoice/")
    assert other.status_code == 404


def test_the_receipt_leads_to_it(browser, till):
    order = buy(browser, till, {make.variant(): 1})
    mail.outbox.clear()

    send_receipt.call(order.pk)

    assert f"{link(order)}invoice/" in mail.outbox[0].body
