"""The desk's screen of prices and previews: moments, shared addresses, sheets as evidence."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from cms.models import FestivalPage
from shop.festivals.models import ChangeLog
from shop.storefront.models import PreviewLink, ProbeResult
from tests import make, pages
from tests.budgets import statements
from tests.cms.dashboard.people import BEFORE, organizer
from tests.make import NOON, START

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


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
        ProbeResult.objects.create(festival=festival, opens_at=START, at=BEFORE,
                                   outcome=("wrong", "right")[n % 2], address=f"/products/{n}/",
                                   expected="1", found="2")  # fmt: skip
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
    address = answer.text.split(f'readonly value="{settings.SITE_URL}')[1].split('"')[0]
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
