"""Cases 14 to 19, with the zone data of the pinned package and not that of the machine."""

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from shop.festivals.local_time import (
    DoubledTime,
    FarTime,
    MissingTime,
    days_between,
    instant,
    instants,
    typed,
    wall_of,
    zones,
)
from shop.festivals.models import Festival
from shop.festivals.schedule.readiness import readiness
from tests import make

FAR = ("0001-01-01 00:00", "1999-12-31 23:59", "3000-01-01 00:00", "9999-12-31 23:59")
CAIRO, CASABLANCA = "Africa/Cairo", "Africa/Casablanca"
# Every hour of the nights in which one of the zones puts its clock forward.
JUMPS = st.sampled_from(
    [
        datetime.fromisoformat(day) + timedelta(hours=hour)
        for day in ("2027-04-30", "2027-03-14", "2027-03-28", "2028-04-28", "2028-03-05")
        for hour in range(4)
    ]
)
WALLS = st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2037-01-01"))


@pytest.fixture(autouse=True)
def pinned_zone_data():
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "hour"), [("Asia/Shanghai", 12), ("Africa/Nairobi", 17), ("Africa/Lagos", 19)]
)
def test_case_14_a_wall_time_is_another_instant_in_each_zone(zone, hour):
    assert instant(wall("2027-04-28 20:00"), zone) == datetime(2027, 4, 28, hour, tzinfo=UTC)


def test_case_15_a_time_that_the_clock_jumps_over_is_refused_with_its_neighbours():
    with pytest.raises(MissingTime) as refused:
        instant(wall("2027-04-30 00:00"), CAIRO)

    assert typed(refused.value.before) == "2027-04-29 23:59"
    assert typed(refused.value.after) == "2027-04-30 01:00"
    assert instant(refused.value.after, CAIRO) == utc("2027-04-29 22:00")
    assert "2027-04-29 23:59 or 2027-04-30 01:00" in str(refused.value)


def test_case_16_a_time_that_happens_twice_is_asked_about():
    with pytest.raises(DoubledTime) as refused:
        instant(wall("2027-10-28 23:59"), CAIRO)

    assert (refused.value.first, refused.value.second) == (
        utc("2027-10-28 20:59"),
        utc("2027-10-28 21:59"),
    )
    assert "20:59 UTC or 21:59 UTC" in str(refused.value)
    assert instant(wall("2027-10-28 23:59"), CAIRO, is_second=False) == utc("2027-10-28 20:59")
    assert instant(wall("2027-10-28 23:59"), CAIRO, is_second=True) == utc("2027-10-28 21:59")


def test_case_17_morocco_puts_its_clock_back_for_ramadan_and_forward_after_it():
    with pytest.raises(DoubledTime) as doubled:
        instant(wall("2027-02-07 02:30"), CASABLANCA)
    with pytest.raises(MissingTime):
        instant(wall("2027-03-14 02:30"), CASABLANCA)

    assert doubled.value.first == utc("2027-02-07 01:30")
    assert doubled.value.second == utc("2027-02-07 02:30")


def test_case_18_ten_days_are_ten_days_although_an_hour_is_missing():
    starts = instant(wall("2027-03-25 00:00"), "Europe/Paris")
    ends = instant(wall("2027-04-04 00:00"), "Europe/Paris")

    assert ends - starts == timedelta(hours=239)
    assert days_between(starts, ends, "Europe/Paris") == 10


@pytest.mark.django_db
def test_case_19_new_rules_of_a_zone_move_nothing_and_warn_the_organizer():
    # As if the typed 20:00 had been planned when Cairo was an hour further west.
    festival = make.festival(
        zone=CAIRO,
        starts_at=utc("2027-05-10 19:00"),
        ends_at=utc("2027-05-20 17:00"),
        starts_wall="2027-05-10 20:00",
        ends_wall="2027-05-20 20:00",
    )

    found = readiness(festival, at=make.LONG_AGO)

    warned = [finding.text for finding in found.findings if finding.code == "zone"]
    assert len(warned) == 1
    assert "The festival starts at 2027-05-10 19:00 UTC" in warned[0]
    assert "2027-05-10 20:00 there is another instant now" in warned[0]
    assert Festival.objects.get().starts_at == utc("2027-05-10 19:00")


@given(
    WALLS,
    st.sampled_from([CAIRO, CASABLANCA, "Europe/Paris", "Asia/Shanghai", "Pacific/Apia"]),
)
def test_what_a_clock_shows_leads_back_to_its_instant(at, zone):
    at = at.replace(tzinfo=UTC, second=0, microsecond=0)

    assert at in instants(wall_of(at, zone), zone)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(JUMPS, st.integers(0, 59), st.sampled_from([CAIRO, CASABLANCA, "Europe/Paris"]))
def test_the_neighbours_of_a_missing_time_exist_and_touch(hour, minute, zone):
    at = hour + timedelta(minutes=minute)
    assume(not instants(at, zone))

    with pytest.raises(MissingTime) as refused:
        instant(at, zone)

    first, second = refused.value.before, refused.value.after
    assert instant(second, zone) - instant(first, zone) == timedelta(minutes=1)
    assert first < at <= second


def test_every_place_to_choose_from_is_a_zone():
    assert {"UTC", CAIRO, CASABLANCA, "Africa/Nairobi", "Asia/Shanghai"} <= set(zones())
    assert all(instant(wall("2027-01-15 12:00"), zone) for zone in zones())


@pytest.mark.parametrize("text", FAR)
@pytest.mark.parametrize("zone", ["UTC", "America/Lima", "Pacific/Auckland"])
def test_a_time_at_the_end_of_calendars_is_refused_with_a_sentence(text, zone):
    with pytest.raises(FarTime, match="choose a year from 2000 to 2999"):
        instant(wall(text), zone)
