"""A host opens dates on the desk by a weekly pattern."""

from datetime import UTC, datetime, timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.money.payments.call_off import call_off
from shop.storefront.listings.models import Listing
from shop.storefront.listings.refresh import close_dates
from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import bought

pytestmark = pytest.mark.django_db


def test_dates_are_opened_by_a_weekly_pattern_on_the_desk(client, clock_at):
    clock_at(NOON)  # a Wednesday
    walk = visits.experience()
    client.force_login(make.member(walk.merchant))
    typed = {
        "first": "2027-05-13", "last": "2027-05-26", "weekdays": ["5", "2"], "hour": "09:00",
        "seats": "8", "closes_before": "24", "price_adult": "40.00", "price_family": "128.50",
    }  # fmt: skip

    answer = client.post(
        f"/merchant/{walk.merchant.slug}/products/{walk.pk}/dates/", typed, follow=True
    )

    assert "4 dates are open." in answer.text
    starts = sorted({variant.session_start for variant in walk.variants.all()})
    assert [f"{start:%d %H}" for start in starts] == ["15 06", "19 06", "22 06", "26 06"]
    assert {variant.options[0] for variant in walk.variants.all()} == {"Adult", "Family of four"}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"last": "2027-05-01"}, "comes after the first"),
        ({"last": "2029-01-01"}, "comes after the first"),
        ({"weekdays": []}, "required"),
        ({"price_adult": "-1"}, "Enter a price in USD, like 48.00"),
        ({"price_adult": "1e9"}, "Enter a price in USD, like 48.00"),
        ({"seats": "0"}, "greater than or equal"),
        ({"first": "2027-05-01", "last": "2027-05-02"}, "in the future"),
        ({"weekdays": ["0", "1", "2", "3", "4", "5", "6"], "last": "2027-11-01"}, "more than 100"),
        ({"first": "9999-12-31", "last": "9999-12-31"}, "in the future"),
        ({"first": "9999-12-31", "last": "9999-12-31", "weekdays": ["4"]}, "choose a year"),
    ],
)
def test_a_pattern_that_makes_no_sense_is_explained(client, clock_at, wrong, sentence):
    clock_at(NOON)
    walk = visits.experience()
    client.force_login(make.member(walk.merchant))
    typed = {
        "first": "2027-05-13", "last": "2027-05-26", "weekdays": ["5"], "hour": "09:00",
        "seats": "8", "closes_before": "24", "price_adult": "40.00",
    }  # fmt: skip

    answer = client.post(f"/merchant/{walk.merchant.slug}/products/{walk.pk}/dates/", typed | wrong)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert not walk.variants.exists()


def test_other_people_s_experiences_get_no_dates(client, clock_at):
    clock_at(NOON)
    walk = visits.experience()
    client.force_login(make.member(visits.merchant()))

    answer = client.post(
        f"/merchant/{walk.merchant.slug}/products/{walk.pk}/dates/", {"first": "2027-05-13"}
    )

    assert answer.status_code == 404


def test_a_day_that_the_clock_leaves_out_is_named(client, clock_at):
    clock_at(NOON - timedelta(days=30))
    walk = visits.experience(of=visits.merchant(country="EG"))
    client.force_login(make.member(walk.merchant))
    typed = {
        "first": "2027-04-30", "last": "2027-04-30", "weekdays": ["4"], "hour": "00:30",
        "seats": "8", "closes_before": "24", "price_adult": "40.00",
    }  # fmt: skip

    answer = client.post(f"/merchant/{walk.merchant.slug}/products/{walk.pk}/dates/", typed)

    assert answer.status_code == 422
    assert "does not exist in Africa/Cairo" in answer.text


def test_dates_that_are_there_already_stay_and_are_said(client, clock_at):
    clock_at(NOON)
    walk = visits.experience()
    client.force_login(make.member(walk.merchant))
    first = {"first": "2027-05-15", "last": "2027-05-15"}

    assert "1 date is open." in pattern(client, walk, first)
    again = pattern(client, walk, {"first": "2027-05-15", "last": "2027-05-22"})

    assert "1 date is open." in again
    assert "1 date was open already and stays as it is." in again
    assert walk.variants.values("pool").distinct().count() == 2


def test_a_date_that_was_called_off_is_opened_again(client, clock_at, till):
    clock_at(NOON)
    walk = visits.experience()
    by = make.member(walk.merchant)
    client.force_login(by)
    pattern(client, walk, {"first": "2027-05-15", "last": "2027-05-15"})
    seat = walk.variants.get()

    for _time in range(2):
        call_off(seat.pool, reason="Rain", at=NOON, by=by)
        assert "1 date is open." in pattern(
            client, walk, {"first": "2027-05-15", "last": "2027-05-15"}
        )
        seat = walk.variants.get(cancelled_at=None)

    assert seat.session_start == datetime(2027, 5, 15, 6, tzinfo=UTC)
    assert bought(till, {seat: 1}, at=NOON + timedelta(minutes=1)).total == 40_00


def test_the_list_of_dates_has_pages_and_keeps_those_of_today(client, clock_at):
    walk = visits.experience()
    for number in range(61):
        visits.session(walk, starts=NOON + timedelta(days=number))
    client.force_login(make.member(walk.merchant))
    clock_at(NOON + timedelta(hours=3))
    address = f"/merchant/{walk.merchant.slug}/sessions/"

    with statements(most=7):
        first = client.get(address).text
    second = client.get(address + "?page=2").text

    assert "Has begun" in first
    assert "?page=2" in first
    assert "Dyeing" in second
    assert "?page=1" in second


def test_an_experience_is_available_while_a_date_that_can_be_booked_has_seats(clock_at):
    walk = visits.experience()
    visits.session(walk, starts=NOON + timedelta(days=2))
    late, *_ = visits.session(walk, starts=NOON + timedelta(days=9))
    make.listed(walk)
    Pool.objects.filter(pk=late.pool_id).update(sold=12)
    listing = Listing.objects.filter(product=walk)

    close_dates(at=NOON)
    assert listing.get().is_available

    close_dates(at=NOON + timedelta(days=1))  # the sale of the first one closes
    assert not listing.get().is_available


def pattern(client, walk, typed):
    """Return the page that a host gets after opening dates on Saturdays at nine."""
    known = {"weekdays": ["5"], "hour": "09:00", "seats": "8", "closes_before": "24",
             "price_adult": "40.00"}  # fmt: skip
    address = f"/merchant/{walk.merchant.slug}/products/{walk.pk}/dates/"
    return client.post(address, known | typed, follow=True).text
