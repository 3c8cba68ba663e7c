"""The desk's screen of prices and previews: moments, shared addresses, sheets as evidence."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from cms.models import FestivalPage
from shop.festivals.models import ChangeLog
from shop.storefront.models import PreviewLink, ProbeResult
from tests import make, pages
from tests.budgets import statements
from tests.make import END, NOON, START
from tests.organizing.people import BEFORE, organizer

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def kettle():
    return make.variant(20_00)


@pytest.fixture
def festival(clock_at, kettle):
    clock_at(BEFORE)
    made = make.festival(title="Harvest")
    make.deal(kettle, during=made, price=15_00, allotment=6)
    make.listed(kettle.product)
    return made


@pytest.fixture
def desk(client):
    client.force_login(organizer())
    return client


def place(festival, rest=""):
    return f"/organize/festivals/{festival.pk}/{rest}"


def test_the_screen_offers_every_boundary_and_costs_the_same_whatever_there_is(desk, festival):
    slot = make.slot(festival, label="Opening night", starts_at=NOON, ends_at=NOON + 9 * SECOND)
    desk.get(place(festival, "preview/"))
    with statements(most=18) as few:
        page = desk.get(place(festival, "preview/")).text
    for text in ("One second before the start", "At the start", "One second after the end",
                 "Slot starts: Opening night", slot.ends_at.isoformat()):  # fmt: skip
        assert text in page

    for n in range(9):
        make.slot(festival, starts_at=NOON + n * SECOND, ends_at=NOON + 20 * SECOND)
        desk.post(place(festival, "preview/links/"), typed(f"Office {n}"))
        ProbeResult.objects.create(festival=festival, opens_at=START, at=BEFORE, is_ok=n % 2,
                                   address=f"/products/{n}/", expected="1", found="2")  # fmt: skip
    desk.get(place(festival, "preview/"))
    with statements(most=18) as many:
        page = desk.get(place(festival, "preview/")).text

    assert len(many) == len(few)
    assert "Office 8" in page
    assert "/products/8/" in page


def typed(who, **facts):
    known = {"share-shared_with": who, "share-at": START.isoformat(), "share-hours": "24"}
    return known | {f"share-{name}": value for name, value in facts.items()}


def test_a_look_opens_the_shop_at_that_moment_for_this_browser_alone(desk, festival, kettle):
    answer = desk.post(place(festival, "preview/"), {"preview-at": START.isoformat()})

    assert (answer.status_code, answer.url) == (302, "/")  # it has no page of its own
    assert answer.cookies["preview"]["httponly"]
    assert "$15.00" in desk.get(f"/products/{kettle.product.slug}/").text
    assert "$15.00" not in Client().get(f"/products/{kettle.product.slug}/").text


def test_a_look_opens_the_page_of_the_festival_and_not_of_another(desk, festival):
    page = pages.page(FestivalPage, festival=festival, slug="this-one")
    pages.page(FestivalPage, festival=make.festival(), slug="another")

    answer = desk.post(place(festival, "preview/"), {"preview-at": START.isoformat()})

    assert answer.url == pages.address(page) == "/festivals/this-one/"
    assert festival.title in desk.get(answer.url).text


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"preview-at": ""}, "Choose a moment"),
        ({"preview-at": "2027-01-01T00:00:00+00:00"}, "Select a valid choice"),
        ({"preview-at_wall": "2027-04-30T00:30"}, "does not exist"),
        ({"preview-at_wall": "2027-10-28T23:30"}, "happens twice"),
        ({"preview-at_wall": "rubbish"}, "Enter a valid date"),
    ],
)
def test_a_moment_that_is_none_is_said_at_its_field(desk, clock_at, facts, says):
    clock_at(BEFORE)
    festival = make.festival(zone="Africa/Cairo")

    answer = desk.post(place(festival, "preview/"), facts)

    assert answer.status_code == 422
    assert says in answer.text
    assert "preview" not in answer.cookies


def test_of_a_time_that_happens_twice_the_second_can_be_meant(desk, clock_at):
    clock_at(BEFORE)
    festival = make.festival(zone="Africa/Cairo")
    wall = {"preview-at_wall": "2027-10-28T23:30"}

    asked = desk.post(place(festival, "preview/"), wall)
    assert "Which of the two?" in asked.text
    answer = desk.post(place(festival, "preview/"), wall | {"preview-at_wall_which": "second"})

    assert answer.status_code == 302
    assert "21:30:00 UTC" in desk.get("/").text


def test_a_preview_is_shared_listed_and_revoked(desk, festival, kettle):
    answer = desk.post(place(festival, "preview/links/"), typed("Ministry of Trade"), follow=True)
    link = PreviewLink.objects.get()
    key = answer.text.split("/preview/")[-1].split("/")[0]
    assert "Ministry of Trade" in answer.text
    assert link.expires_at - link.made_at == timedelta(hours=24)
    guest = Client()
    address = answer.text.split('readonly value="http://testserver')[1].split('"')[0]
    assert key
    guest.get(address)
    assert "$15.00" in guest.get(f"/products/{kettle.product.slug}/").text

    answer = desk.post(place(festival, f"preview/links/{link.pk}/revoke/"), follow=True)

    assert "revoked" in answer.text
    assert address not in answer.text
    assert "$15.00" not in guest.get(f"/products/{kettle.product.slug}/").text
    actions = ChangeLog.objects.filter(subject="previewlink").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == ["share", "revoke"]


@pytest.mark.parametrize("hours", ["0", "73", "-1", "", "x"])
def test_a_preview_is_shared_for_72_hours_at_most(desk, festival, hours):
    answer = desk.post(place(festival, "preview/links/"), typed("A ministry", hours=hours))

    assert answer.status_code == 422
    assert not PreviewLink.objects.exists()


def test_a_link_of_another_festival_is_not_found(desk, festival):
    desk.post(place(festival, "preview/links/"), typed("A ministry"))
    link = PreviewLink.objects.get()

    answer = desk.post(place(make.festival(), f"preview/links/{link.pk}/revoke/"))

    assert answer.status_code == 404
    link.refresh_from_db()
    assert link.revoked_at is None


@pytest.mark.parametrize("group", ["reviewer", "merchandiser", "analyst"])
def test_only_organizers_see_the_address_of_what_is_shared(client, festival, desk, group):
    desk.post(place(festival, "preview/links/"), typed("Ministry of Trade"))
    other = Client()
    other.force_login(organizer(group))

    page = other.get(place(festival, "preview/")).text

    assert "Ministry of Trade" in page
    assert 'readonly value="' not in page


def changes(desk, festival, first, second, **more):
    asked = {"first": first.isoformat(), "second": second.isoformat()} | more
    return desk.get(place(festival, "prices/changes/"), asked)


def test_what_changes_at_the_start_is_listed_and_nothing_else(desk, festival, kettle):
    other = make.variant(30_00)

    page = changes(desk, festival, START - SECOND, START).text

    assert kettle.sku in page
    assert other.sku not in page
    row = page.split(kettle.sku)[1].split("</tr>")[0]
    assert [part for part in ("$20.00", "$15.00", "-25 %", "Harvest: whole") if part in row] == [
        "$20.00", "$15.00", "-25 %", "Harvest: whole",
    ]  # fmt: skip
    assert "Nothing costs anything else" in changes(desk, festival, START, START).text


def test_the_changes_come_as_csv_and_as_xlsx(desk, festival, kettle):
    kettle.product.title = "=HYPERLINK(1)"
    kettle.product.save()

    rows = list(
        csv.reader(
            StringIO(
                changes(desk, festival, START - SECOND, START, format="csv").text.lstrip("\ufeff")
            )
        )
    )
    book = changes(desk, festival, START - SECOND, START, format="xlsx")
    sheet = list(load_workbook(BytesIO(book.content)).active.values)

    assert rows[1][:3] == ["Product", "Variant", "SKU"]
    assert rows[2][0] == "'=HYPERLINK(1)"
    assert rows[2][5:8] == ["20.00", "15.00", "-25"]
    assert len(rows) == 3
    assert [float(value) for value in sheet[2][5:7]] == [20.0, 15.0]
    assert sheet[2][0] == "'=HYPERLINK(1)"


def test_pages_of_changes_lead_on_and_cost_the_same_statements(desk, festival):
    few = 13
    for _ in range(52):
        make.deal(make.variant(20_00), during=festival, price=15_00)

    changes(desk, festival, START - SECOND, START)
    with statements(most=few):
        page = changes(desk, festival, START - SECOND, START).text
    following = page.split('href="?')[-1].split('"')[0].replace("&amp;", "&")
    with statements(most=few):
        rest = desk.get(place(festival, f"prices/changes/?{following}")).text

    assert (page.count("SKU-"), rest.count("SKU-")) == (50, 3)


def test_the_price_list_of_a_past_moment_is_what_was_shown_then(desk, clock_at, festival, kettle):
    make.reprice(kettle, 33_00, at=END + timedelta(days=1))
    clock_at(END + timedelta(days=30))

    def price_at(at):
        answer = desk.get(
            place(festival, "prices/"),
            {"at_wall": f"{at:%Y-%m-%dT%H:%M}", "format": "csv"},
        )
        rows = list(csv.reader(StringIO(answer.text.lstrip("\ufeff"))))
        return next(row[6] for row in rows if row[2:3] == [kettle.sku])

    assert price_at(START - timedelta(minutes=1)) == "20.00"
    assert price_at(START) == "15.00"
    assert price_at(END - timedelta(minutes=1)) == "15.00"
    assert price_at(END) == "20.00"
    assert price_at(END + timedelta(days=2)) == "33.00"


def test_the_price_list_says_its_moment_in_both_zones_and_prints_on_one_page(desk, festival):
    for _ in range(60):
        make.variant()

    page = desk.get(place(festival, "prices/"), {"at": START.isoformat()}).text
    printed = desk.get(place(festival, "prices/"), {"at": START.isoformat(), "format": "print"})

    assert "10 May 2027, 00:00:00 UTC" in page
    assert page.count("SKU-") == 50
    assert printed.text.count("SKU-") == 61
    following = page.split('href="?')[-1].split('"')[0].replace("&amp;", "&")
    assert desk.get(place(festival, f"prices/?{following}")).text.count("SKU-") == 11


def test_a_draft_is_compared_and_listed_as_planned(desk, clock_at, kettle):
    clock_at(BEFORE)
    draft = make.festival(state="draft")
    make.deal(kettle, during=draft, price=15_00)
    teapot = make.variant(30_00)
    make.nomination(teapot, during=draft, price=22_00)

    page = changes(desk, draft, START - SECOND, START).text
    waiting = changes(desk, draft, START - SECOND, START, waiting="on").text
    prices = desk.get(place(draft, "prices/"), {"at": START.isoformat()}).text

    assert "$15.00" in page
    assert teapot.sku not in page
    assert "$22.00" in waiting
    assert "$15.00" in prices
    assert "these are planned prices" in prices
