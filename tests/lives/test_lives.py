"""Random lives of orders: whatever befalls them, books, provider, bank and stores agree.

``make lives`` plays many; a few come with every run of the tests.
"""

import os
from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.lives.holds import broken
from tests.lives.life import OFTEN, STEPS, Life
from tests.make import NOON
from tests.paying import set_clocks
from tests.payout_countries import fill_in

pytestmark = pytest.mark.django_db
LIVED: list[Counter[str]] = []
LIVES = int(os.environ.get("LIVES", "40"))
NAMES = sorted(STEPS) + list(OFTEN) * 2
steps = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 11)), min_size=10, max_size=40)


@pytest.fixture
def till(sandbox, clock_at, settings):
    """Give a sandbox whose clock, like the shop's, says noon of the festival's third day."""
    settings.PAYOUT_SENDER = "GB"
    fill_in()
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    return sandbox


@seed(18)
@settings(max_examples=LIVES, deadline=None, database=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(steps)
def play(till, taken):
    till.reset()
    set_clocks(till, NOON)
    with transaction.atomic():
        live(till, taken)
        transaction.set_rollback(True)


def live(till, taken):
    life = Life(till)
    LIVED.append(life.taken)
    for number, (name, n) in enumerate(taken):
        life.take(name, n)
        if found := broken(till, at=life.at):
            pytest.fail(f"{found} after {taken[: number + 1]}")


def test_whatever_befalls_orders_all_books_agree(till):
    LIVED.clear()

    play(till)

    done = sum(LIVED, Counter())
    assert STEPS.keys() - done.keys() == set(), "no life came so far"
