"""What was bought most is counted without standing in anybody's way."""

from datetime import timedelta

import pytest
from django.db import transaction

from shop.orders import end
from shop.storefront.listings import popularity
from shop.storefront.listings.models import ALIKE, Listing
from shop.storefront.listings.popularity import refresh_popularity
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
        assert counting.result() == 2  # counted, and put into the front
        assert Listing.objects.get(product=idle).popularity != STALE
        assert Listing.objects.get(product=busy).popularity == STALE

    assert refresh_popularity(at=NOON) == 2
    assert Listing.objects.get(product=busy).popularity != STALE


def test_what_was_sold_and_is_no_more_and_what_is_new_are_counted_and_nothing_else(
    django_assert_max_num_queries,
):
    variants = [make.variant() for _ in range(3)]
    make.listed(*(variant.product for variant in variants))
    sold, idle, old = (variant.product_id for variant in variants)
    assert refresh_popularity(at=NOON) == 3 + 3  # each is new, and in the front
    order = make.order({variants[0]: 2})
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    Listing.objects.filter(pk=old).update(popularity=5_005)
    Listing.objects.filter(pk=idle).update(popularity=7)  # as good as any other

    with django_assert_max_num_queries(3):
        assert refresh_popularity(at=NOON) == 2

    known = dict(Listing.objects.values_list("pk", "popularity"))
    assert (known[sold] // ALIKE, known[idle], known[old] // ALIKE) == (2, 7, 0)
    assert refresh_popularity(at=NOON) == 0
    assert refresh_popularity(at=NOON + timedelta(days=8)) == 1
    assert Listing.objects.get(pk=sold).popularity < ALIKE


def test_many_are_counted_in_batches(monkeypatch):
    monkeypatch.setattr(popularity, "BATCH", 2)
    monkeypatch.setattr(popularity, "FRONT", 2)
    make.listed(*(make.variant().product for _ in range(5)))

    refresh_popularity(at=NOON)

    assert 0 not in Listing.objects.values_list("popularity", flat=True)
    best = list(Listing.objects.order_by("-popularity", "pk").values_list("pk", flat=True))
    assert set(Listing.objects.filter(is_front=True).values_list("pk", flat=True)) == set(best[:2])


def test_what_stands_elsewhere_is_moved_in_batches(monkeypatch):
    for name, number in (("FRONT", 2), ("FLOOR", 2), ("MOVED", 1)):
        monkeypatch.setattr(popularity, name, number)
    make.listed(*(make.variant().product for _ in range(6)))

    def stand():
        rows = Listing.objects.order_by("-popularity", "pk")
        return list(rows.values_list("is_front", "is_floor"))

    refresh_popularity(at=NOON)
    assert stand() == [(True, False)] * 2 + [(False, True)] * 2 + [(False, False)] * 2
    last = Listing.objects.order_by("popularity").first().pk
    Listing.objects.filter(pk=last).update(popularity=999)  # the most of those alike

    refresh_popularity(at=NOON)

    assert stand() == [(True, False)] * 2 + [(False, True)] * 2 + [(False, False)] * 2
    assert refresh_popularity(at=NOON) == 0
