"""Changes of price come one after the other, and none is wiped from the record."""

from datetime import timedelta

import pytest

from shop.festivals.models import PriceSpan
from tests import make
from tests.make import LONG_AGO, NOON
from tests.stepping import Beside, open_transaction

SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)


def record(variant):
    spans = PriceSpan.objects.filter(variant=variant).order_by("starts_at")
    return list(spans.values_list("starts_at", "price"))


@pytest.mark.django_db(transaction=True)
def test_a_change_waits_for_the_one_before_and_counts_after_it():
    kettle = make.variant(20_00)

    with open_transaction(lambda: make.reprice(kettle, 18_00, at=NOON + SECOND)):
        earlier_clock = Beside(lambda: make.reprice(kettle, 17_00, at=NOON))
        assert earlier_clock.waits()

    earlier_clock.result()
    assert record(kettle) == [
        (LONG_AGO, 20_00),
        (NOON + SECOND, 18_00),
        (NOON + SECOND + TICK, 17_00),
    ]


@pytest.mark.django_db
def test_a_clock_that_is_behind_cannot_wipe_a_price_that_was_public():
    kettle = make.variant(20_00)
    make.reprice(kettle, 18_00, at=NOON + SECOND)

    make.reprice(kettle, 17_00, at=NOON)

    assert record(kettle) == [
        (LONG_AGO, 20_00),
        (NOON + SECOND, 18_00),
        (NOON + SECOND + TICK, 17_00),
    ]


@pytest.mark.django_db
def test_a_change_leaves_the_past_as_it_was():
    kettle = make.variant(20_00)
    make.reprice(kettle, 18_00, at=NOON)

    make.reprice(kettle, 17_00, at=NOON + SECOND)

    first, second, _third = PriceSpan.objects.order_by("starts_at")
    assert (first.starts_at, first.ends_at, first.price) == (LONG_AGO, NOON, 20_00)
    assert (second.starts_at, second.ends_at, second.price) == (NOON, NOON + SECOND, 18_00)
