"""Of many presses of a button at the same time one counts."""

from datetime import date, timedelta
from functools import partial

import pytest

from shop.core.errors import NotPossible
from shop.festivals.models import Claim, Festival, ProductRequest, Promotion, Slot
from shop.festivals.nominations import wishes
from shop.festivals.promotions import code_batches, manage
from shop.festivals.schedule import plan
from shop.festivals.schedule.clone import clone_festival
from tests import make
from tests.crowd import at_once
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 5


def refused(actions):
    return [result for result in at_once(actions) if isinstance(result, NotPossible)]


def test_a_slot_is_planned_once_by_a_crowd():
    festival = make.festival()
    during = plan.Window(NOON, NOON + timedelta(hours=2), "", "")

    def press():
        slot = Slot(festival=festival, label="Night")
        return plan.add_slot(slot, during, at=NOON - timedelta(days=1))

    assert len(refused([press] * TIMES)) == TIMES - 1
    assert festival.slots.filter(label="Night").count() == 1


def test_codes_are_made_once_by_a_crowd():
    made = make.promotion(make.festival(), group="voucher", trigger="code", value=5_00)
    press = partial(code_batches.make_codes, made, 20, "Radio", at=NOON)

    assert len(refused([press] * TIMES)) == TIMES - 1
    assert Claim.objects.count() == 20


def test_a_benefit_is_drafted_once_by_a_crowd():
    festival = make.festival()

    def press():
        facts = {"use_from": festival.starts_at, "use_to": festival.ends_at}
        row = Promotion(festival=festival, title="Save", group="save", kind="amount", value=5,
                        trigger="automatic", **facts)  # fmt: skip
        return manage.save_draft(row, at=NOON)

    assert len(refused([press] * TIMES)) == TIMES - 1
    assert Promotion.objects.count() == 1


def test_a_wish_is_made_once_by_a_crowd():
    festival, user = make.festival(), make.user()

    def press():
        return wishes.want(ProductRequest(festival=festival, country="KE"), at=NOON, by=user)

    assert len(refused([press] * TIMES)) == TIMES - 1
    assert ProductRequest.objects.count() == 1


def test_a_festival_is_cloned_once_by_a_crowd_and_all_get_it():
    source = make.festival()
    press = partial(clone_festival, source, "Harvest 2028", date(2028, 5, 8), at=NOON)

    results = at_once([press] * TIMES)

    assert len({clone.festival.pk for clone in results}) == 1
    assert sum(clone.is_new for clone in results) == 1


def test_a_festival_is_planned_once_by_a_crowd():
    during = plan.Window(NOON, NOON + timedelta(days=2), "", "")

    def press():
        made = Festival(slug="harvest", title="Harvest", zone="UTC")
        return plan.create_festival(made, during, at=NOON - timedelta(days=1))

    assert len(refused([press] * TIMES)) == TIMES - 1
    assert Festival.objects.count() == 1
