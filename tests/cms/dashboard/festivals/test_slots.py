"""Slots at the organizers' desk: what stays as it is, and where the way leads on."""

from datetime import timedelta

import pytest

from shop.festivals.models import Festival
from tests import make
from tests.cms.dashboard.deals.addresses import at_slot
from tests.cms.dashboard.people import typed
from tests.make import NOON

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk


@pytest.fixture
def festival():
    return make.festival(title="Harvest", zone="Africa/Nairobi")


def test_what_ends_between_two_minutes_keeps_its_end_when_it_is_saved(desk, festival):
    slot = make.slot(
        festival,
        label="Night",
        starts_at=NOON - timedelta(hours=1),
        ends_at=NOON + timedelta(seconds=42),
    )
    make.slot(festival, label="Off", cancelled_at=NOON, starts_at=NOON + timedelta(hours=1))
    where = f"/organize/festivals/{festival.pk}/slots/{slot.pk}/"
    told = {"label": "Short night", "version": "999999999"}

    desk.post(where, told | {"starts": "2027-05-12T14:00", "ends": "2027-05-12T15:00"})
    moved = desk.post(where, told | {"starts": "2027-05-12T14:00", "ends": "2027-05-12T15:01"})

    slot.refresh_from_db()
    assert (slot.label, slot.ends_at) == ("Short night", NOON + timedelta(seconds=42))
    assert "its time stays as it is" in moved.text

    desk.post(at_slot(festival.slots.get(kind="whole"), "stop"), {"reason": "Rain"})
    festival.refresh_from_db()
    Festival.objects.update(ends_at=festival.ends_at + timedelta(seconds=7))
    festival.refresh_from_db()
    body = typed(title="Harvest, stopped", slug=festival.slug, zone_name="Africa/Nairobi",
                 starts="2027-05-10T03:00", ends="2027-05-12T15:00")  # fmt: skip
    answer = desk.post(f"/organize/festivals/{festival.pk}/edit/", body | {"version": "999999999"})
    ends_at = festival.ends_at
    festival.refresh_from_db()
    assert (answer.status_code, festival.title) == (302, "Harvest, stopped")
    assert festival.ends_at == ends_at


def test_a_slot_that_was_called_off_stays_as_it_was(desk, festival):
    slot = make.slot(festival, label="Night", cancelled_at=NOON)
    where = f"/organize/festivals/{festival.pk}/slots/{slot.pk}/"
    hours = {"label": "Day", "starts": "2027-05-12T18:00", "ends": "2027-05-12T20:00"}

    shown = desk.get(where, follow=True)
    desk.post(where, hours | {"version": "999999999"})
    removed = desk.post(f"{where}remove/", follow=True)

    assert f'href="{where}"' not in shown.text
    for answer in (shown, removed):
        assert "It was called off: it stays as it was" in answer.text
    slot.refresh_from_db()
    assert slot.label == "Night"


def test_a_slot_with_nominations_leads_to_what_can_be_done_about_it(desk, festival):
    slot = make.slot(festival, label="Night", starts_at=NOON + timedelta(hours=1))
    make.nomination(make.variant(20_00), during=slot, price=15_00, allotment=2)
    type(slot.nominations.get()).objects.update(state="rejected")

    answer = desk.post(at_slot(slot, "remove"), follow=True).text

    assert "it stays on record" in answer
    assert f'href="{at_slot(slot, "cancel")}" class="button' in answer
