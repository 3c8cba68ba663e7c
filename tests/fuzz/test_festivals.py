"""Random festivals and what may happen in them, others in every run."""

import random

import pytest

from tests.shop.festivals.test_three_festivals import play_through

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", range(10))
def test_nothing_that_happens_breaks_a_rule(number):
    seed = random.randrange(2**32)

    assert play_through(2_000, steps=600, seed=seed).wrong == [], f"with the seed {seed}"
