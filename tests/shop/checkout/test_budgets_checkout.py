"""A guest checkout costs 40 statements, from the first post to the thanks."""

import pytest
from django.test import Client

from shop.money.payments.models import Payment
from shop.storefront.cache import catalogue_version
from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.paying import deliver, set_clocks
from tests.shop.checkout.steps import ADDRESS, offered, way_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(sandbox, clock_at):
    """Give a sandbox whose clock, like the shop's, says noon of the festival's third day."""
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    catalogue_version.forget()
    return sandbox


def go_to_payment(wanted):
    """Go from the first post to the payment page, each page once, and return the browser."""
    browser = Client(headers={"Sec-Fetch-Site": "same-origin"})
    for variant in wanted:
        browser.post("/cart/add/", {"variant": variant.pk, "quantity": 1})
    browser.get("/cart/")
    browser.get("/checkout/")
    browser.post("/checkout/", ADDRESS)
    services = {f"service-{variant.product.merchant_id}": "parcel" for variant in wanted}
    answer = browser.post("/checkout/delivery/", offered(browser) | services | {"pay": "1"})
    assert answer.status_code == 303
    return browser


@pytest.mark.parametrize("saves", [False, True], ids=["full", "saving"])
@pytest.mark.parametrize("is_deal", [False, True], ids=["regular", "deal"])
@pytest.mark.parametrize("merchants", [1, 3])
def test_a_guest_checkout_costs_40_statements_and_four_for_each_further_store(
    till, merchants, is_deal, saves
):
    make.delivery(5_00)
    wanted = [make.variant(20_00) for _ in range(merchants)]
    festival = make.festival()
    if is_deal:
        make.deal(wanted[0], during=festival, price=15_00, allotment=9)
    if saves:  # it is counted, frozen, and named in the thanks
        make.promotion(festival, value=2_00, min_spend=10_00, organizer_share=100)
    most = 40 + 4 * (merchants - 1)

    with statements(most=most) as before:
        browser = go_to_payment(wanted)
    payment = Payment.objects.select_related("order").get()
    till.pay(payment.session_id)
    with statements(most=14 + 2 * is_deal + saves + (merchants > 1)):
        assert set(deliver(till)) == {200}
    with statements(most=most - len(before)):
        thanks = browser.get(way_back(payment))

    assert "Thank you, Lin Yue" in thanks.text
