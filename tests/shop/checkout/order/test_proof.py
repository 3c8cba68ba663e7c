"""A link alone opens no address and stops nothing; whoever shows that the order is theirs may."""

from datetime import datetime, timedelta

import pytest
from django.core import signing

from shop.catalogue.delivery.models import Contact
from shop.checkout.order.proof import COOKIE, COOKIE_SALT
from shop.core.rate_limits.models import RateLimitCount
from shop.orders.models import Order, Suborder
from shop.orders.ship import ship
from tests import make
from tests.make import NOON
from tests.shop.checkout.order.proofs import (
    LIN,
    PRIVATE,
    is_shown,
    paid_order,
    sent,
    stranger,
    take,
    with_code,
)
from tests.shop.checkout.steps import buy, go_to_payment, link
from tests.shop.orders.cart.carts import words
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import bought

pytestmark = pytest.mark.django_db
with_threads = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
WRONG = "The code is not right or is too old. Enter the newest one."


@pytest.fixture(autouse=True)
def noon(clock_at):
    clock_at(NOON)


@pytest.mark.parametrize("page", ["", "paid/", "stopped/", "invoice/", "tickets/", "code/"])
def test_a_stranger_with_the_link_of_an_order_reads_nothing_of_its_owner(till, page):
    adult, *_ = visits.session()
    order = bought(till, {adult: 1, make.variant(): 1})
    Contact.objects.filter(pk=order.contact_id).update(email=LIN)

    answer = stranger().get(link(order, page), follow=True)

    assert answer.status_code == 200
    assert [text for text in PRIVATE if text in answer.text] == []
    assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("page", ["", "paid/", "stopped/", "cancel/"])
def test_a_stranger_with_the_link_of_an_unpaid_order_reads_nothing_of_its_owner(till, page):
    order = make.order({make.variant(): 1}, email=LIN)

    answer = stranger().get(link(order, page), follow=True)

    assert answer.status_code == 200
    assert [text for text in PRIVATE if text in answer.text] == []


def test_parcels_sums_and_tickets_stay_open_to_whoever_has_a_fresh_link(till):
    adult, *_ = visits.session()
    order = bought(till, {adult: 1, make.variant(20_00): 1})
    browser = stranger()

    page, tickets = browser.get(link(order)), browser.get(link(order, "tickets/"))

    assert "Being packed" in words(page)
    assert "to Changsha, China" in words(page)
    assert f'href="{link(order, "code/")}">Show the address</a>' in page.text
    assert order.lines.get(tickets__isnull=False).tickets.get().number in tickets.text


def test_the_browser_that_placed_an_order_is_asked_for_nothing(browser, till):
    order = buy(browser, till, {make.variant(): 1})

    assert "Thank you, Lin Yue" in browser.get(link(order, "paid/")).text
    assert is_shown(browser, order)
    assert stranger().get(link(order, "paid/")).url == link(order)


def test_its_owner_and_whoever_proved_its_address_are_asked_for_nothing():
    order, shown = paid_order(), {}
    people = {
        "verified": make.user(LIN),
        "owner": make.user("ada@example.org"),
        "unverified": make.user("ben@example.org", is_verified=False),
        "somebody": make.user("cem@example.org"),
    }
    Order.objects.filter(pk=order.pk).update(user=people["owner"])
    bens = paid_order(email="ben@example.org")
    for name, person in people.items():
        browser = stranger()
        browser.force_login(person)
        shown[name] = is_shown(browser, bens if name == "unverified" else order)

    assert shown == {"verified": True, "owner": True, "unverified": False, "somebody": False}


def test_an_account_s_order_is_not_opened_by_the_cart_that_was_left_behind(browser, till):
    order = buy(browser, till, {make.variant(): 1})
    owner = make.user("ada@example.org")
    order.cart.user, order.shopper_key = owner, f"u{owner.pk}"
    order.cart.save()
    Order.objects.filter(pk=order.pk).update(user=owner, shopper_key=f"u{owner.pk}")

    assert not is_shown(browser, order)


