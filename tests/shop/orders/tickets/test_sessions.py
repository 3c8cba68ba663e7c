"""Cases 87 to 90: seats shared by kinds of tickets, and sales that close."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible, ShopError
from shop.festivals.nominations import approve
from shop.festivals.nominations.checks import Proposal, check
from shop.orders.cart import change
from shop.orders.cart.pricing import price_cart
from shop.orders.models import Order
from shop.orders.place import place_order
from shop.storefront.listings.sessions import Plan, TicketKind, open_sessions
from tests import make
from tests.make import NOON, START
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import FRIDAY


def pool_of(seat) -> Pool:
    return Pool.objects.get(pk=seat.pool_id)


@pytest.mark.django_db(transaction=True)
def test_case_87_an_adult_and_a_child_want_the_last_seat_and_one_gets_it():
    adult, child, _family = visits.session(seats=12)
    Pool.objects.filter(pk=adult.pool_id).update(sold=11)
    carts = [make.cart({adult: 1}), make.cart({child: 1})]
    agreed = [make.agreed(who) for who in carts]
    together, outcomes = threading.Barrier(2), []

    def pay(who, agreement):
        together.wait()
        try:
            place_order(who, agreed=agreement, at=NOON)
            outcomes.append("held")
        except ShopError as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=pay, args=pair) for pair in zip(carts, agreed, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count("held") == 1
    pool = pool_of(adult)
    assert (pool.sold + pool.held, pool.on_hand) == (12, 12)
    assert Order.objects.count() == 1


@pytest.mark.django_db
def test_case_88_three_seats_are_too_few_for_a_family_and_enough_for_an_adult():
    adult, _child, family = visits.session(seats=12)
    Pool.objects.filter(pk=adult.pool_id).update(sold=9)

    priced = price_cart(make.cart({family: 1}), at=NOON)
    assert priced.quote.missing == {family.pk: 1}

    order = make.order({adult: 1})
    assert order.is_pending
    assert pool_of(adult).held == 1


@pytest.mark.django_db
def test_case_89_sales_close_a_day_before_although_the_festival_runs():
    starts = datetime(2027, 5, 15, 6, tzinfo=UTC)  # nine o'clock in Nairobi
    adult, *_ = visits.session(starts=starts)
    make.deal(of=adult, during=make.festival(), price=30_00)
    closes = datetime(2027, 5, 14, 6, tzinfo=UTC)

    sold = make.order({adult: 1}, at=closes - timedelta(microseconds=1))
    late = price_cart(make.cart({adult: 1}, at=closes), at=closes)

    assert sold.total == 30_00
    assert late.quote.missing == {adult.pk: 1}


@pytest.mark.django_db
def test_case_90_when_the_deal_is_gone_a_seat_costs_the_regular_price():
    adult, *_ = visits.session(seats=12)
    deal = make.deal(of=adult, during=make.festival(), price=30_00, allotment=4)
    first = make.order({adult: 4})

    second = make.order({adult: 1})

    deal.refresh_from_db()
    assert (first.total, deal.held) == (120_00, 4)
    assert second.total == 40_00


@pytest.mark.django_db
def test_case_90_no_seat_is_taken_out_of_another_fence():
    adult, child, _family = visits.session(seats=6)
    festival = make.festival()
    make.deal(of=adult, during=festival, price=30_00, allotment=4)
    make.order({adult: 4})
    Pool.objects.filter(pk=adult.pool_id).update(on_hand=8)
    make.deal(of=child, during=make.slot(make.festival()), price=20_00, allotment=4)

    priced = price_cart(make.cart({adult: 1}), at=NOON)

    assert priced.quote.missing == {adult.pk: 1}


@pytest.mark.django_db
def test_sessions_of_a_plan_share_their_seats_and_know_their_zone():
    walk = visits.experience()
    starts = [FRIDAY, FRIDAY + timedelta(days=7)]
    plan = Plan("Africa/Nairobi", 8, (TicketKind("Adult", 40_00), TicketKind("Child", 24_00)))

    made = open_sessions(walk, starts, plan, at=NOON)
    again = open_sessions(walk, starts, plan, at=NOON)

    assert (len(made), again) == (4, [])
    assert len({variant.pool_id for variant in made}) == 2
    assert {variant.session_zone for variant in made} == {"Africa/Nairobi"}
    assert made[0].sales_close == FRIDAY - timedelta(hours=24)
    assert pool_of(made[0]).on_hand == 8


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("starts", "plan", "sentence"),
    [
        ([NOON], Plan("UTC", 8, visits.KINDS), "future"),
        ([FRIDAY], Plan("UTC", 0, visits.KINDS), "seats"),
        ([FRIDAY], Plan("UTC", 8, ()), "price"),
        ([FRIDAY], Plan("UTC", 8, (TicketKind("Adult", 0),)), "price"),
        ([], Plan("UTC", 8, visits.KINDS), "between 1 and 100"),
    ],
)
def test_a_plan_that_makes_no_sense_opens_nothing(starts, plan, sentence):
    walk = visits.experience()

    with pytest.raises(NotPossible, match=sentence):
        open_sessions(walk, starts, plan, at=NOON)

    assert not walk.variants.exists()


@pytest.mark.django_db
def test_goods_have_no_sessions():
    with pytest.raises(NotPossible, match="experiences"):
        open_sessions(make.product(), [FRIDAY], Plan("UTC", 8, visits.KINDS), at=NOON)


@pytest.mark.django_db
def test_goods_and_a_visit_are_one_cart_and_one_payment(client):
    adult, child, _family = visits.session()
    kettle = make.variant(20_00)

    order = make.order({kettle: 1, adult: 2, child: 1})

    assert order.total == 20_00 + 2 * 40_00 + 24_00
    assert sorted(part.service for part in order.suborders.all()) == ["", "parcel"]


@pytest.mark.django_db
def test_tickets_are_reserved_together_from_the_page_of_the_experience(client, clock_at):
    clock_at(NOON)
    adult, _child, family = visits.session()
    make.listed(adult.product)
    page = client.get(f"/products/{adult.product.slug}/").text

    answer = client.post(
        "/cart/reserve/",
        {
            "session": adult.pool_id,
            "kind-0": "Adult",
            "tickets-0": "2",
            "kind-1": "Child",
            "tickets-1": "0",
            "kind-2": "Family",
            "tickets-2": "1",
        },
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert "Friday" in page
    assert "12 seats left" in page
    assert answer.status_code == 303
    lines = {line.variant_id: line.quantity for line in change.CartLine.objects.all()}
    assert lines == {adult.pk: 2, family.pk: 1}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"session": "0", "tickets-0": "1"},
        {"session": "999999999999999999999", "tickets-0": "1"},
        {"session": "{pool}", "tickets-0": "0"},
        {"session": "{pool}", "kind-0": "Adult", "tickets-0": "-1"},
        {"session": "{pool}", "kind-0": "Adult", "tickets-0": "1000000"},
        {"session": "{pool}", "kind-0": "Adult", "tickets-0": "two"},
        {"session": "{pool}", "kind-0": "Senior", "tickets-0": "1"},
        {"session": "{pool}", "tickets-0": "1"},
        {"session": "{goods}", "tickets-0": "1"},
    ],
)
def test_a_reservation_that_makes_no_sense_is_refused_and_nothing_is_added(client, posted):
    adult, *_ = visits.session()
    goods = make.variant()
    facts = {"pool": adult.pool_id, "goods": goods.pool_id}
    data = {name: value.format(**facts) for name, value in posted.items()}

    answer = client.post("/cart/reserve/", data, headers={"Sec-Fetch-Site": "same-origin"})

    assert answer.status_code in (400, 409)
    assert not change.CartLine.objects.exists()


@pytest.mark.django_db
def test_a_kind_is_known_by_its_name_where_dates_have_different_ones(client, clock_at):
    clock_at(NOON)
    walk = visits.experience()
    visits.session(walk)
    later = FRIDAY + timedelta(days=1)
    adult, family = visits.session(walk, starts=later, kinds=(visits.KINDS[0], visits.KINDS[2]))
    make.listed(walk)
    page = client.get(f"/products/{walk.slug}/").text
    same_origin = {"Sec-Fetch-Site": "same-origin"}

    child = client.post(
        "/cart/reserve/",
        {"session": adult.pool_id, "kind-1": "Child", "tickets-1": "1"},
        headers=same_origin,
    )
    assert (child.status_code, change.CartLine.objects.count()) == (409, 0)

    client.post(
        "/cart/reserve/",
        {"session": adult.pool_id, "kind-2": "Family", "tickets-2": "1"},
        headers=same_origin,
    )
    assert [name in page for name in ("Adult", "Child", "Family")] == [True, True, True]
    assert 'data-prices="40.00 0 128.00"' in page
    assert change.CartLine.objects.get().variant == family


@pytest.mark.django_db
def test_the_page_shows_dates_that_can_be_booked_and_full_ones_stay_to_see(client, clock_at):
    clock_at(NOON)
    walk = visits.experience()
    visits.session(walk, starts=NOON + timedelta(hours=25))
    full, *_ = visits.session(walk, starts=FRIDAY)
    visits.session(walk, starts=FRIDAY + timedelta(days=1))
    Pool.objects.filter(pk=full.pool_id).update(sold=12)
    make.listed(walk)

    before = client.get(f"/products/{walk.slug}/").text
    clock_at(NOON + timedelta(hours=2))
    after = client.get(f"/products/{walk.slug}/").text

    assert before.count('name="session"') == 3
    assert after.count('name="session"') == 2
    assert "Full" in after


@pytest.mark.django_db
def test_only_dates_after_the_start_of_a_slot_are_meant():
    walk = visits.experience()
    early = visits.session(walk, starts=START - timedelta(days=1))
    late = visits.session(walk, starts=START + timedelta(days=2))
    slot = make.festival().slots.get()
    nomination = make.nomination(of=early[0], during=slot, percent=25)
    case = (walk, slot, nomination.enrolment, Proposal(rule="percent", numbers={"percent": 25}))

    found = check(*case, at=START - timedelta(days=3))
    deals = approve.approve(nomination, at=START - timedelta(days=3))

    assert [row.variant for row in found.variants] == late
    assert [deal.variant for deal in deals] == late


@pytest.mark.django_db
def test_what_no_date_can_use_is_not_approved():
    early = visits.session(starts=START - timedelta(days=1))
    nomination = make.nomination(of=early[0], during=make.festival(), percent=25)

    with pytest.raises(NotPossible, match="None of its variants or dates"):
        approve.approve(nomination, at=START - timedelta(days=3))

    nomination.refresh_from_db()
    assert nomination.state == "submitted"
