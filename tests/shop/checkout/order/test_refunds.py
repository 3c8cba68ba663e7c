"""Money that goes back is said as the provider has it: on its way, done, delayed."""

from datetime import timedelta

import pytest
from django.test import Client

from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.call_off import call_off, settle_called_off
from shop.money.payments.external.take_over import take_over_refund
from shop.money.payments.models import Operation, Payment
from shop.money.payments.operations import run_operations, tell_stuck
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.payments.repair import settle_elsewhere
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.shop.checkout.order.proofs import owner_of
from tests.shop.checkout.steps import buy, link
from tests.shop.money.payments.late import owed_back
from tests.shop.orders.cart.carts import words
from tests.shop.orders.tickets import visits

SOON = NOON + timedelta(minutes=5)
pytestmark = pytest.mark.django_db


@pytest.fixture
def called_off(till, browser):
    """Return an order of a kettle and two tickets of a tour that was called off."""
    adult, *_ = visits.session()
    kettle = make.variant(20_00, of=make.product(title="Kettle"))
    order = buy(browser, till, {kettle: 1, adult: 2})
    call_off(adult.pool, reason="A river in flood", at=NOON, by=visits.host_of(adult))
    settle_called_off.func(adult.pool_id, 0)
    return order


def pages(order):
    """Return the order's page and its invoice in words."""
    return [words(owner_of(order).get(link(order, page))) for page in ("", "invoice/")]


def block():
    Operation.objects.update(state="sending")  # the database knows the steps
    Operation.objects.update(state="blocked", error="charge_disputed")
    for row in Operation.objects.all():
        tell_stuck(row, "charge_disputed", at=NOON)


def test_a_called_off_tour_says_on_each_page_that_its_money_is_on_its_way(called_off):
    page, invoice = pages(called_off)

    assert "2 × Dyeing, Adult (2 of 2 refunded)" in page
    assert "Total paid $105.00 Refund on its way −$80.00 You pay in the end $25.00" in page
    assert "A river in flood It should be with you between 19 and 26 May." in page
    assert "Total paid $105.00 Refund on its way −$80.00 You pay in the end $25.00" in invoice
    assert "Refunded" not in page + invoice


def test_it_is_refunded_when_the_provider_has_done_it(called_off, till):
    run_operations(at=SOON)

    for text in pages(called_off):
        assert "Refunded, 12 May 2027 −$80.00 You pay in the end $25.00" in text
        assert "on its way −" not in text


def test_the_page_gives_the_bank_s_reference_once_it_is_known(called_off, till):
    run_operations(at=SOON)
    operation = Operation.objects.get()
    assert "by the reference" not in pages(called_off)[0]

    Payment.objects.update(method="Visa 4242")
    till.refer(operation.remote_id, "74627887132105648903146")
    take_over_refund(gateway().refund_now(operation.remote_id), at=SOON)

    operation.refresh_from_db()
    assert (operation.state, operation.bank_reference) == ("done", "74627887132105648903146")
    page = pages(called_off)[0]
    assert "It should be on Visa ending 4242 between 19 and 26 May." in page
    assert "your bank finds it by the reference 74627887132105648903146" in page


def test_blocked_money_is_never_called_refunded_until_somebody_has_settled_it(called_off, till):
    block()

    page, invoice = pages(called_off)

    assert "Refund delayed −$80.00" in page
    assert "Refund delayed −$80.00" in invoice
    assert "It has not gone through yet." in page
    assert "Refunded" not in page + invoice

    settle_elsewhere(MoneyTask.objects.get(), reference="B 1", reason="By bank", at=NOON,
                     by=organizer())  # fmt: skip

    assert "Refunded, 12 May 2027 −$80.00" in pages(called_off)[0]
    assert "It should be with you" not in pages(called_off)[0]


def test_an_order_of_which_nothing_is_left_is_not_called_paid(till, browser):
    account = make.user("lin@example.org")
    browser.force_login(account)
    adult, *_ = visits.session()
    order = buy(browser, till, {adult: 2})
    call_off(adult.pool, reason="Rain", at=NOON, by=visits.host_of(adult))
    settle_called_off.func(adult.pool_id, 0)

    assert "<h2>Refund on its way</h2>" in browser.get(link(order)).text
    assert f"{order.number} Refund on its way $80.00" in words(browser.get("/account/"))
    block()
    assert "<h2>Refund delayed</h2>" in browser.get(link(order)).text
    assert f"{order.number} Refund delayed $80.00" in words(browser.get("/account/"))
    Operation.objects.update(state="queued")
    run_operations(at=SOON)
    assert "<h2>Refunded</h2>" in browser.get(link(order)).text
    assert f"{order.number} Refunded $80.00" in words(browser.get("/account/"))


def test_late_money_that_is_blocked_is_said_to_be_delayed(till):
    order = owed_back(till).payment.order
    assert "Refund on its way" in words(Client().get(link(order)))

    block()

    text = words(Client().get(link(order)))
    assert "Refund delayed" in text
    assert "It has not gone through yet: we are seeing to it." in text
    assert "has been refunded" not in text


def test_a_second_payment_goes_back_beside_the_sums_of_the_order(till, browser):
    order = buy(browser, till, {make.variant(20_00): 1})
    payment = order.payments.get()
    Operation.objects.create(kind="refund", cause="surplus", payment=payment, amount=25_00,
                             currency="USD", request={}, made_at=NOON, run_after=NOON)  # fmt: skip

    text = words(browser.get(link(order)))

    assert "Refund on its way −$25.00 This order was paid twice" in text
    assert "You pay in the end" not in text
