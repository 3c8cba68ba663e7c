import pytest
from django.test import Client

from shop.storefront.cache import catalogue_version
from tests import make
from tests.make import NOON
from tests.paying import set_clocks
from tests.shop.checkout.rows import everything
from tests.shop.checkout.steps import give_address
from tests.shop.orders.cart.carts import fill


@pytest.fixture
def till(sandbox, clock_at):
    """Give a sandbox whose clock, like the shop's, says noon of the festival's third day."""
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    catalogue_version.forget()
    return sandbox


@pytest.fixture
def browser() -> Client:
    """Give a guest's browser, which says where its requests come from."""
    return Client(headers={"Sec-Fetch-Site": "same-origin"})


@pytest.fixture
def unchanged(browser):
    """Put one kettle of 20.00 on its way to be paid, and see that a test changes nothing."""
    kettle = make.variant(20_00, of=make.product(title="Kettle"))
    fill(browser, {kettle: 1})
    give_address(browser)
    browser.get("/cart/")
    before = everything()
    yield kettle
    assert everything() == before
