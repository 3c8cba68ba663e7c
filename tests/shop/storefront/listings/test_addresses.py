"""No two products have one address, not even those that are made at the same instant."""

import pytest

from shop.catalogue.fields.table import TypedWords
from shop.catalogue.models import Product
from shop.storefront.listings.edit import create_product
from tests import make
from tests.make import NOON
from tests.stepping import Beside, open_transaction


@pytest.mark.django_db(transaction=True)
def test_two_products_with_one_title_made_at_once_both_get_an_address():
    first, second = make.merchant(), make.merchant()
    words = TypedWords(title="Kettle, blue", category_id=make.product().category_id)
    one, other = make.member(first), make.member(second)

    with open_transaction(lambda: create_product(first, words, [], at=NOON, by=one)):
        beside = Beside(lambda: create_product(second, words, [], at=NOON, by=other))
        assert beside.waits()  # it looks, sees nothing, and waits for the address

    assert beside.result().slug.startswith("kettle-blue-")
    assert Product.objects.filter(slug="kettle-blue").get().merchant == first
    assert Product.objects.filter(title="Kettle, blue").count() == 2
