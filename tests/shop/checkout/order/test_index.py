import re
from datetime import timedelta

import pytest
from django.test import Client

from shop.orders.models import Order
from shop.people.merchants.models import Membership
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.shop.checkout.steps import buy, link
from tests.shop.orders.cart.carts import words

pytestmark = pytest.mark.django_db


def test_an_account_lists_its_own_orders_only(browser, till):
    account = make.user("amara@example.org")
    browser.force_login(account)
    kettle = make.variant(of=make.product(title="Kettle"))
    mine = buy(browser, till, {kettle: 1}, email="amara@example.org")
    other = buy(Client(headers={"Sec-Fetch-Site": "same-origin"}), till, {kettle: 1})

    with statements(most=10):
        answer = browser.get("/account/")

    text = words(answer)
    assert mine.number in text
    assert other.number not in text
    assert "12 May 2027, 1 parcel 1 × Kettle Next parcel arrives 18 to 26 May" in text
    assert "0 of 1 sent" in text


def test_a_guest_is_asked_to_sign_in_for_the_list(browser):
    answer = browser.get("/account/")

    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/account/login/?next=/account/",
    )


def test_an_account_without_orders_says_so(browser):
    browser.force_login(make.user())

    page = browser.get("/account/")

    assert "You have no orders yet" in words(page)
    assert "Where you work" not in page.text


def test_whoever_works_here_is_led_from_the_account_to_the_own_desks(browser):
    kettles, cups = make.merchant(name="Kettles"), make.merchant(name="Cups")
    user = organizer()
    for store in (kettles, cups):
        Membership.objects.create(merchant=store, user=user, role="owner", joined_at=NOON)
    make.member(make.merchant(name="Of somebody else"))
    browser.force_login(user)

    page = browser.get("/account/")

    assert "Where you work Organizers’ desk Cups Kettles Orders" in words(page)
    assert 'href="/organize/"' in page.text
    assert browser.get(f"/merchant/{cups.slug}/").status_code == 200
    assert f'href="/merchant/{cups.slug}/"' in page.text
    assert "Of somebody else" not in page.text


def test_many_orders_come_in_pages(browser):
    account, kettle = make.user(), make.variant()
    for n in range(23):
        order = make.order({kettle: 1}, at=NOON + timedelta(hours=n), email=f"a{n}@example.org")
        Order.objects.filter(pk=order.pk).update(
            user=account, state="paid", paid_at=NOON, shopper_key=f"x{n}"
        )
    browser.force_login(account)

    first = browser.get("/account/")
    after = first.text.split('href="/account/?before=')[1].split('"')[0]
    second = browser.get("/account/", {"before": after})

    assert first.text.count('<h2 class="num">') == 20
    assert second.text.count('<h2 class="num">') == 3
    assert browser.get("/account/", {"before": "x"}).status_code == 200


def test_orders_stand_by_their_dates_whichever_was_written_first(browser):
    account, kettle = make.user(), make.variant()
    days = [*range(21), -1]  # the last to be written is the oldest
    for n in days:
        order = make.order({kettle: 1}, at=NOON + timedelta(days=n), email=f"a{n}@example.org")
        Order.objects.filter(pk=order.pk).update(
            user=account, state="paid", paid_at=NOON, shopper_key=f"x{n}"
        )
    browser.force_login(account)

    first = browser.get("/account/")
    after = first.text.split('href="/account/?before=')[1].split('"')[0]
    second = browser.get("/account/", {"before": after})

    newest = [order.number for order in Order.objects.order_by("-placed_at")]
    shown = re.findall(r'<h2 class="num">(BB-[\d-]+)', first.text + second.text)
    assert shown == newest


def test_the_address_of_orders_leads_to_those_of_the_account(browser):
    assert browser.get("/orders/").headers["Location"] == "/account/"
    assert browser.get("/fr/orders/").headers["Location"] == "/fr/account/"
    browser.force_login(make.user())
    assert "You have no orders yet" in words(browser.get("/orders/", follow=True))


def test_a_guests_order_is_never_joined_by_its_email_alone(browser, till):
    account = make.user("lin@example.org")
    order = buy(browser, till, {make.variant(): 1})
    browser.force_login(account)

    text = words(browser.get("/account/"))

    assert order.number not in text


def test_a_verified_owner_of_the_address_adds_the_order_by_its_link(browser, till):
    order = buy(browser, till, {make.variant(): 1})
    browser.force_login(make.user("LIN@example.org"))
    assert "Add this order to my account" in words(browser.get(link(order)))
    assert "Add this order to your account?" in words(browser.get(link(order, "keep/")))

    answer = browser.post(link(order, "keep/"), follow=True)

    assert "The order is in your account now." in words(answer)
    assert order.number in words(browser.get("/account/"))
    assert "Add this order" not in words(browser.get(link(order)))


@pytest.mark.parametrize(
    ("email", "is_verified"), [("lin@example.org", False), ("other@example.org", True)]
)
def test_without_a_verified_address_the_order_stays_where_it_is(browser, till, email, is_verified):
    order = buy(browser, till, {make.variant(): 1})
    browser.force_login(make.user(email, is_verified=is_verified))

    answer = browser.post(link(order, "keep/"))

    assert answer.status_code == 409
    assert "Add this order" not in words(browser.get(link(order)))
    assert Order.objects.get().user is None


def test_an_order_of_another_account_cannot_be_taken(browser, till):
    owner = make.user("lin@example.org")
    browser.force_login(owner)
    order = buy(browser, till, {make.variant(): 1}, email="thief@example.org")
    thief = Client()
    thief.force_login(make.user("thief@example.org"))

    assert thief.post(link(order, "keep/")).status_code == 409
    assert Order.objects.get().user == owner
