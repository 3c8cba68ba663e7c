from datetime import datetime, timedelta

import pytest

from shop.core.errors import NotPossible
from shop.festivals.local_time import instant
from shop.festivals.models import ChangeLog, Festival, PriceSpan, Promotion, Slot
from shop.festivals.schedule import plan
from shop.festivals.schedule.move import move_festival, move_slot
from shop.festivals.schedule.window import Window
from tests import make
from tests.agreeing import agree_to
from tests.make import END, NOON, START

pytestmark = pytest.mark.django_db
BEFORE = START - timedelta(days=5)


def window(first: str, last: str, zone: str = "UTC") -> Window:
    starts, ends = (datetime.fromisoformat(wall) for wall in (first, last))
    return Window(instant(starts, zone), instant(ends, zone), first, last)


def draft(**facts: object) -> Festival:
    known = {"slug": "spring", "title": "Spring", "zone": "Africa/Nairobi"}
    return Festival(**known | facts)


def test_a_new_festival_is_a_draft_with_its_whole_slot():
    during = window("2027-06-01 00:00", "2027-06-11 00:00", "Africa/Nairobi")

    made = plan.create_festival(draft(), during, at=NOON)

    assert made.state == "draft"
    slot = made.slots.get()
    assert (slot.kind, slot.starts_at, slot.ends_at) == ("whole", made.starts_at, made.ends_at)
    assert (made.starts_wall, f"{made.starts_at:%d %H}") == ("2027-06-01 00:00", "31 21")
    assert ChangeLog.objects.get().action == "create"


def test_a_festival_cannot_begin_in_the_past():
    with pytest.raises(NotPossible, match="future"):
        plan.create_festival(draft(), window("2027-05-12 12:00", "2027-06-01 00:00"), at=NOON)

    assert not Festival.objects.exists()


def test_an_end_before_its_start_is_refused():
    with pytest.raises(NotPossible, match="after the start"):
        window("2027-06-02 00:00", "2027-06-02 00:00")


def test_a_slot_lies_inside_its_festival():
    festival = make.festival()

    with pytest.raises(NotPossible, match="2027-05-10 00:00 and 2027-05-20 00:00"):
        plan.add_slot(
            Slot(festival=festival, label="Late"),
            window("2027-05-19 23:00", "2027-05-20 00:01"),
            at=BEFORE,
        )

    assert festival.slots.count() == 1


def test_a_festival_that_moves_takes_its_deals_and_promotions_along():
    festival = make.festival()
    kettle = make.variant(price=20_00)
    deal = make.deal(of=kettle, during=festival, price=15_00)
    promotion = make.promotion(festival)
    during = window("2027-05-11 06:00", "2027-05-21 06:00")

    move_festival(festival, during, at=BEFORE)
    agree_to(deal, at=BEFORE)

    deal.refresh_from_db()
    promotion.refresh_from_db()
    assert (deal.effective_from, deal.effective_to) == (during.starts_at, during.ends_at)
    assert (promotion.use_from, promotion.use_to) == (during.starts_at, during.ends_at)
    span = PriceSpan.objects.get(variant=kettle, price=15_00)
    assert (span.starts_at, span.ends_at) == (during.starts_at, during.ends_at)


def test_a_festival_does_not_leave_a_slot_outside():
    festival = make.festival()
    make.slot(festival, label="Opening night", ends_at=START + timedelta(hours=2))

    with pytest.raises(NotPossible, match="Opening night"):
        move_festival(festival, window("2027-05-11 00:00", "2027-05-21 00:00"), at=BEFORE)

    festival.refresh_from_db()
    assert festival.starts_at == START


@pytest.mark.parametrize("at", [START, NOON, END])
def test_a_festival_that_has_begun_does_not_move(at):
    festival = make.festival()

    with pytest.raises(NotPossible, match="begun"):
        move_festival(festival, window("2027-07-01 00:00", "2027-07-02 00:00"), at=at)

    festival.refresh_from_db()
    assert festival.starts_at == START


def test_a_benefit_moves_by_as_much_as_the_start_with_its_days_of_claiming():
    festival = make.festival()
    week = make.promotion(
        festival,
        use_from=START + timedelta(days=2), use_to=START + timedelta(days=4),
        claim_from=START - timedelta(days=1), claim_to=START + timedelta(days=3),
    )  # fmt: skip

    move_festival(festival, window("2027-05-11 06:00", "2027-05-21 06:00"), at=BEFORE)

    moved = Promotion.objects.values("use_from", "use_to", "claim_from", "claim_to").get()
    later = timedelta(days=1, hours=6)
    assert moved == {name: getattr(week, name) + later for name in moved}


def test_a_benefit_is_not_left_outside_a_shorter_festival():
    festival = make.festival()
    late = END - timedelta(hours=1)
    make.promotion(festival, title="Last days", use_from=END - timedelta(days=2), use_to=late)

    with pytest.raises(NotPossible, match="“Last days” would lie outside"):
        move_festival(festival, window("2027-05-10 00:00", "2027-05-18 00:00"), at=BEFORE)

    festival.refresh_from_db()
    assert (festival.ends_at, Promotion.objects.get().use_to) == (END, late)


@pytest.mark.parametrize("state", ["draft", "published"])
def test_a_slot_does_not_move_to_where_its_price_is_no_reduction(state):
    festival = make.festival(must_beat_prior_price=True, state=state)
    kettle, kept = make.variant(price=20_00), make.variant(price=20_00)
    slot = make.slot(festival, ends_at=START + timedelta(days=4))
    make.deal(of=kept, during=slot, price=15_00)
    deal = make.deal(of=kettle, during=slot, price=15_00)
    evening = make.slot(festival, starts_at=START + timedelta(days=1))
    make.deal(of=kettle, during=evening, price=14_00)

    with pytest.raises(NotPossible, match=r"\$15\.00 cannot be called a reduction"):
        move_slot(slot, window("2027-05-12 00:00", "2027-05-13 00:00"), at=BEFORE)

    deal.refresh_from_db()
    assert deal.effective_from == START


def test_a_slot_with_nominations_stays():
    festival = make.festival()
    slot = make.slot(festival)
    make.nomination(of=make.variant(), during=slot, price=15_00)

    with pytest.raises(NotPossible, match="nominated"):
        plan.remove_slot(slot, at=BEFORE)
    with pytest.raises(NotPossible, match="whole"):
        plan.remove_slot(festival.slots.get(kind="whole"), at=BEFORE)

    assert festival.slots.count() == 2


def test_changed_words_leave_what_they_were_in_the_log():
    festival = make.festival(title="Spring")

    plan.change_festival(festival, {"title": "Summer", "priority": 0}, at=BEFORE)

    logged = ChangeLog.objects.get()
    assert (logged.before, logged.after) == ({"title": "Spring"}, {"title": "Summer"})
