from dataclasses import replace

import pytest

from cms.dashboard.festivals.override import readiness_of
from shop.festivals.models import ChangeLog, Festival, Slot
from tests import make
from tests.cms.dashboard.people import BEFORE, typed, version
from tests.make import NOON, START

pytestmark = pytest.mark.django_db


def test_a_festival_is_planned_in_its_own_zone(desk):
    answer = desk.post("/organize/festivals/new/", typed(), follow=True)

    made = Festival.objects.get()
    assert answer.status_code == 200
    assert "“Harvest Days” is planned" in answer.text
    assert (made.slug, made.state, made.commission_bp) == ("harvest-days", "draft", 850)
    assert f"{made.starts_at:%Y-%m-%d %H:%M}" == "2027-05-31 21:00"
    assert "1 June 2027, 00:00" in answer.text
    assert "10 days" in answer.text
    assert made.slots.get().kind == "whole"


def test_a_time_that_does_not_exist_is_refused_with_its_neighbours(desk):
    wrong = typed(zone_name="Africa/Cairo", starts="2027-04-30T00:00", ends="2027-05-05T00:00")

    answer = desk.post("/organize/festivals/new/", wrong)

    assert answer.status_code == 422
    assert "Choose 2027-04-29 23:59 or 2027-04-30 01:00" in answer.text
    assert not Festival.objects.exists()


def test_a_time_that_happens_twice_is_asked_about_and_then_known(desk):
    asked = typed(zone_name="Africa/Cairo", ends="2027-10-28T23:59")

    first = desk.post("/organize/festivals/new/", asked)
    assert first.status_code == 422
    assert 'name="ends_which"' in first.text
    assert "20:59 UTC" in first.text
    assert "21:59 UTC" in first.text
    assert not Festival.objects.exists()

    desk.post("/organize/festivals/new/", asked | {"ends_which": "second"})
    assert f"{Festival.objects.get().ends_at:%H:%M}" == "21:59"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"starts": "2027-04-01T00:00"}, "in the future"),
        ({"ends": "2027-06-01T00:00"}, "after the start"),
        ({"title": "!!!"}, "at least one letter"),
        ({"zone_name": "Mars/Olympus"}, "not one of the available choices"),
        ({"commission": "101"}, "less than or equal to 100"),
        ({"enrol_opens": "2027-05-10T00:00", "enrol_closes": "2027-05-09T00:00"}, "after it opens"),
        ({"min_percent_off": "100"}, "less than or equal to 99"),
        ({"ends": "9999-12-31T23:59", "zone_name": "America/Lima"}, "choose a year from 2000"),
        ({"starts": "0001-01-01T00:00"}, "01.01.1 is too far away"),
        ({"starts": "tomorrow"}, "Enter a valid date"),
    ],
)
def test_a_plan_that_makes_no_sense_is_explained(desk, wrong, sentence):
    answer = desk.post("/organize/festivals/new/", typed(**wrong))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert not Festival.objects.exists()


def test_two_festivals_do_not_share_an_address(desk):
    make.festival(slug="harvest-days")

    answer = desk.post("/organize/festivals/new/", typed())

    assert "Another festival has this address." in answer.text
    assert Festival.objects.count() == 1


def test_a_festival_is_changed_and_moved_before_its_start(desk):
    festival = make.festival(state="draft", zone="Africa/Nairobi")
    page = desk.get(f"/organize/festivals/{festival.pk}/edit/").text

    desk.post(
        f"/organize/festivals/{festival.pk}/edit/",
        typed(title="Late Harvest", slug=festival.slug, starts="2027-06-02T06:00"),
    )

    festival.refresh_from_db()
    assert 'value="2027-05-10T03:00"' in page
    assert (festival.title, f"{festival.starts_at:%d %H}") == ("Late Harvest", "02 03")
    assert festival.slots.get().starts_at == festival.starts_at


def test_a_running_festival_keeps_its_time_and_takes_new_words(desk, clock_at):
    festival = make.festival(zone="UTC")
    clock_at(NOON)
    same = {"starts": "2027-05-10T00:00", "ends": "2027-05-20T00:00", "slug": festival.slug}

    moved = desk.post(
        f"/organize/festivals/{festival.pk}/edit/",
        typed(**same | {"ends": "2027-05-25T00:00"}, zone_name="UTC"),
    )
    new = typed(**same, title="Spring!", intro="Two rivers.\nOne market.")
    desk.post(f"/organize/festivals/{festival.pk}/edit/", new)

    festival.refresh_from_db()
    assert festival.texts["en"]["intro"].split() == ["Two", "rivers.", "One", "market."]
    assert "Two rivers." in desk.get(f"/organize/festivals/{festival.pk}/edit/").text
    assert "its time stays as it is" in moved.text
    assert (festival.title, festival.ends_at.day) == ("Spring!", 20)


