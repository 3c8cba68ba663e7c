"""A host's dates by month, and the page of the address of their own calendar."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from shop.catalogue.stock.models import Pool
from shop.merchant.dashboard.products import months
from shop.money.payments.call_off import call_off
from shop.people.merchants.models import Membership
from shop.storefront.listings.sessions import Plan, open_sessions
from tests import make
from tests.budgets import statements
from tests.make import LONG_AGO, NOON
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import DAY, FRIDAY, KINDS

pytestmark = pytest.mark.django_db


def shown(client, product, /, **asked):
    """Return the page and where its dates are, by day of the month."""
    answer = client.get(f"/merchant/{product.merchant.slug}/sessions/month/", asked)
    assert answer.status_code == 200
    inside = [day for week in answer.context["weeks"] for day in week if day.is_inside]
    found = {day.day.day: [one.id for one in day.dates] for day in inside if day.dates}
    return answer, found


def opened(of, starts, zone="Africa/Nairobi"):
    """Return the pool of a new session in a zone."""
    return open_sessions(of, [starts], Plan(zone, 12, KINDS, DAY), at=LONG_AGO)[0].pool


def test_a_month_shows_its_dates_with_how_many_are_booked(client, walk, host):
    adult, *_ = visits.session(walk)
    full, *_ = visits.session(walk, seats=2, starts=FRIDAY + DAY)
    gone, *_ = visits.session(walk, starts=FRIDAY + 2 * DAY)
    Pool.objects.filter(pk=adult.pool_id).update(sold=5)
    Pool.objects.filter(pk=full.pool_id).update(sold=2)
    call_off(Pool.objects.get(pk=gone.pool_id), reason="Rain", at=NOON, by=host)

    answer, found = shown(client, walk)

    assert found == {21: [adult.pool_id], 22: [full.pool_id], 23: [gone.pool_id]}
    for words in ("May 2027", "5 of 12", "5 of 12 seats booked", "7 seats left", "2 of 2, full",
                  "Called off", "15:00", "7 guests in this month.", "1 date<"):  # fmt: skip
        assert words in answer.text
    assert answer.text.count(f'href="/merchant/{walk.merchant.slug}/sessions/{adult.pool_id}/"'
                             ) == 2  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "day"),
    [
        ("", 21),
        ("2027-05-22", 22),
        ("2027-05-23", 23),
        ("2027-06-22", 21),
        ("2027-05-32", 21),
        ("x", 21),
    ],
)
def test_the_dates_of_one_day_stand_below_the_month(client, walk, host, asked, day):  # fmt: skip
    pools = {21: opened(walk, FRIDAY), 22: opened(walk, FRIDAY + DAY)}

    answer, _found = shown(client, walk, day=asked)

    listed = answer.text.split('class="agenda"')[1]
    for number, pool in pools.items():
        assert (f"/sessions/{pool.pk}/" in listed) == (number == day)
    assert ("No dates on this day." in listed) == (day == 23)
    assert answer.context["shown_day"].day == date(2027, 5, day)


def test_a_box_of_the_month_has_the_first_dates_of_its_day_and_says_how_many(client, walk, host):
    pools = [opened(walk, FRIDAY + timedelta(hours=n)) for n in range(5)]

    answer, _found = shown(client, walk)

    month, below = answer.text.split('class="agenda"')
    assert [f"/sessions/{pool.pk}/" in month for pool in pools] == [True] * 2 + [False] * 3
    assert all(f"/sessions/{pool.pk}/" in below for pool in pools)
    assert "5 dates<" in month


@pytest.mark.parametrize(("zone", "starts", "month", "day"), [
    ("Pacific/Kiritimati", datetime(2027, 5, 31, 9, 30, tzinfo=UTC), "2027-05", 31),
    ("Pacific/Kiritimati", datetime(2027, 5, 31, 10, 30, tzinfo=UTC), "2027-06", 1),
    ("Pacific/Pago_Pago", datetime(2027, 6, 1, 10, 30, tzinfo=UTC), "2027-05", 31),
    ("Pacific/Pago_Pago", datetime(2027, 6, 1, 11, 30, tzinfo=UTC), "2027-06", 1),
])  # fmt: skip
def test_a_late_date_lands_on_the_day_of_its_place(client, walk, zone, starts, month, day):
    client.force_login(make.member(walk.merchant))
    pool = opened(walk, starts, zone)
    other = {"2027-05": "2027-06", "2027-06": "2027-05"}[month]

    answer, found = shown(client, walk, m=month)

    assert found == {day: [pool.pk]}
    assert f"<b>{'23' if day == 31 else '00'}:30" in answer.text
    assert shown(client, walk, m=other)[1] == {}


@pytest.mark.parametrize(("language", "first"), [("en", 1), ("fr", 1), ("zh-hans", 1), ("pt", 7)])
def test_weeks_begin_as_the_language_has_it(language, first):
    with translation.override(language):
        weeks = months.weeks_of(date(2027, 5, 1), [], today=date(2027, 5, 12))

    assert {week[0].day.isoweekday() for week in weeks} == {first}
    assert {len(week) for week in weeks} == {7}
    inside = [one.day for week in weeks for one in week if one.is_inside]
    assert inside == [date(2027, 5, 1) + DAY * n for n in range(31)]
    assert [one.day for week in weeks for one in week if one.is_today] == [date(2027, 5, 12)]


@pytest.mark.parametrize("asked", ["", "x", "2027-13", "2027-00", "2027-5", "1999-01", "2027-06-01",
                                   "٢٠٢٧-٠٦", "2027-06\n"])  # fmt: skip
def test_nonsense_shows_this_month(client, walk, host, asked):
    answer, _found = shown(client, walk, m=asked)

    assert answer.context["first"] == date(2027, 5, 1)
    assert answer.context["is_now"]


def test_months_lead_to_each_other(client, walk, host):
    visits.session(walk, starts=datetime(2028, 1, 3, 9, tzinfo=UTC))

    answer, _found = shown(client, walk, m="2027-12", of=walk.pk)

    links = re.findall(r'href="\?(m=[^"#]*)"', answer.text)
    assert links == [f"m={month}&amp;of={walk.pk}" for month in ("2027-11", "2028-01")]
    assert shown(client, walk, m="2028-01")[1].keys() == {3}
    for edge in ("2000-01", "2099-12"):
        shown(client, walk, m=edge)


def test_this_month_is_that_of_the_store(client, clock_at, walk, host):
    clock_at(datetime(2027, 5, 31, 22, tzinfo=UTC))  # 1 June, one o'clock in Nairobi

    answer, _found = shown(client, walk)

    assert answer.context["first"] == date(2027, 6, 1)


def test_one_experience_is_shown_alone(client, walk, host):
    climb = visits.experience(of=walk.merchant, title="Climb")
    walks, climbs = (opened(one, FRIDAY) for one in (walk, climb))

    assert set(shown(client, walk)[1][21]) == {walks.pk, climbs.pk}
    assert shown(client, walk, of=climb.pk)[1] == {21: [climbs.pk]}


def test_dates_of_another_store_are_never_shown(client, walk, host):
    theirs = visits.experience(of=visits.merchant(), title="Not ours")
    opened(theirs, FRIDAY)

    for asked in ({}, {"of": theirs.pk}):
        answer, found = shown(client, walk, **asked)
        assert found == {}
        assert "Not ours" not in answer.text
        assert "No dates in this month." in answer.text


def test_a_month_with_too_many_dates_says_so(client, monkeypatch, walk, host):
    monkeypatch.setattr(months, "MOST", 2)
    first, second = (opened(walk, FRIDAY + DAY * n) for n in range(2))
    assert "Choose an experience." not in shown(client, walk)[0].text
    opened(walk, FRIDAY + DAY * 2)

    answer, found = shown(client, walk)

    assert found == {21: [first.pk], 22: [second.pk]}
    assert "Not all dates of this month fit here. Choose an experience." in answer.text


def test_the_pages_cost_the_same_for_few_and_for_many(client, walk, host):
    store = f"/merchant/{walk.merchant.slug}/sessions/"
    opened(walk, FRIDAY)
    costs = []

    for more in (range(0), range(1, 9)):
        for number in more:
            opened(visits.experience(of=walk.merchant, title=f"Tour {number}"), FRIDAY)
            opened(walk, FRIDAY + DAY * number)
        for page in ("month/", "calendar/"):
            client.get(store + page)
            with statements(most=5) as asked:
                assert client.get(store + page).status_code == 200
            costs.append(len(asked))

    assert costs == [5, 3, 5, 3]


def test_an_address_is_made_changed_and_closed(client, walk, host):
    page = f"/merchant/{walk.merchant.slug}/sessions/calendar/"
    assert "There is none yet." in client.get(page).text

    made = client.post(page, {"do": "new"}, follow=True)
    first = made.context["address"]
    assert "Your address is made." in made.text
    assert f'value="{first}"' in made.text
    assert 'href="webcal://' in made.text
    assert client.get(first).status_code == 200
    second = client.post(page, {"do": "new"}, follow=True).context["address"]
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200

    closed = client.post(page, {"do": "close"}, follow=True)

    assert "The address is closed" in closed.text
    assert closed.context["address"] == ""
    assert client.get(second).status_code == 404


def test_each_member_has_an_address_of_their_own(client, walk, host):
    other = make.member(walk.merchant, role="packer")
    page = f"/merchant/{walk.merchant.slug}/sessions/calendar/"
    client.post(page, {"do": "new"})

    assert Membership.objects.get(user=other).calendar_key is None
    client.force_login(other)
    assert client.get(page).context["address"] == ""
