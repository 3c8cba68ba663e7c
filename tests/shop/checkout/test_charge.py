from datetime import timedelta

import pytest
from django.test import Client

from shop.catalogue.stock.models import Pool
from shop.money.payments.models import Payment
from shop.orders.models import Order
from shop.storefront.cache import catalogue_version
from tests import make
from tests.budgets import statements
from tests.make import END, NOON
from tests.paying import set_clocks
from tests.shop.checkout.steps import (
    give_address,
    go_to_payment,
    link,
    offered,
    press_pay,
)
from tests.shop.orders.cart.carts import fill, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("till")]


def at_delivery(browser, wanted, **address):
    fill(browser, wanted)
    give_address(browser, **address)


def test_paying_leads_to_the_payment_page(browser):
    kettle = make.variant()
    at_delivery(browser, {kettle: 1})
    service = {f"service-{kettle.product.merchant_id}": "parcel"}
    posted = offered(browser) | service | {"pay": "1"}

    with statements(most=17):
        answer = browser.post("/checkout/delivery/", posted)

    order, payment = Order.objects.get(), Payment.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, payment.session_url)
    assert (order.total, order.state, order.language) == (25_00, "pending", "en")
    assert payment.request["success_url"] == (
        f"http://127.0.0.1:8000{link(order, 'paid/')}?s={{CHECKOUT_SESSION_ID}}"
    )
    assert payment.request["cancel_url"] == f"http://127.0.0.1:8000{link(order, 'stopped/')}"


def test_pages_in_another_language_lead_back_in_that_language(browser):
    at_delivery(browser, {make.variant(): 1})
    page = browser.get("/fr/checkout/delivery/").text
    posted = dict(part.split('" value="') for part in _hidden(page))

    answer = browser.post("/fr/checkout/delivery/", posted | {"pay": "1"})

    assert answer.status_code == 303
    payment = Payment.objects.get()
    assert payment.order.language == "fr"
    assert "/fr/orders/" in payment.request["success_url"]


def _hidden(page):
    parts = page.split('<input type="hidden" name="')[1:]
    return [part.split('">')[0] for part in parts if part.startswith(("total", "digest"))]


@pytest.mark.parametrize(
    "tampered",
    [
        {"total": "1"},
        {"total": "0"},
        {"total": "-500"},
        {"total": "2500.0"},
        {"total": "9" * 30},
        {"total": ""},
        {"digest": "0" * 64},
        {"digest": ""},
    ],
)
def test_what_was_agreed_to_is_compared_and_never_believed(browser, tampered):
    at_delivery(browser, {make.variant(): 1})

    answer = press_pay(browser, **tampered)

    assert answer.status_code == 409
    assert "The price changed before you paid" in words(answer)
    assert "Nothing was charged." in words(answer)
    assert not Order.objects.exists()
    assert Pool.objects.get().held == 0


def test_a_price_that_changed_shows_before_and_after_and_one_click_accepts_it(
    browser, till, clock_at
):
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=9)
    at_delivery(browser, {kettle: 1})
    seen = offered(browser)
    clock_at(END)

    refused = browser.post("/checkout/delivery/", seen | {"pay": "1"})

    assert refused.status_code == 409
    assert "<title>Error: The price changed before you paid" in refused.text
    assert "Before: $20.00. Now: $25.00." in words(refused)
    assert "Accept the new total" in words(refused)
    assert not Order.objects.exists()
    set_clocks(till, END)
    assert press_pay(browser).status_code == 303
    assert Order.objects.get().total == 25_00


def test_the_accepted_total_is_what_is_charged(browser):
    kettle = make.variant(20_00)
    at_delivery(browser, {kettle: 1})
    seen = offered(browser)
    make.reprice(kettle, 22_00, at=NOON)

    refused = browser.post("/checkout/delivery/", seen | {"pay": "1"})
    accepted = press_pay(browser)

    assert (refused.status_code, accepted.status_code) == (409, 303)
    assert Order.objects.get().total == 27_00


def test_what_sold_out_meanwhile_is_said_before_anything_is_charged(browser):
    kettle = make.variant(of=make.product(title="Kettle"))
    at_delivery(browser, {kettle: 3})
    seen = offered(browser)
    Pool.objects.update(on_hand=2)

    answer = browser.post("/checkout/delivery/", seen | {"pay": "1"})

    assert answer.status_code == 409
    assert words(answer).count("Only 2 of Kettle are left.") == 2  # title and page
    assert "Back to cart" in words(answer)
    assert 'name="pay"' not in answer.text
    assert not Order.objects.exists()


def test_case_16_a_total_below_the_least_charge_is_blocked_at_the_cart(browser):
    make.delivery(0)
    at_delivery(browser, {make.variant(20): 1})

    cart, delivery = browser.get("/cart/"), browser.get("/checkout/delivery/")

    sentence = "The smallest amount that can be paid is $0.50. Add something to your cart."
    assert sentence in words(cart)
    assert "Check out" not in words(cart)
    assert sentence in words(delivery)
    assert press_pay(browser).status_code == 409
    assert not Order.objects.exists()


