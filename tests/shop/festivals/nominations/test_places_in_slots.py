"""Case 85: of several reviewers who approve for the last place in a slot, one does."""

import pytest

from shop.core.errors import NotPossible
from shop.festivals.models import Deal, Nomination
from shop.festivals.nominations import approve
from tests import make
from tests.cms.dashboard.people import BEFORE
from tests.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_case_85_the_last_place_in_a_slot_is_filled_once_by_several_reviewers():
    slot = make.slot(make.festival(), max_nominations=1)
    waiting = [make.nomination(make.variant(20_00), during=slot, price=15_00) for _n in range(6)]
    reviewers = [make.user() for _n in waiting]

    results = at_once(
        [
            lambda row=row, by=by: approve.approve(row, at=BEFORE, by=by)
            for row, by in zip(waiting, reviewers, strict=True)
        ]
    )

    refused = [result for result in results if isinstance(result, NotPossible)]
    assert len(refused) == 5
    assert {str(refusal) for refusal in refused} == {"All places in this slot are taken."}
    assert Nomination.objects.filter(state="approved").count() == Deal.objects.count() == 1
