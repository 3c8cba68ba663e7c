"""What is done twice, by a second press of a button or from an old page, counts once."""

from datetime import timedelta

import pytest

from shop.festivals.models import ChangeLog, Festival, ProductRequest, Promotion, Slot
from tests import make
from tests.cms.dashboard.people import BEFORE, organizer, typed
from tests.cms.dashboard.promotions.test_benefits import benefit
from tests.make import NOON, START

pytestmark = pytest.mark.django_db
HOURS = {"label": "Night", "starts": "2027-05-12T18:00", "ends": "2027-05-12T20:00"}


@pytest.fixture
def festival():
    return make.festival(title="Harvest", zone="Africa/Nairobi")


@pytest.fixture
def desk(client, clock_at):
    clock_at(NOON - timedelta(hours=1))
    client.force_login(organizer())
    return client


def here(festival, rest=""):
    return f"/organize/festivals/{festival.pk}/{rest}"


@pytest.mark.parametrize("label", ["Night", " night", "NIGHT "])
def test_a_slot_is_planned_once_under_its_label(desk, festival, label):
    desk.post(here(festival, "slots/new/"), HOURS)

    again = desk.post(here(festival, "slots/new/"), HOURS | {"label": label})

    assert again.status_code == 422
    assert "“Night” is planned already, from 2027-05-12 18:00 to 2027-05-12 20:00" in again.text
    assert Slot.objects.filter(kind="flash").count() == 1


def test_the_label_of_a_slot_that_was_called_off_is_free(desk, festival):
    make.slot(festival, label="Night", cancelled_at=NOON)

    desk.post(here(festival, "slots/new/"), HOURS)
    whole = desk.post(here(festival, "slots/new/"), HOURS | {"label": "whole"})

    assert Slot.objects.filter(label="Night", cancelled_at=None).count() == 1
    assert "is planned already" in whole.text


def test_a_slot_does_not_take_the_label_of_another(desk, festival):
    desk.post(here(festival, "slots/new/"), HOURS)
    other = make.slot(festival, label="Day", starts_at=NOON, ends_at=NOON + timedelta(hours=1))

    answer = desk.post(here(festival, f"slots/{other.pk}/"), HOURS)

    other.refresh_from_db()
    assert (answer.status_code, other.label) == (422, "Day")


def test_codes_are_made_once_for_the_same_people(desk, festival):
    made = make.promotion(festival, group="voucher", trigger="code", value=5_00)
    where = here(festival, f"benefits/{made.pk}/codes/")
    desk.post(where, {"size": "1200", "label": "Radio Nairobi"})

    again = desk.post(where, {"size": "1200", "label": "radio Nairobi"}, follow=True)

    assert made.batches.count() == 1
    assert "1,200 codes for Radio Nairobi are made already" in again.text
    desk.post(where, {"size": "10", "label": "Radio Nairobi, second batch"})
    assert made.batches.count() == 2


def test_a_benefit_is_drafted_once(desk, festival):
    for _press in range(2):
        answer = desk.post(here(festival, "benefits/new/"), benefit())

    assert answer.status_code == 422
    assert "“Save on big carts” is there already" in answer.text
    assert Promotion.objects.count() == 1


def test_a_wish_is_made_once(desk, festival):
    make.merchant(country="KE")
    for _press in range(2):
        answer = desk.post(here(festival, "wanted/"), {"country": "KE", "note": "Baskets"})

    assert "This is asked for already" in answer.text
    assert ProductRequest.objects.count() == 1


def test_a_festival_is_planned_and_cloned_once(desk, festival):
    new = [desk.post("/organize/festivals/new/", typed()) for _press in range(2)][1]
    wanted = {"title": "Harvest 2028", "first_day": "2028-05-08"}
    clone = [desk.post(here(festival, "clone/"), wanted, follow=True) for _press in range(2)][1]

    assert "Another festival has this address" in new.text
    assert "“Harvest 2028” is planned already" in clone.text
    assert "Another festival has this name" not in clone.text
    assert Festival.objects.filter(title="Harvest Days").count() == 1
    assert Festival.objects.filter(title="Harvest 2028").count() == 1
    other_day = desk.post(here(festival, "clone/"), wanted | {"first_day": "2028-06-08"})
    assert "Another festival has this name" in other_day.text


