from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import transaction

from shop.core.errors import NotPossible
from shop.festivals.enrolment import enrol
from shop.festivals.enrolment.terms import publish_terms
from shop.festivals.models import Enrolment, Nomination
from shop.festivals.nominations.decide import nominate
from shop.people.accounts.models import User
from tests import make
from tests.shop.festivals.joining import BEFORE, joined, percent, whole
from tests.stepping import Beside

pytestmark = pytest.mark.django_db


@pytest.fixture
def festival():
    return make.festival(commission_bp=1000, must_beat_prior_price=True, terms_version="3")


@pytest.fixture
def kettle():
    return make.variant(price=20_00, on_hand=10)


def test_an_invited_store_joins_with_the_terms_of_the_day(festival, kettle):
    joined(festival, kettle)

    enrolment = Enrolment.objects.get()
    assert (enrolment.state, enrolment.terms_version) == ("accepted", "3")
    assert (enrolment.commission_bp, enrolment.accepted_at) == (1000, BEFORE)


def test_a_store_that_applies_waits_for_the_organizer(festival, kettle):
    merchant = kettle.product.merchant
    by = make.member(merchant)

    enrolment = enrol.join(
        festival, merchant, terms_version="3", commission_bp=1000, at=BEFORE, by=by
    )

    assert enrolment.state == "applied"
    with pytest.raises(NotPossible, match="does not take part"):
        nominate(kettle.product, whole(festival), percent(25), at=BEFORE, by=by)
    enrol.decide(enrolment, is_accepted=True, at=BEFORE)
    assert nominate(kettle.product, whole(festival), percent(25), at=BEFORE, by=by)
    with pytest.raises(NotPossible, match="decided"):
        enrol.decide(enrolment, is_accepted=False, at=BEFORE)


def test_terms_that_changed_meanwhile_are_read_again(festival, kettle):
    by = make.member(kettle.product.merchant)

    for terms in ({"terms_version": "2", "commission_bp": 1000},
                  {"terms_version": "3", "commission_bp": 500}):  # fmt: skip
        with pytest.raises(NotPossible, match="changed meanwhile"):
            enrol.join(festival, kettle.product.merchant, **terms, at=BEFORE, by=by)

    assert not Enrolment.objects.exists()


def test_inviting_twice_invites_once_and_nobody_who_is_suspended(festival, kettle):
    suspended = make.merchant(state="suspended")
    merchants = [kettle.product.merchant, suspended]

    first = enrol.invite(festival, merchants, at=BEFORE)
    second = enrol.invite(festival, merchants, at=BEFORE)

    assert ([row.merchant for row in first], second) == (merchants[:1], [])


def test_case_83_enrolment_ends_at_its_instant(kettle):
    closes = datetime(2027, 5, 1, tzinfo=UTC)
    festival = make.festival(enrol_closes=closes)
    by = joined(festival, kettle)
    last = closes - timedelta(microseconds=1)

    nominate(kettle.product, whole(festival), percent(25), at=last, by=by)
    with pytest.raises(NotPossible, match="closed"):
        nominate(kettle.product, whole(festival), percent(30), at=closes, by=by)

    assert Nomination.objects.get().percent == 25


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_nobody_joins_what_is_over(kettle, state):
    festival = make.festival(state=state)

    assert not festival.is_enrolling(BEFORE)
    with pytest.raises(NotPossible, match="closed"):
        joined(festival, kettle)


@pytest.mark.django_db(transaction=True)
def test_two_requests_to_join_make_one_enrolment(kettle):
    festival, merchant = make.festival(terms_version="3"), kettle.product.merchant
    by = make.member(merchant)
    terms = {"terms_version": "3", "commission_bp": 0}
    join = partial(enrol.join, festival, merchant, **terms, at=BEFORE, by=by)

    with transaction.atomic():
        join()
        second = Beside(join)
        assert second.waits()

    assert isinstance(second.result(), NotPossible)
    assert Enrolment.objects.count() == 1


def test_without_terms_no_store_is_invited_and_none_joins_or_is_accepted(kettle):
    festival, merchant = make.festival(terms=""), kettle.product.merchant
    by = make.member(merchant)

    with pytest.raises(NotPossible, match="no terms yet"):
        enrol.invite(festival, [merchant], at=BEFORE)
    with pytest.raises(NotPossible, match="not in your language"):
        enrol.join(festival, merchant, terms_version="1", commission_bp=0, at=BEFORE, by=by)
    assert not Enrolment.objects.exists()

    applied = Enrolment.objects.create(
        festival=festival, merchant=merchant, state="applied", terms_version="1", commission_bp=0
    )
    with pytest.raises(NotPossible, match="without a text"):
        enrol.decide(applied, is_accepted=True, at=BEFORE)
    applied.refresh_from_db()
    assert applied.state == "applied"


def test_a_store_is_invited_and_joins_in_a_language_that_its_people_read(festival, kettle):
    merchant = kettle.product.merchant
    by = make.member(merchant)
    User.objects.filter(pk=by.pk).update(language="fr")
    by.refresh_from_db()
    terms = {"terms_version": "3", "commission_bp": 1000}

    with pytest.raises(NotPossible, match=f"no text in: Français .{merchant.name}."):
        enrol.invite(festival, [merchant], at=BEFORE)
    with pytest.raises(NotPossible, match="not in your language"):
        enrol.join(festival, merchant, **terms, at=BEFORE, by=by)
    assert not Enrolment.objects.exists()

    made = publish_terms(festival, "Send it.", translations={"fr": "Envoyez-le."}, at=BEFORE)
    assert enrol.invite(festival, [merchant], at=BEFORE)
    festival.refresh_from_db()
    terms["terms_version"] = made.version
    enrol.join(festival, merchant, **terms, at=BEFORE, by=by)
    assert Enrolment.objects.get().state == "accepted"
    assert made.in_language("fr").text == "Envoyez-le."


def test_one_reader_of_a_store_is_enough(festival, kettle):
    merchant = kettle.product.merchant
    User.objects.filter(pk=make.member(merchant).pk).update(language="fr")
    make.member(merchant)

    assert enrol.invite(festival, [merchant], at=BEFORE)
