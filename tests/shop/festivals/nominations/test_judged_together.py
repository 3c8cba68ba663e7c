"""What is approved together is judged together, before anything is written."""

from datetime import timedelta

import pytest
from django.db.models import Value

from shop.festivals.models import Deal, Nomination
from shop.festivals.nominations import approve
from tests import make
from tests.budgets import statements
from tests.make import START
from tests.shop.festivals.nominations.test_approving_many import BEFORE, nominated, refusals

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", ["draft", "published"])
@pytest.mark.parametrize("is_whole_first", [True, False])
def test_the_slots_of_a_product_are_judged_together_whatever_came_first(state, is_whole_first):
    festival = make.festival(must_beat_prior_price=True, state=state)
    flash = make.slot(festival, starts_at=START + timedelta(days=1))
    kettles = [make.variant(20_00) for _ in range(10)]
    planned = [(festival, 14_00), (flash, 15_00)]
    made = {
        during: [make.nomination(row, during=during, price=price).pk for row in kettles]
        for during, price in (planned if is_whole_first else planned[::-1])
    }

    with statements(most=48):  # one by one they would be hundreds
        outcomes = approve.approve_all([*made[flash], *made[festival]], at=BEFORE)

    told = refusals(outcomes)
    assert set(told) == set(made[flash])
    assert all("cannot be called a reduction" in text for text in told.values())


def test_what_is_refused_itself_is_no_price_that_others_have_to_beat():
    festival = make.festival(must_beat_prior_price=True)
    flash = make.slot(festival, starts_at=START + timedelta(days=1))
    kettle = make.variant(20_00)
    pot = make.variant(12_00, of=kettle.product)
    dear = make.nomination(kettle, during=festival, price=14_00)
    Nomination.objects.filter(pk=dear.pk).update(prices={kettle.pk: 14_00, pot.pk: 13_00})
    good = make.nomination(kettle, during=flash, price=15_00)

    outcomes = approve.approve_all([dear.pk, good.pk], at=BEFORE)

    assert set(refusals(outcomes)) == {dear.pk}


def test_what_would_be_refused_is_known_beforehand_and_nothing_is_written():
    festival = make.festival(must_beat_prior_price=True)
    flash = make.slot(festival, starts_at=START + timedelta(days=1))
    slot = make.slot(festival, max_nominations=1)
    kettle = make.variant(20_00)
    ids = [
        make.nomination(kettle, during=flash, price=15_00).pk,
        make.nomination(kettle, during=festival, price=14_00).pk,
        *nominated(2, slot),
        *nominated(1, festival, allotment=11),
    ]
    rows = Nomination.objects.filter(pk__in=ids).annotate(is_own=Value(False))

    asked = rows.select_related("slot__festival", "product__merchant", "enrolment", "fund")
    with statements(most=11):
        known = approve.refusals_of(asked, at=BEFORE)

    assert not Deal.objects.exists()
    assert {pk: str(why) for pk, why in known.items()} == refusals(
        approve.approve_all(ids, at=BEFORE)
    )
    assert set(known) == {ids[0], ids[3], ids[4]}
