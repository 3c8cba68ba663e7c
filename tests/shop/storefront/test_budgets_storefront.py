"""How many statements the pages of the shop cost from cold caches, for a guest."""

from datetime import timedelta

import pytest
from django.test import Client

from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.shop.storefront.shelf import fill, page_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(clock_at):
    clock_at(NOON)


@pytest.fixture
def kettle():
    """Offer a kettle in a flash deal, among other things of its store and of others."""
    fill(40)
    made = make.variant(20_00)
    beside = make.variant(of=make.product(of=made.product.merchant))
    slot = make.slot(make.festival(), starts_at=NOON - timedelta(hours=1))
    make.deal(made, during=slot, price=15_00, allotment=10)
    make.delivery(5_00)
    make.listed(made.product, beside.product)
    return made


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", 9),  # the kind of the home page is looked up once in a process
        ("/products/", 3),
        ("/products/?country=KE&country=RW&category=home&from=5&sort=saving", 3),
        ("/products/?q=thing&festival=1&deal=flash&stock=1", 4),
        ("/fr/products/?sort=price&after=1000.1", 3),
        ("/stores/", 2),
    ],
)
def test_a_list_costs_at_most_four(kettle, path, most):
    with statements(most=most) as counted:
        assert Client().get(path).status_code == 200

    assert counted


def test_a_product_costs_at_most_six(kettle):
    with statements(most=5):
        assert Client().get(f"/products/{kettle.product.slug}/").status_code == 200


def test_a_store_costs_at_most_six(kettle):
    with statements(most=5):
        assert Client().get(f"/stores/{kettle.product.merchant.slug}/").status_code == 200


def test_being_signed_in_costs_nothing_more(kettle):
    shopper = Client()
    shopper.force_login(make.user())

    with statements(most=3):
        assert shopper.get("/products/").status_code == 200


def test_a_page_that_is_kept_costs_one_statement_a_second(kettle):
    with statements(most=4):
        for milliseconds in range(0, 2_000, 100):
            assert page_at("/products/", NOON + timedelta(milliseconds=milliseconds)).content


def test_the_number_of_products_changes_nothing(kettle):
    fill(200, price=lambda n: 1_00 + n)

    with statements(most=3):
        assert Client().get("/products/").status_code == 200
