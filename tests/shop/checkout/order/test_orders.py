import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from shop.catalogue.delivery.models import Carrier
from shop.catalogue.stock.models import Pool
from shop.money.payments.models import Payment
from shop.money.returns.ask import ask
from shop.money.returns.replace import send as replaced
from shop.money.returns.replace import send_again
from shop.orders.models import Order, Replacement, Suborder
from shop.orders.ship import add_parcel, ship
from tests import make
from tests.budgets import statements
from tests.emptying import in_any_step
from tests.make import NOON
from tests.paying import assert_books_agree
from tests.shop.checkout.steps import buy, go_to_payment, link, way_back
from tests.shop.money.returns.sold import wish
from tests.shop.orders.cart.carts import words

pytestmark = pytest.mark.django_db
TRACKING = "https://post.example/track?n={number}"


def send(order, carrier="Kenya Post", number="EE 482 KE"):
    part = order.suborders.first()
    return ship(
        part, carrier=carrier, tracking_number=number, at=NOON, by=make.member(part.merchant)
    )


def test_whoever_has_the_link_sees_parcels_and_amounts_and_its_owner_the_address(browser, till):
    store = make.merchant(name="Adire House", city="Lagos", country="NG", cloth="/media/a.svg")
    kettle = make.variant(20_00, of=make.product(of=store, title="Kettle"), options=["Blue"])
    order = buy(browser, till, {kettle: 2})

    with statements(most=7):
        answer = Client().get(link(order))
    with statements(most=8):  # and what was written to stores
        own = browser.get(link(order))

    text = words(answer)
    assert f"Order {order.number}" in text
    assert "Placed 12 May 2027. 1 parcel to Changsha, China." in text
    assert "Being packed Parcel 1 of 1, Adire House: 2 × Kettle, Blue" in text
    assert (
        "Paid 12 May at 15:00 (East Africa Time) Being packed in Lagos Due by 17 May On the way"
        in text
    )
    assert "Delivery Show the address Paid" in text
    assert "Lin Yue 88 Renmin Road Changsha Hunan, 410000 China" in words(own)
    assert "2 items from 1 store $40.00 Delivery to China, 1 parcel $5.00 Total $45.00" in text
    assert '<img src="/media/a.svg"' in answer.text


def test_a_parcel_on_its_way_has_its_carrier_and_a_link(browser, till):
    Carrier.objects.create(
        code="kp", name="Kenya Post", kind="post", serves="world", tracking_url=TRACKING,
        seen_on="2026-11-24",
    )  # fmt: skip
    order = buy(browser, till, {make.variant(): 1})
    send(order)

    answer = browser.get(link(order))

    assert "On the way" in words(answer)
    assert "Handed to Kenya Post 12 May at 15:00 (East Africa Time)" in words(answer)
    link_of = 'href="https://post.example/track?n=EE%20482%20KE" rel="noreferrer"'
    assert f"{link_of}>Follow at Kenya Post</a>" in answer.text


def test_the_steps_of_an_order_are_told_by_one_clock_wherever_its_store_is(browser, till):
    store = make.merchant(country="NG", city="Lagos")
    order = buy(browser, till, {make.variant(of=make.product(of=store)): 2})
    late = NOON + timedelta(hours=10, minutes=30)  # the next day in Nairobi, not so in Lagos
    by = make.member(store)
    part = order.suborders.get()
    ship(part, carrier="By hand", tracking_number="", at=late, by=by)
    row = send_again(part.pk, {order.lines.get().pk: 1}, reason="Broken", at=late, by=by)
    replaced(row.pk, carrier="By hand", tracking_number="", at=late, by=by)
    request = ask(order.pk, part.pk, "return", wish(order, 1, "broken"), at=late)
    Suborder.objects.filter(pk=part.pk).update(state="delivered", delivered_at=late)

    page = words(browser.get(link(order)))
    asked = words(browser.get(link(order, f"requests/{request.pk}/")))

    assert "Paid 12 May at 15:00 (East Africa Time)" in page
    assert "Handed to By hand 13 May at 01:30 (East Africa Time)" in page
    assert "Replacement promised 13 May at 01:30 (East Africa Time)" in page
    assert "Delivered 13 May" in page
    assert "You asked 13 May at 01:30 (East Africa Time)" in asked
    for text in (page, asked):
        assert set(re.findall(r"\d\d:\d\d \(([^)]+)\)", text)) == {"East Africa Time"}


@pytest.mark.parametrize("page", ["order", "list"])
def test_the_day_of_an_order_is_that_of_the_shops_clock_until_script_knows_the_readers(
    browser, till, settings, page
):
    settings.SHOP_ZONE = "Africa/Nairobi"
    order = buy(browser, till, {make.variant(20_00): 1})
    late = datetime(2027, 5, 12, 22, 30, tzinfo=UTC)  # after midnight in Nairobi
    Order.objects.update(placed_at=late, user=make.user())
    if page == "list":
        browser.force_login(Order.objects.get().user)

    text = browser.get(link(order) if page == "order" else "/account/").text

    (own,) = re.findall(
        rf'pattern="([^"]*)"[^>]*><time datetime="{re.escape(late.isoformat())}">', text
    )
    assert "13 May 2027" in text
    assert "12 May 2027" not in text
    assert "{date}" in own


def test_a_parcel_without_a_number_says_so_and_a_delivered_one_is_done(browser, till):
    order = buy(browser, till, {make.variant(): 1})
    send(order, carrier="By hand", number="")
    on_the_way = words(browser.get(link(order)))
    Suborder.objects.update(state="delivered")

    delivered = words(browser.get(link(order)))

    assert "No tracking number: this parcel travels by ordinary post." in on_the_way
    assert "Delivered Delivered Parcel 1 of 1" in delivered


