from datetime import UTC, datetime, timedelta

import pytest

from shop.core.errors import NotPossible
from shop.festivals.models import Deal, Enrolment, Nomination, PriceSpan, RegularPrice
from shop.festivals.nominations import approve, decide
from shop.festivals.nominations.checks import Proposal, check
from shop.festivals.nominations.decide import RuleBroken, nominate
from tests import make
from tests.make import END, NOON, START
from tests.shop.festivals.joining import BEFORE, joined, percent, whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def festival():
    return make.festival(commission_bp=1000, must_beat_prior_price=True, terms_version="3")


@pytest.fixture
def kettle():
    return make.variant(price=20_00, on_hand=10)


def fixed(variant, price: int, **facts) -> Proposal:
    return Proposal(rule="fixed", prices={variant.pk: price}, **facts)


def test_the_check_says_what_a_price_means_for_the_merchant(festival, kettle):
    joined(festival, kettle)
    enrolment = Enrolment.objects.get()
    proposal = percent(25, allotments={kettle.pk: 6})

    found = check(kettle.product, whole(festival), enrolment, proposal, at=BEFORE)

    row = found.variants[0]
    assert (row.regular, row.price, row.prior, row.percent) == (20_00, 15_00, 20_00, 25)
    assert (row.payout, row.allotment, row.left) == (13_50, 6, 4)
    assert found.is_clean


def test_a_price_that_was_lower_before_is_named_with_its_day(festival, kettle):
    april = make.festival(
        starts_at=datetime(2027, 4, 12, tzinfo=UTC), ends_at=datetime(2027, 4, 13, tzinfo=UTC)
    )
    make.deal(of=kettle, during=april, price=16_00)
    by = joined(festival, kettle, at=datetime(2027, 4, 20, tzinfo=UTC))

    with pytest.raises(RuleBroken) as refused:
        nominate(
            kettle.product, whole(festival), fixed(kettle, 17_00), at=START - timedelta(1), by=by
        )

    assert str(refused.value) == (
        "It sold at $16.00 on 12 April 2027, so $17.00 cannot be called a reduction."
    )
    assert not Nomination.objects.filter(slot=whole(festival)).exists()


def test_a_price_that_is_none_beside_another_deal_that_waits_is_a_warning(festival, kettle):
    by = joined(festival, kettle)
    enrolment = Enrolment.objects.get()
    nominate(kettle.product, whole(festival), percent(60), at=BEFORE, by=by)
    lunch = make.slot(festival, label="Lunch", starts_at=START + timedelta(days=1))
    make.nomination(kettle, during=lunch, price=1_00, submitted_at=BEFORE)  # its own waits as well

    dear = check(kettle.product, lunch, enrolment, fixed(kettle, 9_00), at=BEFORE)
    good = check(kettle.product, lunch, enrolment, fixed(kettle, 7_00), at=BEFORE)
    first = check(kettle.product, whole(festival), enrolment, percent(50), at=BEFORE)

    assert dear.warnings == (
        "Beside its deal for “whole” at $8.00, $9.00 cannot be called a reduction.",
    )
    assert dear.problems == ()
    assert good.is_clean
    assert first.is_clean


def test_what_a_draft_has_approved_is_weighed_before_it_is_public(kettle):
    festival = make.festival(must_beat_prior_price=True, state="draft")
    make.deal(kettle, during=festival, price=8_00)
    lunch = make.slot(festival, starts_at=START + timedelta(days=1))

    found = check(kettle.product, lunch, Enrolment.objects.get(), fixed(kettle, 9_00), at=BEFORE)

    assert found.problems == (
        "It sold at $8.00 on 10 May 2027, so $9.00 cannot be called a reduction.",
    )


def test_where_the_festival_does_not_insist_it_is_a_warning(kettle):
    festival = make.festival(must_beat_prior_price=False)
    joined(festival, kettle)
    make.reprice(kettle, 26_00, at=START - timedelta(days=10))

    found = check(
        kettle.product, whole(festival), Enrolment.objects.get(), fixed(kettle, 21_00),
        at=START - timedelta(days=9),
    )  # fmt: skip

    assert found.problems == ()
    assert "so $21.00 cannot be called a reduction" in found.warnings[0]


@pytest.mark.parametrize(
    ("proposal", "sentence"),
    [
        (Proposal(rule="percent", numbers={"percent": 0}), "between 1 and 99"),
        (Proposal(rule="percent", numbers={"percent": 100}), "between 1 and 99"),
        (Proposal(rule="percent", numbers={"percent": None}), "between 1 and 99"),
        (Proposal(rule="fixed"), "at least one variant"),
        (Proposal(rule="percent", numbers={"percent": 9}), "at least 10 % off"),
    ],
)
def test_a_proposal_that_breaks_a_rule_is_refused_with_the_rule(kettle, proposal, sentence):
    festival = make.festival(min_percent_off=10)
    by = joined(festival, kettle)

    with pytest.raises(RuleBroken, match=sentence):
        nominate(kettle.product, whole(festival), proposal, at=BEFORE, by=by)

    assert not Nomination.objects.exists()


def test_the_least_reduction_is_rounded_as_the_price_is():
    """10 % off 12.45 is 11.21, half a cent up, although that is 9.96 % off."""
    mug = make.variant(price=12_45)
    festival = make.festival(min_percent_off=10)
    by = joined(festival, mug)

    with pytest.raises(RuleBroken, match="at least 10 % off"):
        nominate(mug.product, whole(festival), fixed(mug, 11_22), at=BEFORE, by=by)

    assert nominate(mug.product, whole(festival), percent(10), at=BEFORE, by=by)


