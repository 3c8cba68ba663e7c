import pytest
from django.test import Client

from shop.storefront.cache import catalogue_version
from tests.make import NOON
from tests.paying import set_clocks


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
