"""Three festivals run at once over 5,000 nominations, and nothing that happens breaks a rule."""

import random

import pytest
from django.db import connection

from shop.festivals.models import Nomination
from shop.festivals.nominations.approve import approve_all
from shop.orders.models import Order
from tests import make
from tests.make import START
from tests.shop.festivals.happenings import EVENTS, Play
from tests.shop.festivals.world import BEFORE, DAY, build


def play_through(nominations: int, *, steps: int, seed: int) -> Play:
    """Return a run through a world of so many nominations, a tenth of them undecided."""
    dice = random.Random(seed)
    world = build(nominations, dice)
    approve_all(world.nominations[: nominations * 9 // 10], at=BEFORE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # thousands of rows are new, and nothing has counted them yet
    play = Play(world, dice, START - DAY, people=[make.user() for _number in range(6)])
    for _number in range(steps):
        play.step()
    return play


@pytest.mark.django_db
@pytest.mark.long
def test_no_unit_is_sold_twice_no_limit_is_passed_and_the_past_stays():
    play = play_through(5_000, steps=150, seed=20270510)

    assert play.wrong == []
    # The run is worth something: most were approved, and everything has happened.
    assert Nomination.objects.filter(state="approved").count() > 2_500
    assert Order.objects.filter(state="paid").count() > 10
    assert set(play.done) == set(EVENTS)
