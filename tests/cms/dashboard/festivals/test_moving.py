"""The effect of another time is shown before it is applied, and what was shown is applied."""

import re
from datetime import timedelta

import pytest

from shop.festivals.models import ChangeLog, Slot
from tests import make
from tests.cms.dashboard.people import hidden, typed, version
from tests.make import NOON, START

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def form_of(festival, **facts):
    same = {"slug": festival.slug, "title": festival.title, "zone_name": "UTC",
            "starts": "2027-05-10T00:00", "ends": "2027-05-20T00:00"}  # fmt: skip
    return typed(**same | facts)


@pytest.fixture
def festival():
    return make.festival(title="Spring")


@pytest.fixture
def kettle():
    store = make.merchant(name="Kisumu Clay")
    return make.variant(20_00, of=make.product(of=store))


def test_a_published_festival_moves_once_its_effect_was_read(desk, festival, kettle):
    deal = make.deal(kettle, during=festival, price=15_00)
    make.slot(festival, label="Opening night", ends_at=START + timedelta(hours=2))
    where = f"/organize/festivals/{festival.pk}/edit/"
    early = form_of(festival, starts="2027-05-09T01:00", title="Spring!",
                    version=version(desk, where))  # fmt: skip

    shown = desk.post(where, early)
    festival.refresh_from_db()
    assert (shown.status_code, festival.starts_at, festival.title) == (200, START, "Spring")
    assert "2027-05-10 00:00 to 2027-05-20 00:00 → 2027-05-09 01:00" in shown.text
    assert "1 deal would start earlier or end later than 1 store agreed to" in shown.text
    assert "at the start → 23 hours after the start" in shown.text
    assert "(keeps its time)" in shown.text
    assert re.search(r"have to agree</h2><p>Kisumu Clay", shown.text)

    silent = desk.post(where, hidden(shown.text))
    assert (silent.status_code, "Give a reason" in silent.text) == (422, True)
    done = desk.post(where, hidden(shown.text) | {"reason": "The harvest is early"}, follow=True)
    festival.refresh_from_db()
    deal.refresh_from_db()
    assert "Saved." in done.text
    assert (festival.title, festival.starts_at) == ("Spring!", START - timedelta(hours=23))
    assert deal.effective_from == START
    assert ChangeLog.objects.get(action="move").reason == "The harvest is early"


def test_an_effect_that_changed_since_is_shown_again_and_nothing_moves(desk, festival, kettle):
    where = f"/organize/festivals/{festival.pk}/edit/"
    shown = desk.post(where, form_of(festival, starts="2027-05-09T01:00"))
    make.deal(kettle, during=festival, price=15_00)

    again = desk.post(where, hidden(shown.text) | {"reason": "Early"})

    festival.refresh_from_db()
    assert (again.status_code, festival.starts_at) == (422, START)
    assert "The effect is another one by now" in again.text
    assert "1 deal would start earlier" in again.text
    desk.post(where, hidden(again.text) | {"reason": "Early"})
    festival.refresh_from_db()
    assert festival.starts_at < START


def test_what_was_typed_can_be_changed_after_the_effect(desk, festival):
    where = f"/organize/festivals/{festival.pk}/edit/"
    shown = desk.post(where, form_of(festival, starts="2027-05-09T01:00", title="Early spring"))

    form = desk.post(where, hidden(shown.text) | {"back": "1"})

    assert form.status_code == 200
    assert 'value="Early spring"' in form.text
    assert 'value="2027-05-09T01:00"' in form.text


def test_a_draft_without_deals_moves_without_a_question(desk):
    draft = make.festival(state="draft")
    where = f"/organize/festivals/{draft.pk}/edit/"

    desk.post(where, form_of(draft, starts="2027-05-09T01:00"))

    draft.refresh_from_db()
    assert draft.starts_at < START


def test_flash_slots_move_along_if_that_is_ticked(desk, festival):
    slot = make.slot(festival, label="Opening night", ends_at=START + timedelta(hours=2))
    where = f"/organize/festivals/{festival.pk}/edit/"
    later = form_of(festival, starts="2027-06-10T00:00", ends="2027-06-20T00:00")

    alone = desk.post(where, later)
    assert "“Opening night” would lie outside" in alone.text
    shown = desk.post(where, later | {"along": "on"})
    assert "2027-05-10 00:00 to 2027-05-10 02:00 → 2027-06-10 00:00" in shown.text
    desk.post(where, hidden(shown.text) | {"reason": "Rain"})

    slot.refresh_from_db()
    assert slot.starts_at == START + 31 * DAY


def test_a_slot_moves_with_its_deals_once_its_effect_was_read(desk, festival, kettle):
    slot = make.slot(festival, starts_at=NOON, ends_at=NOON.replace(hour=14))
    deal = make.deal(kettle, during=slot, price=15_00)
    where = f"/organize/festivals/{festival.pk}/slots/{slot.pk}/"
    later = {"label": "flash", "starts": "2027-05-12T11:00", "ends": "2027-05-12T13:00",
             "version": version(desk, where)}  # fmt: skip

    shown = desk.post(where, later)
    slot.refresh_from_db()
    assert (shown.status_code, slot.starts_at) == (200, NOON)
    desk.post(where, hidden(shown.text) | {"reason": "The harbour is free"})

    slot.refresh_from_db()
    deal.refresh_from_db()
    assert slot.starts_at == NOON.replace(hour=11)
    assert (deal.effective_from, deal.effective_to) == (NOON, NOON.replace(hour=13))


def test_an_extension_shows_the_effect_of_the_end_that_was_typed(desk, clock_at, festival, kettle):
    make.deal(kettle, during=festival, price=15_00)
    make.festival(title="Summer", starts_at=START + 11 * DAY, ends_at=START + 15 * DAY)
    make.festival(title="Autumn", starts_at=START + 40 * DAY, ends_at=START + 45 * DAY)
    clock_at(NOON)
    whole = festival.slots.get(kind=Slot.Kind.WHOLE)
    where = f"/organize/festivals/{festival.pk}/slots/{whole.pk}/extend/"

    first = desk.get(where).text
    assert "Summer" not in first
    shown = desk.post(where, {"ends": "2027-05-22T00:00", "reason": "Rain"})
    festival.refresh_from_db()
    assert festival.ends_at.day == 20
    assert "1 deal would start earlier or end later" in shown.text
    assert "“Summer”" in shown.text
    assert "“Autumn”" not in shown.text
    late = desk.post(where, {"ends": "2027-06-22T00:00", "reason": "Rain"})
    assert "at most as long as the slot itself" in late.text

    done = desk.post(where, hidden(shown.text) | {"reason": "Rain"}, follow=True)
    festival.refresh_from_db()
    assert "Extended to 2027-05-22 00:00" in done.text
    assert festival.ends_at.day == 22
