"""When the experiences of the sample take place."""

import csv
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sample.hours import FILE, is_near, read_hours
from sample.reading import stores
from sample.scheduling import plan_of, starts_of
from sample.sheets import SheetError

EACH_SEASON = [datetime(2026, month, 15, 12, tzinfo=UTC) for month in (1, 4, 7, 10)]
# What a title says, an hour at which the outing is under way, and the latest start.
SAID = {
    r"night sky|after dark|moonbow|night patrol|\bnight on|desert night": (21, 24),
    r"sunset|end of the day": (18, 17),
    r"evening": (19, 19),
    r"afternoon": (15, 15),
    r"\bmorning\b|market basket|lunch": (11, 10.5),
    r"first light|dawn|before sunrise|opening time|first ferry": (7, 7),
}


def outings():
    return {
        product.sku: (product, plan_of(store, product).zone)
        for store in stores()
        for product in store.products
        if product.outing
    }


def starts(product, zone, at):
    return [one.astimezone(ZoneInfo(zone)) for one in starts_of(product.outing, zone, at)]


def test_each_experience_has_its_hours_and_why():
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["sku"] for row in rows] == sorted(outings())
    assert not [row["sku"] for row in rows if len(row["why"]) < 10]


@pytest.mark.parametrize("said", SAID)
def test_an_experience_takes_place_at_the_time_of_day_that_its_title_says(said):
    hour, latest = SAID[said]
    found = 0
    for product, zone in outings().values():
        if not re.search(said, product.title, re.IGNORECASE):
            continue
        found += 1
        for start in starts(product, zone, EACH_SEASON[0])[:20]:
            then = start.replace(hour=hour, minute=0)
            ends = start + timedelta(minutes=product.outing.duration_minutes)
            assert start <= then <= ends, (product.title, start)
            assert start.hour + start.minute / 60 <= latest, (product.title, start)
    assert found


def test_an_hour_that_the_meeting_point_names_is_that_of_every_session():
    found = 0
    for product, zone in outings().values():
        if named := re.search(r", (\d\d?):(\d\d)", product.outing.meeting_point):
            found += 1
            hours = {(one.hour, one.minute) for one in starts(product, zone, EACH_SEASON[0])}
            assert hours == {(int(named[1]), int(named[2]))}, product.title
    assert found > 20


@pytest.mark.parametrize("at", EACH_SEASON)
def test_each_experience_has_dates_in_its_months_on_its_days(at):
    for product, zone in outings().values():
        times, days = product.outing.times, starts(product, zone, at)
        assert len(days) >= 5, product.title
        assert at < days[0] < at + timedelta(days=366), product.title
        assert not times.months or {one.month for one in days} <= times.months
        assert not times.weekdays or {one.weekday() for one in days} <= times.weekdays


def test_an_outing_with_two_hours_has_as_many_sessions_a_week_as_its_sheet_says():
    product, zone = outings()["ET-ERD-001"]
    days = starts(product, zone, EACH_SEASON[0])
    assert len(days) == 8 * product.outing.sessions_per_week == 80
    assert {one.hour for one in days} == {10, 15}


def test_the_moonbow_is_walked_to_in_three_nights_around_full_moon():
    product, zone = outings()["ZM-SLL-002"]
    nights = [one.date().isoformat() for one in starts(product, zone, EACH_SEASON[0])]
    # Full moons of 2026: 1 February at 22:09 UTC, 3 March at 11:38 UTC.
    assert nights[:3] == ["2026-02-01", "2026-02-02", "2026-02-03"]
    assert nights[3:6] == ["2026-03-02", "2026-03-03", "2026-03-04"]


def test_three_evenings_are_near_each_full_moon():
    evenings = [datetime(2026, 1, 1, tzinfo=UTC).date() + timedelta(days=n) for n in range(354)]
    assert 34 <= sum(is_near("full", one) for one in evenings) <= 40


@pytest.mark.parametrize(
    "row",
    ["XX-A-001,,,,,none", "XX-A-001,25:00,,,,", "XX-A-001,09:00,13,,,", "XX-A-001,09:00,,,half,"],
)
def test_a_row_that_makes_no_sense_is_refused_with_its_sku(tmp_path, row):
    file = tmp_path / "hours.csv"
    file.write_text(f"sku,hours,months,weekdays,moon,why\n{row}\n", "utf-8")
    with pytest.raises(SheetError, match="XX-A-001"):
        read_hours(file)
