"""A festival is made from a past one: the same days of the calendar, nothing that was sold."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shop.core.errors import NotPossible
from shop.festivals.enrolment import terms
from shop.festivals.models import ChangeLog, Festival
from shop.festivals.schedule.clone import clone_festival
from shop.festivals.schedule.stop import stop_slot
from tests import make
from tests.make import END, NOON, START

pytestmark = pytest.mark.django_db
AFTER = END + timedelta(days=30)
HOUR = timedelta(hours=1)


def clone(source, first_day=date(2028, 5, 8), *, title="Spring again", at=AFTER):
    return clone_festival(source, title, first_day, at=at)


def all_words(kept):
    return {"en": kept.text} | kept.texts


def test_rules_slots_and_benefits_come_along_as_a_draft():
    source = make.festival(
        min_percent_off=15, max_stores=40, country_places={"KE": 5}, price_ceiling=90_00,
        texts={"en": {"title": "Spring", "tagline": "All new"},
               "fr": {"title": "Printemps", "tagline": "Tout neuf"}},
        enrol_opens=START - timedelta(days=60), enrol_closes=START - timedelta(days=10), terms="",
    )  # fmt: skip
    make.slot(
        source,
        label="Night",
        starts_at=NOON,
        ends_at=NOON + HOUR,
        max_nominations=5,
    )
    french = {"fr": "Envoyez sous trois jours."}
    terms.publish_terms(
        source, "Ship within three days.", translations=french, at=NOON, by=make.user()
    )
    make.promotion(source, title="Save", value=5_00, budget=90_00, spent=80_00, used=16)
    make.deal(make.variant(20_00), during=source, price=15_00)

    found = clone(source)

    made = found.festival
    assert (made.state, made.cloned_from, made.min_percent_off) == ("draft", source, 15)
    assert (made.slug, made.starts_at) == ("spring-again", datetime(2028, 5, 8, tzinfo=UTC))
    assert made.ends_at - made.starts_at == source.ends_at - source.starts_at
    assert made.enrol_closes == datetime(2028, 4, 28, tzinfo=UTC)
    assert made.texts == {
        "en": {"title": "Spring again", "tagline": "All new"},
        "fr": {"tagline": "Tout neuf"},
    }
    whole, flash = made.slots.order_by("-kind")
    assert (whole.starts_at, whole.ends_at) == (made.starts_at, made.ends_at)
    assert (flash.label, flash.max_nominations) == ("Night", 5)
    assert flash.starts_at == datetime(2028, 5, 10, 12, tzinfo=UTC)
    benefit = made.promotions.get()
    assert (benefit.state, benefit.budget, benefit.spent, benefit.used) == ("draft", 90_00, 0, 0)
    assert benefit.use_to == made.ends_at
    assert not made.enrolments.exists()
    assert (made.max_stores, made.country_places, made.price_ceiling) == (40, {"KE": 5}, 90_00)
    assert all_words(terms.terms_in_force(made)) == {"en": "Ship within three days."} | french
    assert found.notes == ()
    assert ChangeLog.objects.get(action="clone").after["of"] == source.pk


def test_what_was_said_of_the_past_festival_is_not_said_of_the_next():
    ended = {"title": "Vouchers", "text": "They have lapsed."}
    over = {"intro": "This festival showed cloth. It is over.", "headings": {"vouchers": ended}}
    source = make.festival(
        texts={"en": {"tagline": "Cloth", "cta": {"live": "See it"}} | over, "fr": over}
    )

    found = clone(source)

    assert found.festival.texts == {
        "en": {"title": "Spring again", "tagline": "Cloth", "cta": {"live": "See it"}}
    }
    (note,) = found.notes
    assert "do not come along. Write a new introduction under Its words." in note


def test_hours_stay_as_clocks_show_them():
    # Paris: winter at the start of the first, summer a year and a half later.
    source = make.festival(
        zone="Europe/Paris", starts_at=datetime(2027, 1, 10, 19, tzinfo=UTC),
        ends_at=datetime(2027, 1, 20, 19, tzinfo=UTC),
    )  # fmt: skip

    made = clone(source, date(2028, 7, 1)).festival

    assert made.starts_at == datetime(2028, 7, 1, 18, tzinfo=UTC)
    assert made.starts_wall == "2028-07-01 20:00"


def test_what_falls_on_a_jump_of_the_clock_is_told():
    source = make.festival(
        zone="Africa/Cairo", starts_at=datetime(2027, 1, 9, 22, tzinfo=UTC),
        ends_at=datetime(2027, 1, 12, 22, tzinfo=UTC),
    )  # fmt: skip

    found = clone(source, date(2027, 4, 30), at=datetime(2027, 2, 1, tzinfo=UTC))

    assert found.festival.starts_wall == "2027-04-30 01:00"
    (note,) = found.notes
    assert note.startswith("The festival starts: 2027-04-30 00:00 does not exist")


def test_what_would_lie_outside_is_left_out_and_told():
    # Over the end of winter time the second festival is an hour shorter by the clock.
    source = make.festival()
    make.promotion(source, title="Over", code="OLD1", trigger="code", group="voucher")
    source.promotions.update(use_from=END, use_to=END)

    found = clone(source)

    assert not found.festival.promotions.exists()
    assert found.notes == ("“Over” would lie outside and is left out.",)


def test_codes_are_not_shared_by_two_festivals():
    source = make.festival()
    make.promotion(source, title="Welcome", code="HELLO", trigger="code", group="voucher")

    found = clone(source)

    assert found.festival.promotions.get().code == ""
    assert found.notes == ("“Welcome” needs a new code.",)


def test_one_that_was_stopped_between_two_minutes_is_planned_to_the_minute():
    source = make.festival(ends_at=END - timedelta(seconds=30))

    assert clone(source).festival.ends_at == datetime(2028, 5, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"first_day": date(2027, 5, 1)}, "in the future"),
        ({"title": "???"}, "at least one letter"),
        ({"title": "Taken"}, "another one"),
    ],
)
def test_a_clone_that_makes_no_sense_is_refused(facts, sentence):
    source = make.festival()
    make.festival(slug="taken")

    with pytest.raises(NotPossible, match=sentence):
        clone(source, **facts)
    assert Festival.objects.count() == 2


def test_a_clone_of_a_stopped_festival_is_as_long_as_it_was_planned():
    source = make.festival()
    make.slot(source, label="Last night", starts_at=END - 2 * HOUR, ends_at=END)
    make.promotion(source, title="A zero too many", state="ended_early")
    stop_slot(source.slots.get(kind="whole"), at=NOON, reason="The power is out")

    found = clone(source)

    assert found.festival.ends_at == datetime(2028, 5, 18, tzinfo=UTC)
    assert found.notes == ("“A zero too many” was ended early and is left out.",)
