"""What was done is said in words, with what really changed, and all of it can be read."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.festivals.changelog import log
from shop.festivals.deals.actions import pause_deal, resume_deal
from tests import make
from tests.cms.dashboard.people import BEFORE, typed, version
from tests.cms.dashboard.promotions.test_benefits import benefit
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def festival():
    return make.festival(
        title="Harvest", slug="harvest", zone="UTC", texts={"en": {"title": "Harvest"}}
    )


def here(festival, rest=""):
    return f"/organize/festivals/{festival.pk}/{rest}"


def plan(festival, **facts):
    days = {"starts": "2027-05-10T00:00", "ends": "2027-05-20T00:00", "zone_name": "UTC"}
    return typed(title="Harvest", slug="harvest", tagline="", **days | facts)


def test_of_a_festival_only_what_was_changed_is_named(desk, festival):
    where = here(festival, "edit/")
    desk.post(where, plan(festival, version=version(desk, where)))
    seen = version(desk, where)
    changed = plan(festival, enrol_closes="2027-05-01T00:00") | {"tagline": "All that grew"}
    desk.post(where, changed | {"version": seen})

    board = desk.get(here(festival)).text
    second = desk.post(where, plan(festival, version=seen))

    assert "festival changed (enrolment closes, tagline)" in board
    assert "What changed: enrolment closes, tagline." in second.text


def test_of_a_benefit_only_what_was_changed_is_named(desk, festival):
    days = {"use_from": "2027-05-10T03:00", "use_to": "2027-05-20T00:00"}
    desk.post(here(festival, "benefits/new/"), benefit(**days))
    made = festival.promotions.get()
    where = here(festival, f"benefits/{made.pk}/edit/")
    told = benefit(title="Save more", **days | {"use_to": "2027-05-19T00:00"})
    seen = version(desk, where)
    desk.post(where, told | {"version": seen})

    second = desk.post(where, told | {"version": seen})
    page = desk.get(here(festival, f"benefits/{made.pk}/")).text

    assert "What changed: title, used until." in second.text
    assert "benefit changed (title, used until)" in page
    assert "benefit made" in page
    assert page.count("promotion ") == 0


def test_a_shared_preview_has_its_own_words(desk, festival):
    log(festival.slots.get(), "change", at=BEFORE, festival=festival)  # nobody knows what
    shared = {"share-shared_with": "Ministry", "share-at_wall": "2027-05-10T00:00",
              "share-hours": "2"}  # fmt: skip
    desk.post(here(festival, "preview/links/"), shared)

    page = desk.get(here(festival)).text

    assert "shared preview made" in page
    assert "previewlink" not in page
    assert "slot changed," not in page
    assert 'slot changed: <a href="' in page
    assert "shared preview made: <a" in page
    assert "All that was done" not in page


def test_all_that_was_done_is_read_page_by_page_with_as_many_statements(desk, festival):
    for number in range(130):
        log(festival, "override", at=BEFORE, festival=festival, reason=f"Reason {number}.")
    where = here(festival, "history/")

    with CaptureQueriesContext(connection) as first:
        page = desk.get(where).text
    following = page.partition('href="?after=')[2].partition('"')[0]
    rest = desk.get(where, {"after": following}).text

    assert "Reason 129." in page
    assert "Reason 29." not in page
    assert "Reason 29." in rest
    assert "Earlier" not in rest
    assert len(first) < 20
    for junk in ({"after": "x"}, {"after": "9" * 40}, {"of": "deal", "id": "x"}, {"of": "user"}):
        assert desk.get(where, junk).status_code == 200


def test_all_that_was_done_to_a_deal_leaves_others_out(desk, festival, clock_at):
    deal, other = (make.deal(make.variant(20_00), during=festival, price=15_00) for _n in range(2))
    clock_at(NOON)
    pause_deal(other, at=NOON, reason="Another one")
    for number in range(12):
        at = NOON + timedelta(minutes=number)
        pause_deal(deal, at=at, reason=f"Reason {number}.")
        resume_deal(deal, at=at + timedelta(seconds=1))

    page = desk.get(here(festival, f"deals/{deal.pk}/")).text
    where = f"{here(festival, 'history/')}?of=deal&amp;id={deal.pk}"
    everything = desk.get(where.replace("&amp;", "&")).text

    assert f'href="{where}">All that was done' in page
    assert "Reason 0." not in page
    assert "Reason 0." in everything
    assert "nomination approved" in everything
    assert "Another one" not in everything
