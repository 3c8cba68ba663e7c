"""In the rounds themselves: a row that the database refuses keeps no other from its turn."""

import pytest
from django.db import connection

from shop.core.jobs.models import FailedJob
from shop.festivals.models import Fund
from shop.festivals.promotions.sponsors import reckon_all
from shop.storefront.listings.models import Listing
from shop.storefront.listings.search_index import index_missing
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


def refuse(table, column, value):
    """Let the database refuse every change of one row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no change of this row'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER refused BEFORE UPDATE ON {table} FOR EACH ROW"
            f" WHEN (OLD.{column} = {value}) EXECUTE FUNCTION pg_temp.refuse()"
        )


def test_a_fund_that_cannot_be_reckoned_keeps_no_other_festival_from_it():
    funds = [
        Fund.objects.create(festival=make.festival(), sponsor="Chamber", amount=9, committed=9)
        for _ in range(3)
    ]
    refuse("shop_fund", "id", funds[0].pk)

    assert reckon_all(at=NOON) == 2

    assert list(Fund.objects.order_by("pk").values_list("committed", flat=True)) == [9, 0, 0]
    found = FailedJob.objects.get()
    assert (found.kind, found.key) == ("shop.festival", str(funds[0].festival_id))
    assert found.words == "no change of this row"


def test_a_listing_that_cannot_be_indexed_keeps_no_other_from_it():
    products = [make.variant().product for _ in range(3)]
    make.listed(*products)
    Listing.objects.update(text=None, edition=0)
    refuse("shop_listing", "product_id", products[1].pk)

    assert index_missing(at=NOON) == 2

    missing = Listing.objects.filter(text=None).values_list("product_id", flat=True)
    assert list(missing) == [products[1].pk]
    assert FailedJob.objects.get().key == str(products[1].pk)
