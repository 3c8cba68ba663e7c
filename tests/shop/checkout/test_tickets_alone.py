"""Whoever buys tickets and nothing else is asked who is booking, and not where to send it."""

from datetime import timedelta

import pytest

from shop.catalogue.delivery.models import Contact, Country
from shop.catalogue.models import DatePlan
from shop.core.errors import NotPossible
from shop.orders.cart import change
from shop.orders.cart.models import Cart
from shop.orders.models import Order
from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.paying import assert_books_agree, press_pay
from tests.shop.checkout.steps import ADDRESS, buy, link, offered
from tests.shop.orders.cart.carts import fill, words
from tests.shop.orders.tickets import visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("till")]
BOOKING = {"email": "lin@example.org", "country": "CN", "name": "Lin Yue"}
PLACE = ("line1", "line2", "postcode", "city", "region")


@pytest.fixture
def adult(till):
    adult, *_ = visits.session()
    return adult


def book(browser, **changes):
    return browser.post("/checkout/", BOOKING | changes)


def test_tickets_alone_ask_for_a_name_and_an_address_of_mail(browser, adult):
    fill(browser, {adult: 2})

    with statements(most=5):
        answer = browser.get("/checkout/")

    text = words(answer)
    assert "Who is booking?" in text
    assert "For your tickets and your receipt." in text
    assert "Phone (optional) Only for the host, if something changes." in text
    assert "Cart Your details Payment Who" in text
    assert [name for name in PLACE if f'name="{name}"' in answer.text] == []
    assert "parcel" not in text
    assert "courier" not in text


def test_two_answers_lead_to_the_payment_and_the_order_says_who_booked(browser, till, adult):
    fill(browser, {adult: 2})

    answer = book(browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/checkout/delivery/")
    text = words(browser.get("/checkout/delivery/"))
    assert "Cart Your details Payment Update cart Payment Indigo Mornings" in text
    assert "Booked by Lin Yue lin@example.org Change" in text
    assert "parcel" not in text

    order = buy(browser, till, {}, **dict.fromkeys(PLACE, ""), phone="")

    page = words(browser.get(link(order)))
    assert "Booked by Lin Yue lin@example.org" in page
    assert "Delivery" not in page
    assert "Billed to Lin Yue China" in words(browser.get(link(order, "invoice/")))
    assert_books_agree()


def test_what_else_is_posted_is_not_kept(browser, adult):
    fill(browser, {adult: 1})

    book(browser, line1="88 Renmin Road", city="Changsha")

    assert Cart.objects.get().contact.lines == ("Lin Yue",)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": ""}, "Enter your email address"),
        ({"name": ""}, "Enter your full name"),
        ({"phone": "call me"}, "Enter a phone number with the country code"),
    ],
)
def test_who_is_booking_has_to_be_said(browser, adult, changes, sentence):
    fill(browser, {adult: 1})

    answer = book(browser, **changes)

    assert answer.status_code == 422
    assert "<title>Error: Your details" in answer.text
    assert answer.text.count(f">{sentence}") >= 2
    assert not Contact.objects.exists()


def test_a_kettle_beside_the_tickets_asks_for_everything(browser, adult):
    fill(browser, {adult: 1, make.variant(): 1})

    answer = book(browser)

    assert answer.status_code == 422
    assert "Where should it go?" in answer.text
    assert ">Enter a street and number" in answer.text
    assert ">Enter a phone number the courier can call" in answer.text
    assert not Contact.objects.exists()


def test_goods_that_come_in_later_ask_where_they_go(browser, adult):
    fill(browser, {adult: 1})
    book(browser)
    before = offered(browser)
    fill(browser, {make.variant(): 1})

    asked = browser.get("/checkout/delivery/")
    paid = browser.post("/checkout/delivery/", before | {"pay": "1"})

    assert [(a.status_code, a.headers["Location"]) for a in (asked, paid)] == [
        (303, "/checkout/")
    ] * 2
    assert 'name="line1"' in browser.get("/checkout/").text
    assert not Order.objects.exists()


def test_goods_are_not_sold_without_knowing_where_they_go(till, adult):
    kettle = make.variant()
    who = make.cart({adult: 1})
    short = Contact(email="lin@example.org", name="Lin Yue", country="CN", made_at=NOON)
    change.set_contact(Cart.objects.get(), short)
    change.add(Cart.objects.get(), kettle.pk, 1, at=NOON)

    with pytest.raises(NotPossible, match="Enter an address in the country"):
        press_pay(who)

    kettle.pool.refresh_from_db()
    assert kettle.pool.held == 0
    assert not Order.objects.exists()


def test_a_country_to_which_nothing_is_sent_may_come_along(browser, adult):
    Country.objects.create(
        code="KP", zone="CEA", service="closed_until_checked", currency="KPW", seen_on="2026-11-24"
    )
    fill(browser, {adult: 1})

    assert '<option value="KP">North Korea</option>' in browser.get("/checkout/").text
    assert book(browser, country="KP").status_code == 303
    assert browser.get("/checkout/delivery/").status_code == 200
    assert 'action="/cart/country/"' not in browser.get("/cart/").text


def test_an_order_of_tickets_went_nowhere_and_is_no_address_to_begin_with(browser, adult):
    account = make.user("amara@example.org")
    browser.force_login(account)
    make.order({make.variant(): 1}, of=make.shopper(account), email="amara@example.org")
    Order.objects.update(state=Order.State.PAID, paid_at=NOON)
    fill(browser, {adult: 1})
    book(browser, email="amara@example.org")
    fill(browser, {make.variant(): 1})

    assert f'value="{ADDRESS["line1"]}"' in browser.get("/checkout/").text


def test_the_last_step_says_on_which_terms_a_visit_is_booked(browser, adult):
    due = visits.FRIDAY - timedelta(hours=48)
    DatePlan.objects.create(pool_id=adult.pool_id, least_guests=4, decides_at=due)
    fill(browser, {adult: 1})
    book(browser)

    text = words(browser.get("/checkout/delivery/"))

    assert "Free to cancel until 19 May at 15:00. Takes place from 4 guests on." in text