@pytest.mark.parametrize("title", ["織", "عيد"])
def test_a_clone_whose_title_makes_no_address_gets_its_day_as_one(desk, festival, title):
    wanted = {"title": title, "first_day": "2028-05-08"}

    desk.post(here(festival, "clone/"), wanted)
    desk.post(here(festival, "clone/"), wanted | {"title": "祭"})

    slugs = festival.clones.order_by("pk").values_list("slug", flat=True)
    assert list(slugs) == ["festival-2028-05-08", "festival-2028-05-08-2"]
    assert desk.get(here(festival.clones.last())).status_code == 200


def test_who_publishes_twice_reads_that_it_is_published(desk, clock_at, festival):
    answer = desk.post(here(festival, "publish/"), follow=True)

    assert "“Harvest” is published already" in answer.text
    assert "Only a draft" not in answer.text


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("pause", "pause", "This deal is paused already"),
        ("pause", "resume", "Resumed"),
        ("void", "void", "This price is void already"),
        ("stop", "stop", "This deal is over"),
        ("stop", "pause", "This deal is over"),
        ("void", "pause", "This price is void already"),
        (None, "resume", "This deal is not paused"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_was_done_to_a_deal_already_is_said(desk, festival, first, second, said, method):
    deal = make.deal(make.variant(20_00), during=festival, price=15_00)
    where = here(festival, f"deals/{deal.pk}/")
    if first:
        desk.post(f"{where}{first}/", {"reason": "Broken"})
    if said == "Resumed" and method == "get":
        return

    answer = getattr(desk, method)(f"{where}{second}/", {"reason": "Broken"}, follow=True)

    assert answer.redirect_chain[0][0] == where
    assert said in answer.text
    assert ChangeLog.objects.filter(subject="deal", action=second).count() == (first == second) + (
        said == "Resumed"
    )


def test_a_deal_without_units_set_aside_or_that_is_over_says_so(desk, festival, clock_at):
    deal = make.deal(make.variant(20_00), during=festival, price=15_00)
    where = here(festival, f"deals/{deal.pk}/")

    raised = desk.get(f"{where}raise/", follow=True)
    clock_at(festival.ends_at)
    over = desk.post(f"{where}pause/", {"reason": ""}, follow=True)

    assert "It sells from everyday stock" in raised.text
    assert "This deal is over" in over.text


def test_who_stops_twice_reads_that_it_is_over(desk, festival):
    where = here(festival, f"slots/{festival.slots.get().pk}/")

    early = desk.get(f"{where}cancel/", follow=True)
    desk.post(f"{where}stop/", {"reason": "Rain"})
    again = desk.post(f"{where}stop/", {"reason": "Rain"}, follow=True)

    assert "“Harvest” has begun. It can be stopped." in early.text
    assert "“Harvest” is over already" in again.text
    assert ChangeLog.objects.filter(action="stop").count() == 1


def test_who_calls_off_twice_reads_that_it_is_called_off(desk, festival, clock_at):
    slot = make.slot(
        festival,
        label="Night",
        starts_at=START + timedelta(days=1),
        ends_at=START + timedelta(days=2),
    )
    clock_at(BEFORE)
    where = here(festival, f"slots/{slot.pk}/")
    whole = here(festival, f"slots/{festival.slots.get(kind='whole').pk}/")

    early = desk.get(f"{where}stop/", follow=True)
    for way, label in ((where, "Night"), (whole, "Harvest")):
        desk.post(f"{way}cancel/", {"reason": "Rain"})
        again = desk.post(f"{way}cancel/", {"reason": "Rain"}, follow=True)
        assert f"“{label}” is called off already" in again.text

    assert "“Night” has not begun. It can be called off." in early.text
    assert ChangeLog.objects.filter(action__in=("stop", "cancel")).count() == 2


@pytest.mark.parametrize(
    ("state", "name", "said"),
    [
        ("draft", "pause", "It is a draft still"),
        ("active", "resume", "It is active already"),
        ("active", "raise", "It has no limit that could be raised"),
        ("paused", "pause", "It is paused already"),
        ("ended_early", "end", "It was ended early already"),
    ],
)
def test_what_was_done_to_a_benefit_already_is_said(desk, festival, state, name, said):
    made = make.promotion(festival, state=state, value=1)

    answer = desk.post(here(festival, f"benefits/{made.pk}/{name}/"), {"reason": "x"}, follow=True)

    assert said in answer.text
    assert desk.get(here(festival, f"benefits/{made.pk}/explode/")).status_code == 404
    assert not ChangeLog.objects.exists()
