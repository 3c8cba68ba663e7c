"""Case 69: a festival that asks for honest reductions refuses a deal that is none."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible
from shop.festivals.models import Deal, Nomination, PriceSpan
from shop.festivals.nominations import approve
from tests import make
from tests.make import START

pytestmark = pytest.mark.django_db
RAISED = START - timedelta(days=15)  # 25 April
REVIEW = START - timedelta(days=3)


@pytest.fixture
def kettle():
    found = make.variant(20_00)
    make.reprice(found, 26_00, at=RAISED)
    return found


def test_case_69_a_deal_above_the_prior_price_is_refused_by_the_rule(kettle):
    nomination = make.nomination(
        kettle, during=make.festival(must_beat_prior_price=True), price=21_00
    )

    with pytest.raises(NotPossible) as refused:
        approve.approve(nomination, at=REVIEW)

    assert str(refused.value) == (
        "It sold at $20.00 on 10 April 2027, so $21.00 cannot be called a reduction."
    )
    assert not Deal.objects.exists()
    assert Nomination.objects.get().state == "submitted"
    assert not PriceSpan.objects.exclude(deal_id=None).exists()


@pytest.mark.parametrize(("price", "is_fine"), [(20_00, False), (19_99, True)])
def test_case_69_only_what_is_below_the_prior_price_is_a_reduction(kettle, price, is_fine):
    nomination = make.nomination(
        kettle, during=make.festival(must_beat_prior_price=True), price=price
    )

    if is_fine:
        assert approve.approve(nomination, at=REVIEW)
    else:
        with pytest.raises(NotPossible):
            approve.approve(nomination, at=REVIEW)


def test_case_69_without_the_rule_it_is_sold_and_nothing_is_crossed_out(kettle):
    festival = make.festival()

    make.deal(kettle, during=festival, price=21_00)

    span = PriceSpan.objects.get(variant=kettle, starts_at=START)
    assert (span.price, span.prior_price, span.percent) == (21_00, None, None)


def test_case_69_a_percentage_is_judged_by_what_it_comes_to(kettle):
    festival = make.festival(must_beat_prior_price=True)

    with pytest.raises(NotPossible, match=r"\$20.02 cannot be called a reduction"):
        make.deal(kettle, during=festival, percent=23)
    assert make.deal(make.variant(26_00), during=festival, percent=23)


def test_case_69_a_deal_that_is_approved_late_is_judged_by_its_own_thirty_days(kettle):
    """On 26 May the price of 20.00 lies more than thirty days back."""
    festival = make.festival(must_beat_prior_price=True, ends_at=START + timedelta(days=30))
    late = RAISED + timedelta(days=31)

    assert make.deal(kettle, during=festival, price=21_00, approved_at=late)