@pytest.mark.parametrize(
    ("page", "after"),
    [("", ""), ("invoice/", "invoice/"), ("tickets/", "tickets/"), ("paid/", "")],
)
def test_an_order_that_is_long_over_asks_for_a_code_on_every_page(clock_at, till, page, after):
    adult, *_ = visits.session()
    order = bought(till, {adult: 1})
    Contact.objects.filter(pk=order.contact_id).update(email=LIN)
    sent()
    browser = stranger()
    clock_at(visits.FRIDAY + timedelta(days=89, hours=23))
    assert browser.get(link(order, "tickets/")).status_code == 200

    clock_at(visits.FRIDAY + timedelta(days=90, seconds=1))
    asked = browser.get(link(order, page))

    name = {"": "order", "paid/": "order"}.get(page, f"order-{page[:-1]}")
    assert (asked.status_code, asked.url) == (303, link(order, f"code/?next={name}"))
    assert "This order is from a while ago." in words(browser.get(asked.url))
    code = with_code(browser, order, f"code/?next={name}")
    answer = take(browser, order, code, f"?next={name}")
    assert (answer.status_code, answer.url) == (303, link(order, after))
    assert browser.get(link(order, page)).status_code == 200


def test_an_order_is_over_with_its_last_parcel(clock_at):
    order = paid_order({make.variant(): 1, make.variant(): 1})
    first, second = order.suborders.order_by("pk")
    late = NOON + timedelta(days=40)
    ship(first, carrier="By hand", tracking_number="", at=late, by=make.member(first.merchant))
    Suborder.objects.filter(pk=second.pk).update(arrives_to=late.date() + timedelta(days=9))
    end = datetime.combine(
        late.date() + timedelta(days=99), datetime.min.time(), tzinfo=NOON.tzinfo
    )
    sent()

    statuses = []
    for moment in (end - HOUR, end + HOUR):
        clock_at(moment)
        statuses.append(stranger().get(link(order)).status_code)
    Suborder.objects.update(arrives_to=NOON.date())
    for moment in (late + timedelta(days=90) - HOUR, late + timedelta(days=90) + HOUR):
        clock_at(moment)
        statuses.append(stranger().get(link(order)).status_code)

    assert statuses == [200, 303, 200, 303]


def test_a_calendar_file_of_an_order_that_is_over_leads_to_its_tickets(clock_at, till):
    adult, *_ = visits.session()
    order = bought(till, {adult: 1})
    clock_at(visits.FRIDAY + timedelta(days=91))

    answer = stranger().get(link(order, f"tickets/{order.lines.get().pk}.ics"))

    assert answer.url == link(order, "code/?next=order-tickets")


def test_whoever_has_the_link_alone_stops_no_payment(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})
    order, other = payment.order, stranger()

    answers = [other.get(link(order, "cancel/")), other.post(link(order, "cancel/"))]

    assert {answer.url for answer in answers} == {link(order, "code/?next=order-cancel")}
    assert "Before the payment stops" in words(other.get(answers[0].url))
    assert Order.objects.get().is_pending
    code = with_code(other, order, "code/?next=order-cancel")
    assert take(other, order, code, "?next=order-cancel").url == link(order, "cancel/")
    assert Order.objects.get().is_pending
    other.post(link(order, "cancel/"))
    assert not Order.objects.get().is_pending


def test_the_proof_of_one_order_opens_no_other_and_nobody_makes_one_up():
    order, other = paid_order(), paid_order()
    browser = stranger()
    take(browser, order, with_code(browser, order))
    kept = browser.cookies[COOKIE].value
    assert browser.cookies[COOKIE]["httponly"]
    assert (is_shown(browser, order), is_shown(browser, other)) == (True, False)

    second = int(NOON.timestamp())
    made_up = [
        kept[:-1],
        "x",
        signing.dumps([[order.pk, second]], salt="other"),
        signing.dumps([[order.pk, second]], key="guessed", salt=COOKIE_SALT),
        signing.dumps([[order.pk, second + 9]], salt=COOKIE_SALT),
    ]
    for value in made_up:
        browser.cookies[COOKIE] = value
        assert not is_shown(browser, order)


def test_a_browser_is_remembered_for_the_ten_orders_that_it_proved_last(clock_at):
    orders, browser = [paid_order() for _ in range(11)], stranger()
    for number, order in enumerate(orders):
        clock_at(NOON + timedelta(minutes=number))
        RateLimitCount.objects.all().delete()
        take(browser, order, with_code(browser, order))

    assert [is_shown(browser, order) for order in orders] == [False] + [True] * 10
