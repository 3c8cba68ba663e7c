"""An overloaded checkout has a queue: first come, first served."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shop.festivals import limits
from shop.orders.cart.models import Cart
from shop.storefront.cache import catalogue_version
from shop.storefront.waiting_room import places, tickets
from shop.storefront.waiting_room.models import Place
from tests.crowd import at_once
from tests.make import NOON
from tests.paying import set_clocks
from tests.shop.checkout.steps import ADDRESS, offered
from tests.shop.storefront.waiting_room.crowding import full_house, number, shopper
from tests.stepping import Beside, open_transaction

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_comes_to_a_full_house_gets_a_number_and_a_page_that_asks_again(kettle):
    crowd = [shopper(kettle, n) for n in range(3)]
    with full_house():
        answers = [browser.get("/cart/") for browser in crowd]

    assert [number(answer) for answer in answers] == [1, 2, 3]
    assert {answer.status_code for answer in answers} == {202}
    assert '<meta http-equiv="refresh" content="1; url=/cart/">' in answers[0].text
    assert answers[0]["Retry-After"] == "1"
    assert "no-store" in answers[0]["Cache-Control"]
    assert "script" not in answers[0].text.split("<main", 1)[1].split("</main>")[0]


def test_who_came_first_is_let_in_first_and_an_old_ticket_is_not_overtaken(kettle):
    first, second, third = (shopper(kettle, n) for n in range(3))
    with full_house():
        for browser in (first, second, third):
            browser.get("/cart/")

    newcomer = shopper(kettle, 9)
    assert number(newcomer.get("/cart/")) == 4  # the house is free, but others wait
    assert number(third.get("/cart/")) == 3
    assert number(second.get("/cart/")) == 2
    assert first.get("/cart/").status_code == 200
    assert number(third.get("/cart/")) == 2
    assert second.get("/cart/").status_code == 200
    assert third.get("/cart/").status_code == 200
    assert newcomer.get("/cart/").status_code == 200


def test_who_was_let_in_walks_through_all_steps_while_others_wait(kettle):
    first, second = shopper(kettle, 1), shopper(kettle, 2)
    with full_house():
        first.get("/cart/")
        second.get("/cart/")

    assert first.get("/cart/").status_code == 200
    assert first.get("/checkout/").status_code == 200
    assert first.post("/checkout/", ADDRESS).status_code == 303
    assert number(shopper(kettle, 3).get("/cart/")) == 2


def test_who_was_in_before_the_crowd_stays_in(kettle):
    early = shopper(kettle, 1)
    early.get("/cart/")
    with full_house():
        late = shopper(kettle, 2)
        late.get("/cart/")
        assert number(early.get("/checkout/")) == 1  # no room at this instant

    assert early.get("/checkout/").status_code == 200
    assert late.get("/cart/").status_code == 200


def test_a_ticket_cannot_be_forged_handed_on_or_used_again_later(kettle, clock_at):
    first, second = shopper(kettle, 1), shopper(kettle, 2)
    with full_house():
        first.get("/cart/")
        second.get("/cart/")
        assert number(second.get("/cart/")) == 2
        borrowed = shopper(kettle, 3)
        borrowed.cookies["place"] = first.cookies["place"].value
        assert number(borrowed.get("/cart/")) == 3
        forged = shopper(kettle, 4)
        forged.cookies["place"] = first.cookies["place"].value[:-2] + "xx"
        assert number(forged.get("/cart/")) == 4
    assert first.get("/cart/").status_code == 200

    clock_at(NOON + tickets.PASS + timedelta(minutes=10))
    with full_house():
        second.get("/cart/")
        assert number(first.get("/cart/")) == 2  # behind those who have not been in yet


def test_a_script_with_many_cookies_leaves_the_queue_to_others(kettle, settings):
    settings.QUEUE_LENGTH = 120
    other = shopper(kettle, 1)
    crowd = [shopper(kettle) for _cookie in range(13)]

    with full_house():
        answers = [browser.get("/cart/") for browser in crowd]
        assert [answer.status_code for answer in answers] == [202] * 12 + [503]
        part = crowd[-1].get("/cart/", headers={"HX-Request": "true"})
        assert (part.status_code, part.headers["HX-Reselect"]) == (503, "main")
        assert number(other.get("/cart/")) == 13


def test_who_goes_away_holds_nobody_up_and_keeps_the_number(kettle, clock_at):
    away, patient = shopper(kettle, 1), shopper(kettle, 2)
    with full_house():
        away.get("/cart/")
        patient.get("/cart/")
        clock_at(NOON + places.THERE + timedelta(minutes=5))
        assert number(patient.get("/cart/")) == 1
        assert number(away.get("/cart/")) == 1
        assert number(patient.get("/cart/")) == 2

    Place.objects.all().delete()  # the ticket alone says who came first
    assert number(patient.get("/cart/")) is None


@pytest.mark.parametrize("path", ["/", "/products/", "/cart/summary/", "/clock/", "/saved/",
                                  "/account/login/", "/merchant/"])  # fmt: skip
def test_nothing_but_the_checkout_ever_waits(kettle, path):
    browser = shopper(kettle)
    with full_house():
        assert browser.get(path).status_code not in (202, 503)
        assert browser.post("/cart/add/", {"variant": kettle.pk}).status_code == 303
        assert Client().post("/webhooks/stripe/", b"{}", "application/json").status_code == 400
        assert Client().get("/cart/").status_code == 200  # without a cart there is nothing to do


def test_off_costs_nothing_and_writes_nothing(kettle, settings, django_assert_num_queries):
    settings.QUEUE_AT_ONCE = 0
    browser = shopper(kettle)
    catalogue_version.forget()
    browser.get("/cart/")

    with full_house():
        answer = browser.get("/cart/")

    assert answer.status_code == 200
    assert tickets.COOKIE not in answer.cookies
    assert not Place.objects.exists()


def test_a_quiet_shop_with_a_queue_asks_one_statement_a_second(kettle, settings):
    browser = shopper(kettle)
    browser.get("/cart/")
    with CaptureQueriesContext(connection) as quiet:
        browser.get("/cart/")

    assert not [q for q in quiet.captured_queries if "shop_place" in q["sql"]]


def test_organizers_turn_it_on_and_off(kettle, settings):
    settings.QUEUE_AT_ONCE = 0
    wanted = dict.fromkeys(limits.NAMES) | {"queue_at_once": 1, "queue_length": 10}
    browser = shopper(kettle)

    with full_house():
        catalogue_version.forget()
        assert browser.get("/cart/").status_code == 200
        limits.change_limits(wanted, at=NOON, by=None)
        catalogue_version.forget()
        assert number(browser.get("/cart/")) == 1


def test_real_requests_wait_while_one_is_slow_and_all_are_served_in_order(kettle, sandbox):
    """One shopper's order waits for a lock; eight others press Check out meanwhile."""
    set_clocks(sandbox, NOON)
    slow = shopper(kettle, 99)
    slow.post("/checkout/", ADDRESS)
    pressed = offered(slow) | {f"service-{kettle.product.merchant_id}": "parcel", "pay": "1"}
    crowd = [shopper(kettle, n) for n in range(8)]

    with open_transaction(lambda: list(Cart.objects.select_for_update().order_by("pk")[:1])):
        press = Beside(lambda: slow.post("/checkout/delivery/", pressed).status_code)
        assert press.waits()
        answers = at_once([lambda b=b: b.get("/checkout/") for b in crowd])
    assert press.result() == 303

    numbers = [number(answer) for answer in answers]
    assert sorted(numbers) == list(range(1, 9))
    in_order = [crowd[numbers.index(n)] for n in range(1, 9)]
    for browser in reversed(in_order[1:]):
        assert number(browser.get("/checkout/"))  # nobody overtakes
    for browser in in_order:
        assert browser.get("/checkout/").status_code == 200