def test_a_guest_hears_why_a_price_is_not_the_best_one(browser):
    kettle = make.variant(20_00, of=make.product(title="Kettle"))
    make.deal(kettle, during=make.festival(), price=15_00, allotment=9, per_shopper=2)
    at_delivery(browser, {kettle: 1})

    text = words(browser.get("/checkout/delivery/"))

    assert "Kettle $15.00 each. Sign in to buy at this price." in text


def test_too_many_open_orders_for_one_email_address_are_refused_kindly(till):
    kettle = make.variant()
    for _ in range(3):
        go_to_payment(Client(headers={"Sec-Fetch-Site": "same-origin"}), {kettle: 1})
    browser = Client(headers={"Sec-Fetch-Site": "same-origin"})
    at_delivery(browser, {kettle: 1})

    answer = press_pay(browser)

    assert answer.status_code == 409
    assert "You have several unpaid orders open." in words(answer)
    assert Order.objects.count() == 3


def test_who_comes_after_others_of_the_network_reads_when_to_come_again(till, settings):
    settings.GUEST_SHARE = 34
    catalogue_version.forget()
    kettle = make.variant(on_hand=9)
    for n in range(3):
        other = Client(headers={"Sec-Fetch-Site": "same-origin"})
        go_to_payment(other, {kettle: 1}, email=f"guest{n}@example.org")
    browser = Client(headers={"Sec-Fetch-Site": "same-origin"})
    at_delivery(browser, {kettle: 1}, email="fourth@example.org")

    answer = press_pay(browser)

    assert answer.status_code == 409
    assert "unpaid orders from your internet connection hold as many as they may" in words(answer)
    assert "or try again after 15:30 (East Africa Time)." in words(answer)
    assert 'href="/account/login/?next=/checkout/delivery/"' in answer.text
    assert Order.objects.count() == 3


def test_a_provider_that_is_down_is_said_kindly_and_the_price_stays_held(browser, till):
    at_delivery(browser, {make.variant(): 1})
    till.fail_next(500, 500, on="POST /v1/checkout")

    refused = press_pay(browser)
    again = press_pay(browser)

    assert refused.status_code == 409
    assert "The payment page cannot be reached at the moment." in words(refused)
    assert "Your price is held until 15:30 (East Africa Time)" in words(refused)
    assert again.status_code == 303
    assert Order.objects.count() == 1
    assert Payment.objects.count() == 1


def test_a_post_without_its_token_starts_no_payment():
    browser = Client(enforce_csrf_checks=True, headers={"Sec-Fetch-Site": "same-origin"})

    answer = browser.post("/checkout/delivery/", {"pay": "1", "total": "1", "digest": "x"})

    assert answer.status_code == 403


def test_the_held_price_outlives_the_festival(browser, till, clock_at):
    festival = make.festival(ends_at=NOON + timedelta(minutes=5))
    kettle = make.variant(20_00)
    make.deal(kettle, during=festival, price=15_00, allotment=9)
    payment = go_to_payment(browser, {kettle: 1})
    clock_at(NOON + timedelta(minutes=10))

    page = browser.get("/checkout/delivery/")
    again = press_pay(browser)

    assert (
        "Your price is held until 15:30 (East Africa Time), even after the festival ends."
        in words(page)
    )
    assert "Pay $20.00" in words(page)
    assert "1 item from 1 store $15.00" in words(page)
    assert again.headers["Location"] == payment.session_url
    assert Order.objects.count() == 1


def test_a_held_price_gives_way_to_a_cheaper_one(browser, till):
    kettle = make.variant(20_00)
    first = go_to_payment(browser, {kettle: 1})
    make.reprice(kettle, 18_00, at=NOON)

    page = words(browser.get("/checkout/delivery/"))
    press_pay(browser)

    assert "Pay $23.00" in page
    assert "You have another payment open. Starting a new one closes it." in page
    first.refresh_from_db()
    assert (first.state, Payment.objects.latest("pk").amount) == ("superseded", 23_00)


def test_a_held_price_is_not_offered_for_a_fuller_cart(browser, till):
    go_to_payment(browser, {make.variant(20_00): 1})
    fill(browser, {make.variant(30_00): 1})

    text = words(browser.get("/checkout/delivery/"))

    assert "Your price is held" not in text
    assert "Pay $60.00" in text


def test_a_cart_that_moved_away_from_its_address_asks_for_a_new_one(browser):
    make.delivery(country="GH")
    at_delivery(browser, {make.variant(): 1})
    seen = offered(browser)
    browser.post("/cart/country/", {"country": "GH"})

    page = browser.get("/checkout/delivery/")
    paid = browser.post("/checkout/delivery/", seen | {"pay": "1"})
    form = browser.get("/checkout/")

    assert (page.status_code, page.headers["Location"]) == (303, "/checkout/")
    assert (paid.status_code, paid.headers["Location"]) == (303, "/checkout/")
    assert not Order.objects.exists()
    assert '<option value="GH" selected>' in form.text
    assert 'value="Lin Yue"' in form.text
