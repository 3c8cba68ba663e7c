"""Joining festivals and offering products; the check while typing writes nothing."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shop.festivals.models import ChangeLog, Enrolment, Nomination
from shop.festivals.nominations import decide
from shop.festivals.schedule.move import move_festival
from shop.festivals.schedule.window import Window
from shop.reports.models import Tally
from tests import make
from tests.make import END, LONG_AGO, NOON, START

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(desk):
    return desk.address("{store}/slots/{slot}/{product}/")


def test_a_festival_is_joined_under_its_terms(client, desk):
    festival = make.festival(starts_at=START + timedelta(days=60),
                             ends_at=START + timedelta(days=70), terms_version="7",
                             commission_bp=850)  # fmt: skip
    address = f"/merchant/{desk.merchant.slug}/festivals/{festival.pk}/"

    page = client.get(address).content.decode()
    assert "8.5 %" in page
    client.post(f"{address}join/", {"do": "join", "terms_version": "7", "commission_bp": "850"})
    assert not festival.enrolments.exists()
    client.post(
        f"{address}join/",
        {"do": "join", "terms_version": "6", "commission_bp": "850", "accept": "on"},
    )
    assert not festival.enrolments.exists()
    told = {"do": "join", "terms_version": "7", "commission_bp": "850", "accept": "on"}
    answer = client.post(f"{address}join/", told, follow=True)

    assert "You have applied." in answer.text
    enrolment = festival.enrolments.get()
    assert (enrolment.merchant, enrolment.state) == (desk.merchant, "applied")
    assert (enrolment.terms_version, enrolment.commission_bp) == ("7", 850)


def test_case_83_joining_by_the_desk_ends_at_the_instant_too(client, desk, clock_at):
    closes = START - timedelta(days=2)
    festival = make.festival(enrol_closes=closes, commission_bp=850)
    address = f"/merchant/{desk.merchant.slug}/festivals/{festival.pk}/join/"
    told = {"do": "join", "terms_version": "1", "commission_bp": "850", "accept": "on"}

    clock_at(closes)
    answer = client.post(address, told, follow=True)
    assert "Enrolment for this festival is closed." in answer.text
    assert not festival.enrolments.exists()
    clock_at(closes - timedelta(minutes=1))
    assert "You have applied." in client.post(address, told, follow=True).text

    clock_at(closes)
    slot, product = festival.slots.get(), desk.product
    festival.enrolments.update(state="accepted")
    offer = desk.address(f"{{store}}/slots/{slot.pk}/{product.pk}/")
    answer = client.post(offer, {"rule": "percent", "percent": "25"})
    assert "Enrolment for this festival is closed." in answer.text
    assert not Nomination.objects.filter(slot=slot).exists()


def test_every_festival_that_takes_stores_is_listed(client, desk):
    for number in range(9):
        make.festival(title=f"Open {number}", ends_at=START + timedelta(days=90 + number))

    page = client.get(desk.address("{store}/festivals/")).text

    assert all(f"Open {number}" in page for number in range(9))


def test_what_the_store_has_joined_stays_listed_with_what_came_of_it(client, desk):
    past, coming = timedelta(days=60), timedelta(days=30)
    ended = make.festival(title="Spring", starts_at=START - past, ends_at=END - past)
    cups = make.variant(of=make.product(of=desk.merchant))
    pots = make.variant(of=make.product(of=desk.merchant))
    for variant in (cups, pots):
        make.deal(variant, during=ended, price=15_00)
    own = {"festival": ended, "kind": Tally.Kind.MERCHANT, "key": desk.merchant.pk}
    Tally.objects.create(units=15, refunded_units=3, **own)
    full = make.festival(title="Harvest", starts_at=START + coming, ends_at=END + coming,
                         enrol_closes=LONG_AGO)  # fmt: skip
    make.nomination(of=cups, during=full, price=15_00)
    foreign = make.festival(title="Not theirs", enrol_closes=LONG_AGO)
    make.nomination(of=make.variant(), during=foreign, price=15_00)

    page = client.get(desk.address("{store}/festivals/")).text

    own = page.split('id="h-own"')[1]
    assert re.findall(r"<h3><a [^>]*>(\w+)</a>", own) == ["Harvest", "Spring"]
    assert re.search("Harvest.*Coming.*Sold: 0.*Spring.*Ended.*Sold: 12", own, re.DOTALL)
    assert "Not theirs" not in page
    for festival in (ended, full):
        address = f"/merchant/{desk.merchant.slug}/festivals/{festival.pk}/"
        assert address in own
        assert client.get(address).status_code == 200


def test_a_festival_says_its_times_in_its_own_zone(client, desk):
    starts = START + timedelta(days=60)
    facts = {"title": "Late lights", "zone": "Africa/Nairobi", "starts_at": starts}
    festival = make.festival(ends_at=starts + timedelta(days=9), **facts)
    here = starts.astimezone(ZoneInfo("Africa/Nairobi"))
    wanted = f"{here:%H:%M}", f"{here.day} {here:%B %Y}"

    page = client.get(f"/merchant/{desk.merchant.slug}/festivals/{festival.pk}/").text
    assert f"{wanted[1]}, {wanted[0]}" in page
    assert "(East Africa Time)" in page


def test_a_festival_that_ends_at_midnight_ends_the_day_before(client, desk):
    ends = datetime(2027, 7, 20, 21, tzinfo=UTC)  # the 21st, 00:00 in Nairobi
    make.festival(zone="Africa/Nairobi", starts_at=ends - timedelta(days=9), ends_at=ends)

    for part in ("", "festivals/"):
        assert "12 July – 20 July 2027" in client.get(desk.address("{store}/") + part).text


def test_who_has_applied_is_told_so_and_not_asked_again(client, desk):
    Enrolment.objects.filter(pk=desk.enrolment.pk).update(state="applied")

    for part in ("", "festivals/"):
        page = client.get(desk.address("{store}/") + part).text
        assert "Applied" in page
        assert "Join the festival" not in page


def test_a_deal_that_has_begun_is_not_taken_back(client, desk, clock_at):
    Nomination.objects.update(state="approved")
    address = desk.address("{store}/festivals/")

    clock_at(desk.slot.starts_at - timedelta(minutes=10))
    assert "Take back" in client.get(address).text
    clock_at(desk.slot.starts_at)
    assert "Take back" not in client.get(address).text


def test_an_invitation_can_be_declined(client, desk):
    Enrolment.objects.filter(pk=desk.enrolment.pk).update(state="invited")

    client.post(desk.address("{store}/festivals/{festival}/join/"), {"do": "decline"})

    desk.enrolment.refresh_from_db()
    assert desk.enrolment.state == "declined"


def test_a_festival_that_takes_no_stores_is_not_there(client, desk):
    closed = make.festival(enrol_closes=LONG_AGO)

    address = f"/merchant/{desk.merchant.slug}/festivals/{closed.pk}/"

    assert client.get(address).status_code == 404


def test_the_check_says_percent_payout_and_what_is_left_and_writes_nothing(client, desk, offer):
    Enrolment.objects.filter(pk=desk.enrolment.pk).update(commission_bp=1000)
    before = Nomination.objects.values().get(), ChangeLog.objects.count()
    told = {"rule": "percent", "percent": "25", f"units_{desk.variant.pk}": "100"}

    page = client.post(f"{offer}check/", told).content.decode()

    assert "$15.00" in page
    assert "Shoppers will see −25 %, counted from $20.00." in page
    assert "You keep $13.50 per unit after commission." in page
    assert "898 units stay for everyday sale." in page
    assert (Nomination.objects.values().get(), ChangeLog.objects.count()) == before


def test_the_check_says_what_was_asked_before(client, desk, offer):
    type(desk.festival).objects.filter(pk=desk.festival.pk).update(must_beat_prior_price=True)
    soon = desk.slot.starts_at - timedelta(days=10)
    make.reprice(desk.variant, 16_00, at=soon)
    make.reprice(desk.variant, 20_00, at=soon + timedelta(days=2))
    told = {"rule": "fixed", f"price_{desk.variant.pk}": "17.00"}

    page = client.post(f"{offer}check/", told).content.decode()

    assert "It sold at $16.00 on" in page
    assert "so $17.00 cannot be called a reduction." in page


@pytest.mark.parametrize("told", [{"rule": "x", "percent": "-3"}, {"percent": "<b>"}])
def test_the_check_answers_whatever_is_typed(client, offer, told):
    answer = client.post(f"{offer}check/", told)

    assert answer.status_code == 200
    assert 'class="note bad"' in answer.content.decode()


@pytest.mark.parametrize("told", [{}, {"rule": "fixed"}])
def test_nothing_is_wrong_while_nothing_is_typed(client, offer, told):
    answer = client.post(f"{offer}check/", told)

    assert "Fill this in to see what shoppers will see." in answer.text
    assert 'class="note bad"' not in answer.text


def test_without_script_the_button_gives_the_same_answer(client, desk, offer):
    told = {"rule": "percent", "percent": "25", "check": "1"}

    page = client.post(offer, told).content.decode()

    assert "Shoppers will see −25 %" in page
    assert Nomination.objects.get().percent == 20


def test_a_nomination_is_submitted_changed_as_asked_and_withdrawn(client, desk, offer):
    Nomination.objects.all().delete()
    told = {"rule": "percent", "percent": "25", f"units_{desk.variant.pk}": "10",
            "per_shopper": "2"}  # fmt: skip

    assert client.post(offer, told).status_code == 302

    made = Nomination.objects.get()
    assert (made.state, made.percent, made.per_shopper) == ("submitted", 25, 2)
    assert made.allotments == {str(desk.variant.pk): 10}
    decide.request_changes(made, "Thirty, not <b>25</b>.", at=NOON, by=make.user())
    page = client.get(offer).content.decode()
    assert "Thirty, not &lt;b&gt;25&lt;/b&gt;." in page
    client.post(offer, told | {"percent": "30"})
    made.refresh_from_db()
    assert (made.state, made.percent) == ("submitted", 30)
    client.post(f"/merchant/{desk.merchant.slug}/nominations/{made.pk}/withdraw/")
    made.refresh_from_db()
    assert made.state == "withdrawn"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"rule": "percent"}, "A percentage is a whole number between 1 and 99."),
        ({"rule": "fixed"}, "Give a price for at least one variant."),
        ({"rule": "percent", "percent": "100"}, "less than or equal to 99"),
        ({"rule": "bogus", "percent": "20"}, "Select a valid choice"),
    ],
)
def test_what_breaks_a_rule_is_not_submitted(client, desk, offer, told, said):
    answer = client.post(offer, told)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Nomination.objects.get().percent == 20


def test_more_units_than_are_there_are_not_set_aside(client, desk, offer):
    told = {"rule": "percent", "percent": "25", f"units_{desk.variant.pk}": "5000"}

    answer = client.post(offer, told)

    assert answer.status_code == 422
    assert "only 998 units are free to be set aside" in answer.content.decode()


def page_of(client, desk, festival):
    return client.get(f"/merchant/{desk.merchant.slug}/festivals/{festival.pk}/").text


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 19, "-1", "x", ""])
def test_a_slot_that_no_number_names_is_not_chosen(client, desk, number):
    festival = make.festival(
        starts_at=START + timedelta(days=60), ends_at=START + timedelta(days=70)
    )
    address = desk.address(f"{{store}}/festivals/{festival.pk}/?slot={number}&product=1")

    assert client.get(address).status_code == 200


def test_a_store_reads_the_new_times_of_its_deals_and_agrees_to_them(client, desk, clock_at):
    before = START - timedelta(days=5)
    clock_at(before)
    festival = make.festival(title="Autumn")
    kettle = make.variant(of=make.product(of=desk.merchant))
    deal = make.deal(kettle, during=festival, price=15_00)
    address = f"/merchant/{desk.merchant.slug}/festivals/{festival.pk}/"
    assert "Agree to the new times" not in client.get(address).text
    move_festival(festival, Window(START - timedelta(days=1), END, "", ""), at=before)

    page = client.get(address).text
    assert "9 May 2027, 00:00" in page
    assert "10 May 2027, 00:00" in page
    overview = client.get(f"/merchant/{desk.merchant.slug}/").text
    assert f'<a href="{address}">Autumn</a> <span class="tag warn">New times</span>' in overview
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    other = client.post(f"{address}agree/", {"seen": "another"}, follow=True).text
    assert "Read them again" in other
    answer = client.post(f"{address}agree/", {"seen": seen}, follow=True).text

    deal.refresh_from_db()
    assert "Agreed. 1 product runs in the new time." in answer
    assert "Agree to the new times" not in answer
    assert deal.effective_from == START - timedelta(days=1)


def test_a_stranger_agrees_to_nothing_for_a_store(client, desk):
    festival = make.festival()
    kettle = make.variant()
    deal = make.deal(kettle, during=festival, price=15_00)
    move_festival(
        festival, Window(START, END + timedelta(days=1), "", ""), at=START - timedelta(days=5)
    )
    own, other = desk.merchant.slug, kettle.product.merchant.slug

    for store in (own, other):
        answer = client.post(f"/merchant/{store}/festivals/{festival.pk}/agree/", {"seen": "x"})
        assert answer.status_code == 404
    deal.refresh_from_db()
    assert deal.effective_to == END