def test_flash_slots_are_planned_moved_and_removed(desk):
    festival = make.festival(state="draft", zone="Africa/Nairobi")
    slot = {"label": "Opening night", "starts": "2027-05-10T18:00", "ends": "2027-05-10T22:00",
            "max_nominations": "5", "hold_minutes": "10"}  # fmt: skip

    desk.post(f"/organize/festivals/{festival.pk}/slots/new/", slot)
    made = festival.slots.get(kind="flash")
    assert (made.label, f"{made.starts_at:%H:%M}", made.max_nominations) == (
        "Opening night", "15:00", 5,
    )  # fmt: skip

    where = f"/organize/festivals/{festival.pk}/slots/{made.pk}/"
    slot["version"] = version(desk, where)
    outside = desk.post(where, slot | {"ends": "2027-06-10T22:00"})
    desk.post(where, slot | {"ends": "2027-05-10T23:00", "label": "Night"})
    made.refresh_from_db()
    assert "lies inside its festival" in outside.text
    assert (made.label, f"{made.ends_at:%H:%M}") == ("Night", "20:00")

    told = desk.get(f"{where}remove/").text
    assert "“Night” at 2027-05-10 18:00 in East Africa Time is taken out of the plan" in told
    assert Slot.objects.filter(pk=made.pk).exists()
    desk.post(f"{where}remove/")
    assert not Slot.objects.filter(pk=made.pk).exists()


def override(desk, festival, finding, reason="It must be seen"):
    where = f"/organize/festivals/{festival.pk}/override/"
    body = {"finding": finding.code, "stamp": finding.stamp, "reason": reason}
    return desk.post(where, body, follow=True)


def test_a_draft_that_lacks_everything_is_published_when_each_lack_has_its_reason(desk):
    festival = make.festival(state="draft")
    where = f"/organize/festivals/{festival.pk}/publish/"
    first = desk.post(where, {"reason": "One for all"}, follow=True)
    missing = readiness_of(festival, at=BEFORE).blockers
    assert {finding.code for finding in missing} == {"stores", "slot", "page"}

    for finding in missing:
        festival.refresh_from_db()
        assert festival.state == "draft"
        desk.post(where)
        answer = override(desk, festival, finding, "The minister wants to see it")
        assert "May be published, because: The minister wants to see it" in answer.text
    last = desk.post(where, follow=True)

    festival.refresh_from_db()
    assert festival.state == "published"
    assert "No store takes part yet." in first.text
    assert "is published" in last.text
    reasons = ChangeLog.objects.filter(action="override").values_list("reason", flat=True)
    assert list(reasons) == ["The minister wants to see it"] * 3


def test_what_is_missing_leads_to_where_it_is_cleared(desk):
    festival = make.festival(state="draft")
    here = f"/organize/festivals/{festival.pk}"

    page = desk.get(f"{here}/").text

    assert f'href="{here}/stores/">Clear it' in page
    assert f'href="{here}/nominations/">Clear it' in page
    assert "3 things to clear or to override first." in page
    assert '<button class="button" disabled>Publish</button>' in page


def test_a_finding_that_says_something_else_by_now_is_not_overridden(desk):
    festival = make.festival(state="draft")
    finding = readiness_of(festival, at=BEFORE).blockers[0]

    answer = override(desk, festival, replace(finding, text="No store."))
    empty = override(desk, festival, finding, reason=" ")

    assert "it says something else now" in answer.text
    assert "Say why it may be published all the same." in empty.text
    assert not ChangeLog.objects.filter(action="override").exists()


def test_a_festival_with_stores_deals_and_a_page_says_what_publishing_does(desk):
    festival = make.festival(state="draft")
    make.deal(of=make.variant(), during=festival, price=15_00)
    for finding in readiness_of(festival, at=BEFORE).blockers:
        override(desk, festival, finding)

    here = f"/organize/festivals/{festival.pk}/"
    page = desk.get(here).text
    told = desk.get(f"{here}publish/").text
    festival.refresh_from_db()
    assert f'<a class="button" href="{here}publish/">Publish</a>' in page
    assert "1 deal of 1 store will count" in page
    assert "1 deal of 1 store counts from their slots on." in told
    assert "1 of 100 planned stores take part." in told
    assert "It starts at 2027-05-10 00:00 in Coordinated Universal Time" in told
    assert "It has no page yet. It stays so: It must be seen" in told
    assert festival.state == "draft"

    desk.post(f"{here}publish/")

    festival.refresh_from_db()
    assert festival.state == "published"
    line = ChangeLog.objects.get(action="publish")
    assert "1 of 100 planned stores take part." in line.after["missing"]


def test_what_cannot_be_published_leads_back_to_what_is_missing(desk):
    blocked, public = make.festival(state="draft"), make.festival()

    for festival, said in ((blocked, "No store takes part yet."), (public, "is published already")):
        where = f"/organize/festivals/{festival.pk}/"
        asked = desk.get(f"{where}publish/", follow=True)
        assert asked.redirect_chain == [(where, 302)]
        assert said in asked.text


def test_the_board_counts_towards_the_targets(desk, django_assert_num_queries):
    festival = make.festival(target_stores=3, target_products=4, target_countries=2)
    make.deal(of=make.variant(), during=festival, price=15_00)
    make.merchant(country="GH")

    page = desk.get(f"/organize/festivals/{festival.pk}/").text

    assert "1 of 3" in page
    assert "1 of 4" in page
    assert "1 of 2" in page
    assert "Ghana" in page


def test_the_list_says_where_each_festival_stands(desk, clock_at):
    make.festival(title="Running")
    make.festival(title="Planned", state="draft", starts_at=START.replace(month=9),
                  ends_at=START.replace(month=10))  # fmt: skip
    clock_at(NOON)

    page = desk.get("/organize/festivals/").text

    assert page.index("Planned") < page.index("Running")
    assert "live" in page
    assert "draft" in page
