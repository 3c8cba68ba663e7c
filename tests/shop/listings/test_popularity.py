"""What was bought most is counted without standing in anybody's way."""

import pytest

from shop.listings.models import Listing
from shop.listings.refreshing import refresh_popularity
from tests import make
from tests.make import NOON
from tests.stepping import Beside, lock_row, open_transaction

STALE = 123_456_789
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_row_that_an_order_is_at_is_counted_the_next_time():
    busy, idle = (make.variant().product for _ in range(2))
    make.listed(busy, idle)
    Listing.objects.update(popularity=STALE)
    row = Listing.objects.get(product=busy)

    with open_transaction(lambda: lock_row(row)):
        counting = Beside(lambda: refresh_popularity(at=NOON))
        assert counting.result() == 1
        assert Listing.objects.get(product=idle).popularity != STALE
        assert Listing.objects.get(product=busy).popularity == STALE

    assert refresh_popularity(at=NOON) == 1
    assert Listing.objects.get(product=busy).popularity != STALE
