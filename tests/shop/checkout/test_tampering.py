"""What a shopper's browser says of prices is compared with ours and never charged."""

import pytest
from django.test import Client

from shop.orders.models import Order
from tests import make
from tests.shop.checkout.rows import everything
from tests.shop.checkout.steps import give_address, offered, press_pay
from tests.shop.money.payments.books import sessions
from tests.shop.orders.cart.carts import fill, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("till")]
CHANGED = "The price changed before you paid"


@pytest.mark.parametrize(
    ("tampered", "said"),
    [
        ({"total": "1"}, "Before: $0.01. Now: $25.00."),
        ({"total": "2499"}, "Before: $24.99. Now: $25.00."),
        ({"total": "2501"}, "Before: $25.01. Now: $25.00."),
        ({"total": "0"}, CHANGED),
        ({"total": "-2500"}, CHANGED),
        ({"total": "2500.0"}, CHANGED),
        ({"total": ""}, CHANGED),
        ({"digest": "0" * 64}, CHANGED),
    ],
)
def test_a_tampered_total_is_answered_with_the_right_one(browser, till, unchanged, tampered, said):
    answer = press_pay(browser, **tampered)

    assert answer.status_code == 409
    assert said in words(answer)
    assert CHANGED in words(answer)
    assert "Nothing was charged." in words(answer)
    assert offered(browser)["total"] == "2500"
    assert till.events() == []


def test_what_another_cart_was_offered_does_not_count_for_this_one(browser, till):
    stranger = Client(headers={"Sec-Fetch-Site": "same-origin"})
    fill(browser, {make.variant(20_00): 1})
    fill(stranger, {make.variant(5_00): 1})
    for shopper in (browser, stranger):
        give_address(shopper)
    theirs = offered(stranger)
    before = everything()

    answer = press_pay(browser, total=theirs["total"], digest=theirs["digest"])

    assert answer.status_code == 409
    assert "Before: $10.00. Now: $25.00." in words(answer)
    assert everything() == before
    assert till.events() == []


def test_a_price_that_is_posted_is_not_read(browser, till):
    kettle = make.variant(20_00)
    invented = {
        "price": "1",
        "amount": "1",
        "unit_amount": "1",
        "seen_price": "1",
        "currency": "XOF",
    }
    make.delivery(5_00)
    browser.post("/cart/add/", {"variant": kettle.pk, "quantity": 1} | invented)
    give_address(browser, **invented)

    assert press_pay(browser, **invented).status_code == 303

    order = Order.objects.get()
    assert (order.total, order.currency) == (25_00, "USD")
    (session,) = sessions(till)
    assert (session["amount_total"], session["currency"]) == (2500, "usd")
