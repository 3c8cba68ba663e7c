"""An order that is not placed is counted for the organizers, and nothing else is kept of it."""

import pytest
from django.db import DatabaseError, connection

from shop.catalogue.stock.models import Pool
from shop.orders.models import Order
from shop.reports.models import Refused
from tests import make
from tests.shop.checkout.steps import give_address, press_pay
from tests.shop.orders.cart.carts import fill

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("till")]


@pytest.fixture
def bought_out(browser):
    kettle = make.variant(20_00, on_hand=1)
    fill(browser, {kettle: 1})
    give_address(browser)
    Pool.objects.filter(pk=kettle.pool_id).update(on_hand=0)
    return browser


def test_a_refused_order_is_counted_though_its_transaction_is_rolled_back(bought_out):
    assert press_pay(bought_out).status_code == 409

    assert Refused.objects.get().reason == "stock"
    assert not Order.objects.exists()


def test_a_shopper_notices_nothing_when_a_refusal_cannot_be_counted(bought_out):
    def broken(execute, sql, params, many, context):
        if "shop_refused" in sql:
            raise DatabaseError("the disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(broken):
        answer = press_pay(bought_out)

    assert answer.status_code == 409
    assert not Refused.objects.exists()


def test_an_order_that_is_placed_is_no_refusal(browser):
    fill(browser, {make.variant(20_00): 1})
    give_address(browser)

    assert press_pay(browser).status_code == 303
    assert not Refused.objects.exists()