def test_a_carrier_that_nobody_knows_is_marked_of_parcels_and_replacements(browser, till):
    make.carrier("Kenya Post")
    order = buy(browser, till, {make.variant(): 1})
    send(order)
    mark = "The store named this carrier. We do not know it."
    part = order.suborders.get()
    again = send_again(part.pk, {part.lines.get().pk: 1}, reason="Broken", at=NOON, by=make.user())
    replaced(again.pk, carrier="kenya post", tracking_number="1", at=NOON, by=make.user())

    assert mark not in browser.get(link(order)).text
    add_parcel(part, carrier="By hand", tracking_number="7", at=NOON, by=make.user())
    assert browser.get(link(order)).text.count(mark) == 1
    Replacement.objects.update(carrier="A friend", carrier_code="")
    assert browser.get(link(order)).text.count(mark) == 2


def test_every_discount_is_named(browser, till):
    festival = make.festival()
    make.promotion(festival, title="Ten off", value=10_00)
    kettle = make.variant(40_00)
    make.deal(kettle, during=festival, price=30_00, allotment=5)
    order = buy(browser, till, {kettle: 1})

    assert "Ten off −$10.00" in words(browser.get(link(order)))


@pytest.mark.parametrize("page", ["", "paid/", "stopped/", "cancel/"])
def test_a_wrong_number_or_token_is_not_there(browser, till, page):
    order = buy(browser, till, {make.variant(): 1})
    other = make.order({make.variant(): 1})
    year = order.number.split("-")[1]
    wrong = [
        (order.number, other.token),
        (order.number, order.token[:-1]),
        (order.number, order.token + "x"),
        (order.number, "é"),
        (other.number, order.token),
        (order.number.replace(year, "2026"), order.token),
        (order.number.lower(), order.token),
        (f"BB-{year}-999999999999999", order.token),
        ("BB-2027-٤٤٤٤٤٤", order.token),
        (str(order.pk), order.token),
    ]

    statuses = {browser.get(f"/orders/{n}/{token}/{page}").status_code for n, token in wrong}

    assert statuses == {404}


def test_an_order_that_is_not_paid_says_how_it_stands(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})

    text = words(browser.get(link(payment.order)))

    assert "Payment waiting" in text
    assert "This order is not paid. Nothing was charged." in text
    assert "Your price is held until 15:30 (East Africa Time)" in text


def test_stopping_asks_first_then_closes_the_session_and_frees_the_goods(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})
    page = browser.get(link(payment.order, "cancel/"))

    answer = browser.post(link(payment.order, "cancel/"), follow=True)

    assert "Stop this payment?" in words(page)
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "You stopped the payment. Nothing was charged" in words(answer)
    payment.refresh_from_db()
    assert (payment.state, payment.order.state) == ("expired", "expired")
    assert Pool.objects.get().held == 0
    assert_books_agree()


def test_stopping_what_was_just_paid_is_refused_kindly(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})
    till.pay(payment.session_id)

    answer = browser.post(link(payment.order, "cancel/"))

    assert answer.status_code == 409
    assert "This order is paid already, so the payment cannot be stopped." in words(answer)
    assert Order.objects.get().is_paid


def test_stopping_while_a_bank_is_at_work_or_the_provider_is_silent_frees_nothing(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})
    till.fail_next(500, 500, 500, 500)
    silent = browser.post(link(payment.order, "cancel/"))
    till.world.faults.clear()
    till.pay_later(payment.session_id)
    browser.get(way_back(payment))

    at_work = browser.post(link(payment.order, "cancel/"))

    assert (silent.status_code, at_work.status_code) == (409, 409)
    assert "cannot be reached at the moment" in words(silent)
    assert "We are waiting for your bank." in words(at_work)
    assert Order.objects.get().is_pending
    assert Pool.objects.get().held == 1


def test_stopping_twice_changes_nothing_more(browser, till):
    payment = go_to_payment(browser, {make.variant(): 1})
    for _ in range(2):
        assert browser.post(link(payment.order, "cancel/")).status_code == 303

    assert browser.get(link(payment.order, "cancel/")).status_code == 303
    assert Pool.objects.get().held == 0


@pytest.mark.parametrize("page", ["cancel/", "keep/"])
def test_what_changes_an_order_needs_its_token(till, browser, page):
    payment = go_to_payment(browser, {make.variant(): 1})
    careless = Client(enforce_csrf_checks=True)
    careless.force_login(make.user())

    assert careless.post(link(payment.order, page)).status_code == 403
    assert Order.objects.get().is_pending


def test_a_review_and_a_visit_have_words_of_their_own(browser, till):
    host = make.merchant(name="Indigo Morning", kind="experiences", city="Abeokuta")
    visit = make.product(of=host, title="Dyeing", kind="experience")
    seat = make.variant(
        of=visit, session_start=NOON + timedelta(days=9), session_zone="Africa/Lagos"
    )
    payment = go_to_payment(browser, {seat: 1})
    Payment.objects.update(state="review")
    in_review = words(browser.get(link(payment.order)))
    with in_any_step(Payment):
        Payment.objects.update(state="open")
    till.pay(payment.session_id)

    paid = words(browser.get(way_back(payment)))
    page = words(browser.get(link(payment.order)))

    assert "We are looking at the payment and will email you." in in_review
    assert "Indigo Morning 1 × Dyeing" in paid
    assert "Indigo Morning Paid 1 × Dyeing" in page
    assert "Delivery to" not in page
