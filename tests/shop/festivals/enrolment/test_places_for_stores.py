"""How many stores a festival takes, who waits in line, and under which terms each takes part."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from shop.core.errors import NotPossible
from shop.festivals.deals.actions import raise_allotment
from shop.festivals.enrolment import enrol
from shop.festivals.enrolment.terms import publish_terms, terms_in_force, terms_of
from shop.festivals.enrolment.waitlist import place_in_line
from shop.festivals.models import Deal, Enrolment, Fund, Nomination, Terms
from shop.festivals.nominations import approve
from shop.festivals.schedule import plan
from tests import make
from tests.crowd import at_once
from tests.make import END, NOON, START
from tests.queue import run_queued_work
from tests.stepping import Beside

BEFORE = START - timedelta(days=20)
db = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


def applied(festival, count: int = 1, *, at=BEFORE, **facts) -> list[Enrolment]:
    """Return the parts of as many stores that applied, a minute apart."""
    found = []
    for number in range(count):
        store = make.merchant(**facts)
        by = make.member(store)
        moment = at + timedelta(minutes=number)
        version = festival.terms_version
        found.append(
            enrol.join(
                festival,
                store,
                terms_version=version,
                commission_bp=festival.commission_bp,
                at=moment,
                by=by,
            )
        )
    return found


def accept(row: Enrolment, *, at=BEFORE) -> Enrolment:
    return enrol.decide(row, is_accepted=True, at=at)


def states(rows) -> list[str]:
    return [Enrolment.objects.get(pk=row.pk).state for row in rows]


@db
def test_beyond_its_places_a_store_waits_and_gets_the_one_that_becomes_free(mailoutbox):
    festival = make.festival(max_stores=1)
    rows = applied(festival, 3)
    for number, row in enumerate(rows):
        accept(row, at=BEFORE + timedelta(hours=number))
    assert states(rows) == ["accepted", "waiting", "waiting"]
    assert [place_in_line(Enrolment.objects.get(pk=row.pk)) for row in rows[1:]] == [1, 2]

    enrol.leave(rows[0], at=NOON, by=make.user())

    assert states(rows) == ["withdrawn", "accepted", "waiting"]
    second = Enrolment.objects.get(pk=rows[1].pk)
    assert (second.accepted_at, second.waiting_since) == (NOON, None)
    assert place_in_line(Enrolment.objects.get(pk=rows[2].pk)) == 1
    run_queued_work()
    assert sum("takes part in" in message.subject for message in mailoutbox) == 1
    assert sum("is in line for" in message.subject for message in mailoutbox) == 1


@db
def test_places_are_counted_by_country_with_exceptions():
    festival = make.festival(max_stores_per_country=1, country_places={"GH": 2, "TG": 0})
    kenyan, ghanaian = applied(festival, 2), applied(festival, 3, country="GH")
    togolese = applied(festival, country="TG")
    for row in (*kenyan, *ghanaian, *togolese):
        accept(row)

    assert states(kenyan) == ["accepted", "waiting"]
    assert states(ghanaian) == ["accepted", "accepted", "waiting"]
    assert states(togolese) == ["waiting"]
    enrol.leave(ghanaian[0], at=NOON, by=make.user())

    assert states(kenyan) == ["accepted", "waiting"]
    assert states(ghanaian) == ["withdrawn", "accepted", "accepted"]


@db
def test_more_places_are_given_in_the_order_of_the_line():
    festival = make.festival(max_stores=0)
    rows = applied(festival, 3)
    for number, row in enumerate(rows[::-1]):
        accept(row, at=BEFORE + timedelta(hours=number))

    plan.change_festival(festival, {"max_stores": 2}, at=NOON)

    assert states(rows) == ["waiting", "accepted", "accepted"]


@db
def test_a_place_is_not_taken_from_the_line_by_hand_and_nobody_gets_one_when_it_is_over():
    festival = make.festival(max_stores=1)
    first, second = applied(festival, 2)
    accept(first)
    accept(second)

    with pytest.raises(NotPossible, match="stays in line"):
        accept(second)
    enrol.leave(first, at=END, by=make.user())

    assert states([first, second]) == ["withdrawn", "waiting"]


@db
def test_an_invited_store_that_answers_late_waits():
    festival = make.festival(max_stores=1)
    accept(*applied(festival))
    store = make.merchant()
    enrol.invite(festival, [store], at=BEFORE)

    row = enrol.join(
        festival,
        store,
        terms_version="1",
        commission_bp=festival.commission_bp,
        at=NOON - timedelta(days=9),
        by=make.member(store),
    )

    assert row.state == "waiting"
    assert row.agreed_at == NOON - timedelta(days=9)


@committed
def test_two_organizers_do_not_fill_the_last_place_twice():
    festival = make.festival(max_stores=1)
    rows = applied(festival, 2)

    with transaction.atomic():
        accept(rows[0])
        second = Beside(partial(accept, rows[1]))
        assert second.waits()
    second.result()

    assert sorted(states(rows)) == ["accepted", "waiting"]


@committed
def test_a_crowd_that_joins_and_leaves_never_takes_more_than_the_places():
    festival = make.festival(max_stores=5)
    rows = applied(festival, 12)
    there = [accept(row) for row in rows[:5]]
    leaving = [partial(enrol.leave, row, at=NOON, by=None) for row in there[:3]]

    at_once([*(partial(accept, row) for row in rows[5:]), *leaving])

    found = states(rows)
    assert (found.count("accepted"), found.count("waiting")) == (5, 4)


@db
def test_leaving_takes_back_what_waits_for_review_but_not_what_was_approved():
    festival = make.festival()
    kettle, cup = make.variant(), make.variant()
    deal = make.deal(kettle, during=festival, price=15_00)
    waiting = make.nomination(cup, during=festival, price=15_00)

    with pytest.raises(NotPossible, match="Take the approved products back first"):
        enrol.leave(deal.nomination.enrolment, at=BEFORE, by=make.user())
    enrol.leave(waiting.enrolment, at=BEFORE, by=make.user())

    assert Enrolment.objects.get(pk=deal.nomination.enrolment_id).state == "accepted"
    assert Nomination.objects.get(pk=waiting.pk).state == "withdrawn"
    with pytest.raises(NotPossible, match="decided already"):
        approve.approve(waiting, at=BEFORE)


@committed
def test_a_store_that_leaves_while_its_product_is_approved_stays():
    nomination = make.nomination(make.variant(), during=make.festival(), price=15_00)

    with transaction.atomic():
        approve.approve(nomination, at=BEFORE)
        leaving = Beside(partial(enrol.leave, nomination.enrolment, at=BEFORE, by=None))
        assert leaving.waits()

    assert isinstance(leaving.result(), NotPossible)
    assert Enrolment.objects.get().state == "accepted"
    assert Deal.objects.count() == 1


@db
def test_new_terms_are_a_new_version_and_those_who_joined_keep_theirs():
    festival = make.festival(commission_bp=800, terms="")
    publish_terms(festival, "Send within three days.", at=BEFORE)
    festival.refresh_from_db()
    assert festival.terms_version == "1"
    (first,) = applied(festival)

    with pytest.raises(NotPossible, match="in force already"):
        publish_terms(festival, " Send within three days. ", at=NOON)
    publish_terms(festival, "Send within two days.", at=NOON)
    plan.change_festival(festival, {"commission_bp": 900}, at=NOON)
    festival.refresh_from_db()
    (second,) = applied(festival)

    first.refresh_from_db()
    assert (first.terms_version, first.commission_bp, first.agreed_at) == ("1", 800, BEFORE)
    assert (second.terms_version, second.commission_bp) == ("2", 900)
    assert terms_of(festival, "1").text == "Send within three days."
    assert terms_in_force(festival).text == "Send within two days."
    assert Terms.objects.count() == 2


@db
def test_terms_without_a_text_that_were_accepted_get_a_new_version_with_the_text():
    festival = make.festival(terms_version="3")
    applied(festival)

    made = publish_terms(festival, "Send within three days.", at=NOON)

    assert made.version == "4"


@db
def test_a_raised_allotment_draws_on_the_fund():
    festival = make.festival()
    fund = Fund.objects.create(festival=festival, sponsor="Ministry of Trade", amount=25_00)
    deal = make.deal(
        make.variant(20_00), during=festival, price=15_00, allotment=5, subsidy=2_00, fund=fund
    )

    with pytest.raises(NotPossible, match="left to promise"):
        raise_allotment(deal, 13, at=BEFORE)
    raise_allotment(deal, 12, at=BEFORE)

    fund.refresh_from_db()
    assert fund.committed == 24_00


@db
def test_nobody_is_invited_or_mailed_twice():
    festival = make.festival()
    store = make.merchant()
    make.member(store)

    rows = enrol.invite(festival, [store], at=BEFORE)
    again = enrol.invite(festival, [store], at=BEFORE)

    assert (len(rows), again) == (1, [])
    assert DBTaskResult.objects.count() == 0  # whoever invites queues the mails for the new ones
