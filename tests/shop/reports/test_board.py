from datetime import timedelta
from random import Random

import pytest

from shop.festivals.models import Deal, Festival, Fund, Promotion
from shop.orders.models import Order
from shop.reports import checks, tallies
from shop.reports.board import board
from shop.reports.models import Refused
from shop.reports.report import figures
from tests import make
from tests.budgets import statements
from tests.buying import expire, pay
from tests.make import NOON
from tests.shop.reports.crowded import PENDING, crowded_festival, full_scans
from tests.shop.reports.past import World, paid_order

pytestmark = pytest.mark.django_db


@pytest.mark.long
def test_at_a_hundred_thousand_orders_the_board_costs_eight_statements_and_reads_no_table_through():
    festival = crowded_festival()
    whole = type(festival).objects

    with statements(most=8) as asked:
        shown = board(whole.get(pk=festival.pk), at=NOON)

    assert {sql[:60]: scans for sql in asked if (scans := full_scans(sql))} == {}
    assert shown.pending.orders == PENDING // 10
    assert shown.total.paid == 14_000
    assert shown.placed > 200
    # The plan would show it.
    assert full_scans("SELECT sum(total) FROM shop_order") == {"shop_order"}


def test_the_board_says_what_was_sold_is_held_and_is_left():
    festival = make.festival()
    kettle = make.variant(25_00, of=make.product(title="Kettle"))
    deal = make.deal(of=kettle, during=festival, price=20_00, allotment=10)
    pay(make.order({kettle: 3}))
    make.order({kettle: 2})
    expire(make.order({kettle: 1}))
    tallies.count_sales(at=NOON + timedelta(minutes=1))

    shown = board(festival, at=NOON + timedelta(minutes=2))

    assert (shown.total.orders, shown.total.units, shown.total.paid) == (1, 3, 60_00)
    assert (shown.held, shown.left) == (2, 5)
    assert (shown.pending.orders, shown.pending.units) == (1, 2)
    assert (shown.placed, shown.paid, shown.conversion) == (3, 1, 33)
    assert [(row.id, row.percent) for row in shown.claimed] == [(deal.pk, 50)]
    assert [row.title for row in shown.top] == ["Kettle"]
    assert shown.stuck == []
    assert shown.counted_at == NOON + timedelta(minutes=1)
    assert [row.name for row in shown.merchants] == [kettle.product.merchant.name]
    assert [(row.key, row.units) for row in shown.countries] == [("CN", 3)]


def test_orders_per_minute_are_those_of_the_last_five_whole_minutes():
    world, dice = World(), Random(1)
    for n in range(20):
        paid_order(world, dice, at=NOON + timedelta(minutes=n // 4), email=f"{n}@example.org")
    tallies.count_sales(at=NOON + timedelta(minutes=30))
    own = Order.objects.filter(lines__festival=world.festival).distinct().count()

    shown = board(world.festival, at=NOON + timedelta(minutes=30))

    assert shown.per_minute == 0
    assert sum(count for _hour, count in shown.hours) >= own
    count, moment = shown.peak
    assert count >= 1
    assert NOON <= moment <= NOON + timedelta(minutes=10)
    during = board(world.festival, at=NOON + timedelta(minutes=9))
    assert during.per_minute > 0


def test_today_begins_at_midnight_in_the_zone_of_the_festival():
    world, dice = World(), Random(2)
    Festival.objects.filter(pk=world.festival.pk).update(zone="Africa/Nairobi")
    world.festival.refresh_from_db()
    for hour in (20, 21):  # midnight in Nairobi is 21:00 UTC
        for n in range(6):
            at = NOON.replace(hour=hour, minute=10)
            paid_order(world, dice, at=at, email=f"{hour}{n}@example.org")
    tallies.count_sales(at=NOON.replace(hour=22))

    days = figures(world.festival, at=NOON)["days"]
    before = board(world.festival, at=NOON.replace(hour=20, minute=59)).today
    after = board(world.festival, at=NOON.replace(hour=22)).today

    assert after.paid == days[1]["paid"] < before.paid
    assert after.orders == days[1]["orders"]


def test_who_parks_stock_is_shown_by_a_short_hash():
    festival = make.festival()
    kettle = make.variant(25_00)
    make.deal(of=kettle, during=festival, price=20_00)
    one = make.shopper(address="127.9.9.9")
    make.order({kettle: 5}, of=one)
    make.order({kettle: 2}, of=make.shopper(address="127.9.9.9"))
    make.order({kettle: 1})

    first, second = board(festival, at=NOON).parked

    assert (first.orders, first.units, second.units) == (2, 7, 1)
    assert first.key == one.network_key[:8]


def test_refusals_are_shown_by_reason_in_the_last_hour_and_day():
    festival = make.festival()
    for minutes in (10, 20, 200, 2000):
        Refused.objects.create(at=NOON - timedelta(minutes=minutes), reason="stock")
    Refused.objects.create(at=NOON, reason="limit")

    assert board(festival, at=NOON).refused == [
        ("sold out", 2, 3), ("has had what one shopper may buy", 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(("spent", "is_said"), [(79, False), (80, True), (100, True)])
def test_a_budget_of_which_four_fifths_are_gone_is_an_alert(spent, is_said):
    festival = make.festival()
    row = make.promotion(festival, title="Welcome", budget=100)
    Promotion.objects.filter(pk=row.pk).update(spent=spent - 20, held_amount=20)

    said = [alert.tag for alert in board(festival, at=NOON).alerts]

    assert ("Budget" in said) == is_said


@pytest.mark.parametrize(
    ("sold", "tag"), [(89, None), (90, "Claimed"), (99, "Claimed"), (100, "Sold out")]
)
def test_a_deal_of_which_nine_tenths_are_claimed_is_an_alert(sold, tag):
    festival = make.festival()
    deal = make.deal(of=make.variant(), during=festival, price=15_00, allotment=100)
    Deal.objects.filter(pk=deal.pk).update(sold=sold)

    said = {alert.tag for alert in board(festival, at=NOON).alerts} & {"Claimed", "Sold out"}

    assert said == ({tag} if tag else set())


def test_an_unpaid_order_past_its_time_and_a_slot_without_deals_are_alerts():
    festival = make.festival()
    kettle = make.variant(25_00)
    make.deal(of=kettle, during=festival, price=20_00)
    make.slot(festival, label="Tonight", starts_at=NOON + timedelta(hours=3))
    make.order({kettle: 1})

    texts = [alert.text for alert in board(festival, at=NOON + timedelta(hours=1)).alerts]

    assert "1 unpaid order holds units past the time to pay." in texts
    assert "“Tonight” begins soon and has no deal." in texts


def test_what_the_last_look_found_wrong_stands_among_the_alerts():
    festival = make.festival()
    make.order({make.variant(20_00): 1})
    Order.objects.update(pay_by=NOON - timedelta(minutes=6))
    checks.look_around(at=NOON)

    first = board(festival, at=NOON).alerts[0]

    assert (first.tag, first.standing) == ("Unpaid orders", "bad")


def test_what_sponsors_give_is_shown_with_what_is_drawn_from_it():
    world, dice = World(), Random(3)
    for n in range(30):
        paid_order(world, dice, email=f"{n}@example.org")
    tallies.count_sales(at=NOON + timedelta(minutes=30))

    budgets = board(world.festival, at=NOON + timedelta(minutes=30)).budgets

    fund = next(row for row in budgets if row.kind == "fund")
    assert fund.limit == Fund.objects.get().amount
    assert 0 < fund.spent < fund.limit
