"""What was posted while its sender waits is kept, and done once when the turn comes."""

import pytest

from shop.orders.cart.models import Cart
from shop.orders.models import Order
from shop.storefront.cache import catalogue_version
from shop.storefront.waiting_room.models import Place
from tests.make import NOON
from tests.paying import set_clocks
from tests.shop.checkout.steps import ADDRESS, offered
from tests.shop.storefront.waiting_room.crowding import full_house, number, shopper

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_posted_while_waiting_is_done_once_when_the_turn_comes(kettle):
    browser = shopper(kettle)
    with full_house():
        answer = browser.post("/checkout/", ADDRESS)
        assert number(answer) == 1
        assert "What you sent is kept" in answer.text
        assert number(browser.get("/checkout/")) == 1
    assert Cart.objects.get().contact is None

    done = browser.get("/checkout/")

    assert (done.status_code, done.url) == (303, "/checkout/delivery/")
    contact = Cart.objects.get().contact
    assert contact.name == ADDRESS["name"]
    assert browser.get("/checkout/").status_code == 200  # and not once more
    assert Place.objects.get().kept == {}


def test_two_tabs_of_one_shopper_have_one_number_and_lose_nothing(kettle):
    browser = shopper(kettle)
    with full_house():
        browser.post(f"/cart/lines/{kettle.pk}/", {"quantity": "3"})
        assert number(browser.post("/checkout/", ADDRESS)) == 1
    assert Place.objects.count() == 1

    assert browser.get("/checkout/").status_code == 303
    assert browser.get(f"/cart/lines/{kettle.pk}/").status_code == 303

    cart = Cart.objects.get()
    assert cart.contact is not None
    assert cart.lines.get().quantity == 3


def test_what_somebody_posted_who_may_pass_is_kept_and_nobody_elses(kettle):
    crowd = [shopper(kettle, n) for n in range(2)]
    for browser in crowd:
        browser.get("/cart/")
    with full_house():
        for quantity, browser in enumerate(crowd, 2):
            browser.post(f"/cart/lines/{kettle.pk}/", {"quantity": quantity})
    assert Place.objects.count() == 2

    for browser in reversed(crowd):
        assert browser.get(f"/cart/lines/{kettle.pk}/").status_code == 303

    quantities = Cart.objects.order_by("pk").values_list("lines__quantity", flat=True)
    assert list(quantities) == [2, 3]


def test_a_press_of_pay_that_waited_leads_to_the_payment(kettle, sandbox):
    set_clocks(sandbox, NOON)
    browser = shopper(kettle)
    browser.post("/checkout/", ADDRESS)
    pressed = offered(browser) | {f"service-{kettle.product.merchant_id}": "parcel", "pay": "1"}
    with full_house():
        assert number(browser.post("/checkout/delivery/", pressed)) == 1
    assert not Order.objects.exists()

    answer = browser.get("/checkout/delivery/")

    assert answer.status_code == 303
    assert Order.objects.get().is_pending


def test_beyond_the_length_it_says_so_and_loses_nothing(kettle, settings):
    settings.QUEUE_LENGTH = 2
    catalogue_version.forget()
    crowd = [shopper(kettle, n) for n in range(3)]
    with full_house():
        for browser in crowd[:2]:
            browser.get("/cart/")
        answer = crowd[2].get("/cart/")
        posted = crowd[2].post("/checkout/", ADDRESS)

    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Even the queue is full" in answer.text
    assert f'name="line1" value="{ADDRESS["line1"]}"' in posted.text
    assert "csrfmiddlewaretoken" in posted.text
    assert Place.objects.count() == 2


def test_htmx_is_led_to_the_page_of_the_queue_and_its_post_is_kept(kettle):
    browser = shopper(kettle)
    where = f"/cart/lines/{kettle.pk}/"
    with full_house():
        answer = browser.post(where, {"quantity": "4"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == where

    assert browser.get(where).status_code == 303
    assert Cart.objects.get().lines.get().quantity == 4
