"""Three festivals run at once over 5,000 nominations, and nothing that happens breaks a rule."""

import random

import pytest

from shop.festivals.approving import approve_all
from shop.festivals.models import Deal, Nomination
from shop.orders.models import Order
from tests import make
from tests.make import START
from tests.shop.festivals.happenings import EVENTS, Play
from tests.shop.festivals.world import BEFORE, DAY, build

STEPS = 150


@pytest.mark.django_db
def test_no_unit_is_sold_twice_no_limit_is_passed_and_the_past_stays():
    dice = random.Random(20270510)
    world = build(5_000, dice)
    approve_all(world.nominations[:4_500], at=BEFORE)
    deals = Deal.objects.count()
    play = Play(world, dice, START - DAY, people=[make.user() for _number in range(6)])

    for _number in range(STEPS):
        play.step()

    assert play.wrong == []
    # The run is worth something: most can be approved, and everything has happened.
    assert deals > 2_500
    assert Nomination.objects.filter(state="approved").count() > 2_500
    assert Order.objects.filter(state="paid").exists()
    assert set(play.done) | {name.partition(":")[0] for name in play.refused} == set(EVENTS)
