"""No two products have one address, not even those that are made at the same instant."""

import time
from threading import Event

import pytest
from django.db import transaction

from shop.catalogue.models import Product
from shop.listings.editing import Words, create_product
from tests import make
from tests.crowd import at_once
from tests.make import NOON


@pytest.mark.django_db(transaction=True)
def test_two_products_with_one_title_made_at_once_both_get_an_address():
    first, second = make.merchant(), make.merchant()
    words = Words(title="Kettle, blue", category_id=make.product().category_id)
    is_made = Event()

    def make_slowly():
        with transaction.atomic():
            made = create_product(first, words, [], at=NOON, by=make.member(first))
            is_made.set()
            time.sleep(0.3)  # the other one looks, sees nothing, and waits for the address
        return made

    def make_meanwhile():
        is_made.wait()
        return create_product(second, words, [], at=NOON, by=make.member(second))

    made = at_once([make_slowly, make_meanwhile])

    assert made[0].slug == "kettle-blue"
    assert made[1].slug.startswith("kettle-blue-")
    assert Product.objects.filter(title="Kettle, blue").count() == 2