def test_no_more_is_set_aside_than_is_free(festival, kettle):
    by = joined(festival, kettle)
    other = make.slot(make.festival())
    make.deal(of=kettle, during=other, price=19_00, allotment=7)

    with pytest.raises(RuleBroken, match="only 3 units are free"):
        nominate(
            kettle.product, whole(festival), percent(25, allotments={kettle.pk: 4}),
            at=BEFORE, by=by,
        )  # fmt: skip

    assert nominate(
        kettle.product, whole(festival), percent(25, allotments={kettle.pk: 3}), at=BEFORE, by=by
    )


def test_a_store_nominates_no_more_than_it_may(kettle):
    festival = make.festival(max_nominations=1)
    by = joined(festival, kettle)
    second = make.variant(of=make.product(of=kettle.product.merchant))
    nominate(kettle.product, whole(festival), percent(25), at=BEFORE, by=by)

    with pytest.raises(RuleBroken, match="1 products at the most"):
        nominate(second.product, whole(festival), percent(25), at=BEFORE, by=by)

    nominate(kettle.product, whole(festival), percent(30), at=BEFORE, by=by)
    assert Nomination.objects.get().percent == 30


def test_the_last_place_in_a_slot_is_filled_once(kettle):
    festival = make.festival()
    slot = make.slot(festival, max_nominations=1)
    first = make.nomination(of=kettle, during=slot, price=15_00)
    second = make.nomination(of=make.variant(), during=slot, price=15_00)
    approve.approve(first, at=BEFORE)

    with pytest.raises(NotPossible, match="All places"):
        approve.approve(second, at=BEFORE)

    second.refresh_from_db()
    assert second.state == "submitted"


def test_a_product_that_is_not_published_waits_for_its_own_approval(festival):
    draft = make.product(state="submitted", published_at=None)
    kettle = make.variant(of=draft)
    kettle.regular_prices.all().delete()
    RegularPrice.objects.create(variant=kettle, amount=20_00, starts_at=BEFORE)
    by = joined(festival, kettle)

    nomination = nominate(draft, whole(festival), percent(25), at=BEFORE, by=by)

    with pytest.raises(NotPossible, match="not published"):
        approve.approve(nomination, at=BEFORE)
    assert not Deal.objects.exists()


def test_a_draft_product_is_not_nominated(festival, kettle):
    by = joined(festival, kettle)
    kettle.product.state = "draft"
    kettle.product.save()

    with pytest.raises(RuleBroken, match="Submit the product"):
        nominate(kettle.product, whole(festival), percent(25), at=BEFORE, by=by)


def test_changes_are_asked_for_with_a_reason_and_submitted_again(festival, kettle):
    by = joined(festival, kettle)
    reviewer = make.user()
    nomination = nominate(kettle.product, whole(festival), percent(25), at=BEFORE, by=by)

    with pytest.raises(NotPossible, match="Say why"):
        decide.request_changes(nomination, "  ", at=BEFORE, by=reviewer)
    decide.request_changes(nomination, "A little lower?", at=BEFORE, by=reviewer)
    nomination.refresh_from_db()
    assert (nomination.state, nomination.note) == ("changes_requested", "A little lower?")

    again = nominate(kettle.product, whole(festival), percent(30), at=BEFORE, by=by)
    assert (again.pk, again.state, again.percent) == (nomination.pk, "submitted", 30)


def test_a_decision_is_made_once(festival, kettle):
    by = joined(festival, kettle)
    nomination = nominate(kettle.product, whole(festival), percent(25), at=BEFORE, by=by)
    decide.reject(nomination, "Not this time", at=BEFORE, by=make.user())

    with pytest.raises(NotPossible, match="decided already"):
        approve.approve(nomination, at=BEFORE)
    with pytest.raises(NotPossible, match="decided already"):
        decide.request_changes(nomination, "Or this", at=BEFORE, by=make.user())

    assert not Deal.objects.exists()


def test_an_approved_nomination_is_withdrawn_before_it_begins_and_not_after(festival, kettle):
    by = joined(festival, kettle)
    nomination = nominate(
        kettle.product, whole(festival), percent(25, allotments={kettle.pk: 6}), at=BEFORE, by=by
    )
    approve.approve(nomination, at=BEFORE)
    assert PriceSpan.objects.filter(variant=kettle, price=15_00).exists()

    with pytest.raises(NotPossible, match="has begun"):
        decide.withdraw(nomination, at=NOON, by=by)
    decide.withdraw(nomination, at=BEFORE, by=by)

    assert not PriceSpan.objects.filter(variant=kettle, price=15_00).exists()
    assert Deal.objects.get().state == "withdrawn"


def test_approved_terms_are_not_changed_by_nominating_again(festival, kettle):
    by = joined(festival, kettle)
    approve.approve(
        nominate(kettle.product, whole(festival), percent(25), at=BEFORE, by=by), at=BEFORE
    )

    with pytest.raises(NotPossible, match="approved"):
        nominate(kettle.product, whole(festival), percent(50), at=BEFORE, by=by)

    assert Deal.objects.get().value == 25


def test_nothing_is_nominated_for_what_is_over(festival, kettle):
    by = joined(festival, kettle)

    with pytest.raises(NotPossible, match="closed"):
        nominate(kettle.product, whole(festival), percent(25), at=END, by=by)
