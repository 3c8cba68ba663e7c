"""The calendar of all festivals and a festival's day, in lanes that never hide a bar."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from shop.festivals.models import RegularPrice
from shop.festivals.nominations.wishes import stores_with_units
from shop.festivals.schedule.calendar import CalendarBar, gathered, lanes
from tests import make
from tests.make import END, NOON, START

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk
HOUR = timedelta(hours=1)
EDGES = [START + HOUR * n for n in range(11)]


def bar(first, last, label="A"):
    return CalendarBar("slot", label, START + HOUR * first, START + HOUR * last, 1)


def shape(found):
    return [[(cell.span, cell.bar.label if cell.bar else "") for cell in lane] for lane in found]


def test_bars_that_do_not_meet_share_a_lane():
    found = lanes([bar(1, 3), bar(2, 5, "B"), bar(3, 4, "C")], EDGES)

    assert shape(found) == [
        [(1, ""), (2, "A"), (1, "C"), (6, "")],
        [(2, ""), (3, "B"), (5, "")],
    ]


def test_what_is_half_outside_is_drawn_to_the_edge():
    assert shape(lanes([bar(-5, 2), bar(9, 40, "B")], EDGES)) == [[(2, "A"), (7, ""), (1, "B")]]
    assert lanes([bar(-5, 0), bar(10, 12)], EDGES) == []


@given(
    st.lists(
        st.tuples(st.floats(-3, 12), st.floats(0.01, 8)).map(
            lambda pair: bar(pair[0], pair[0] + pair[1])
        ),
        max_size=12,
    )
)
def test_every_bar_that_touches_a_column_is_drawn_once_in_its_columns(bars):
    found = lanes(bars, EDGES)

    drawn = []
    for lane in found:
        assert sum(cell.span for cell in lane) == 10
        place = 0
        for cell in lane:
            if cell.bar:
                drawn.append(cell.bar)
                assert EDGES[place] < cell.bar.ends_at
                assert cell.bar.starts_at < EDGES[place + cell.span]
            place += cell.span
    inside = [b for b in bars if b.starts_at < EDGES[-1] and b.ends_at > EDGES[0]]
    assert sorted(map(id, drawn)) == sorted(map(id, inside))


def test_the_calendar_shows_what_is_planned_in_a_constant_number_of_statements(desk):
    first = make.festival(title="Spring", enrol_opens=START - timedelta(days=30),
                          enrol_closes=START - timedelta(days=5))  # fmt: skip
    second = make.festival(title="Harvest", state="draft", starts_at=END - timedelta(days=2),
                           ends_at=END + timedelta(days=9))  # fmt: skip
    make.slot(first, label="Night", starts_at=NOON, ends_at=NOON + HOUR)
    make.promotion(first, title="Welcome")
    kettle = make.variant(20_00)
    for festival in (first, second):
        make.deal(kettle, during=festival, price=15_00)
    RegularPrice.objects.create(variant=kettle, amount=18_00, starts_at=NOON + timedelta(days=14))
    desk.get("/organize/calendar/")

    with CaptureQueriesContext(connection) as few:
        page = desk.get("/organize/calendar/").text
    for _number in range(4):
        make.slot(make.festival())
    with CaptureQueriesContext(connection) as many:
        desk.get("/organize/calendar/")

    for words in (
        "Live, 10 May to 19 May", "Enrolment, 10 Apr to 4 May", "Night, 12 May", "Welcome",
        "1 variant has a deal in both", "Regular prices that change",
    ):  # fmt: skip
        assert words in page
    assert page.index("Spring") < page.index("Harvest")
    assert len(few) == len(many)


def test_the_calendar_moves_by_seven_weeks_and_takes_no_nonsense(desk):
    make.festival(title="Spring")

    assert "Nothing is planned" in desk.get("/organize/calendar/", {"from": "2028-05-01"}).text
    for odd in ("x", "2027-13-40", "9999-12-31", "0001-01-01"):
        assert "Spring" in desk.get("/organize/calendar/", {"from": odd}).text


def test_a_day_says_how_full_its_slots_are(desk):
    festival = make.festival(title="Spring", zone="Africa/Nairobi")

    def slot(label, hour, **facts):
        starts = datetime(2027, 5, 12, hour, tzinfo=UTC)
        return make.slot(
            festival, label=label, starts_at=starts, ends_at=starts + 2 * HOUR, **facts
        )

    on, late = slot("Noon", 11), slot("Night", 17, max_nominations=4)
    slot("Empty", 19)
    deal = make.deal(make.variant(20_00), during=on, price=15_00, allotment=10)
    make.deal(make.variant(20_00), during=late, price=15_00)
    make.order({deal.variant: 4})

    page = desk.get(f"/organize/festivals/{festival.pk}/timeline/").text

    for words in (
        "Wednesday, 12 May 2027", "Noon: 1 product, 40\N{NO-BREAK SPACE}% claimed",
        "Night: 1 of 4 filled", "Empty: open", "22:00, Empty, has no deal.",
        "2 stores that take part have units left.",
    ):  # fmt: skip
        assert words in page
    other = desk.get(f"/organize/festivals/{festival.pk}/timeline/", {"day": "2027-05-13"}).text
    assert "No flash slot on this day" in other


def test_a_festival_is_drawn_in_the_weeks_of_its_own_zone(desk):
    starts = datetime(2027, 5, 16, 21, tzinfo=UTC)  # midnight of Monday, 17 May, in Nairobi
    festival = make.festival(title="One day", zone="Africa/Nairobi", starts_at=starts,
                             ends_at=starts + timedelta(days=1))  # fmt: skip
    slot = make.slot(festival, label="Opening hour", starts_at=starts, ends_at=starts + HOUR)
    make.festival(title="Long over", zone="Africa/Nairobi", ends_at=starts - timedelta(days=60),
                  starts_at=starts - timedelta(days=70))  # fmt: skip

    page = desk.get("/organize/calendar/", {"from": "2027-05-10"}).text

    rows = page.split("One day</a>")[1].split("</tbody>")[0].split("</tr>")[:2]
    for row, words in zip(rows, ("1 slot", "Live, 17 May"), strict=True):
        cells = row.split("<td")[1:]
        assert words not in cells[0]  # that of 10 May
        assert f">{words}<" in cells[1]
    assert 'title="Opening hour, 17 May">1 slot</a>' in page
    assert f"/festivals/{festival.pk}/timeline/?day=2027-05-17" in page
    assert slot.label not in page.replace('title="Opening hour', "")
    assert "Long over" not in page


def test_a_day_shows_benefits_and_regular_prices_and_leads_on(desk):
    festival = make.festival(title="Spring", zone="Africa/Nairobi")
    noon = datetime(2027, 5, 12, 9, tzinfo=UTC)
    empty = make.slot(festival, label="Lunch", starts_at=noon - HOUR, ends_at=noon + 6 * HOUR)
    row = make.promotion(festival, title="Happy hour", use_from=noon, use_to=noon + HOUR)
    make.promotion(festival, title="Next day", use_from=noon + timedelta(days=1),
                   use_to=noon + timedelta(days=2))  # fmt: skip
    inside, outside = make.variant(20_00), make.variant(20_00)
    festival.participations.create(product=inside.product)
    for variant in (inside, outside):
        RegularPrice.objects.create(variant=variant, amount=18_00, starts_at=noon)

    page = desk.get(f"/organize/festivals/{festival.pk}/timeline/").text

    assert f"/organize/festivals/{festival.pk}/benefits/{row.pk}/" in page
    assert "Happy hour" in page
    assert "Next day" not in page
    prices = page.split("Regular prices that change")[1].split("</tr>")[0]
    assert re.findall(r"<td>(\d*)</td>", prices) == [*[""] * 6, "1", *[""] * 5]
    assert 'aria-current="page">Timeline' in page
    assert "12:00 has no deal" not in page
    assert "11:00, Lunch, has no deal." in page  # it is on now
    wish = desk.get(f"/organize/festivals/{festival.pk}/wanted/", {"slot": empty.pk}).text
    assert f'<option value="{empty.pk}" selected>' in wish


@pytest.mark.parametrize(("on_hand", "aside", "stores"), [(5, 4, 1), (5, 5, 0), (0, None, 0)])
def test_a_store_has_units_left_beside_what_deals_set_aside(on_hand, aside, stores):
    festival = make.festival()
    kettle = make.variant(20_00, on_hand=on_hand)
    make.deal(kettle, during=festival, price=15_00, allotment=aside)
    make.variant(20_00, on_hand=9)  # of a store that takes no part

    assert stores_with_units(festival, at=NOON) == stores


def test_many_slots_become_one_bar_a_column():
    slots = [bar(n / 2, n / 2 + 0.25, f"Slot {n}") for n in range(8)]
    live = CalendarBar("live", "Live", START, START + HOUR * 10, 1)

    found = gathered([live, *slots], EDGES)

    assert [b.label for b in found] == ["Live", *["2 slots"] * 4]
    assert [b.label for b in gathered([live, *slots[:4]], EDGES)] == [
        "Live", "Slot 0", "Slot 1", "Slot 2", "Slot 3",
    ]  # fmt: skip
    assert len(lanes(found, EDGES)) == 2
