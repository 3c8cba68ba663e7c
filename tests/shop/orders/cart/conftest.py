import pytest
from django.test import Client

from shop.storefront.cache import catalogue_version
from tests.make import NOON


@pytest.fixture(autouse=True)
def _noon(clock_at):
    """Let it be noon of the festival's third day."""
    clock_at(NOON)
    catalogue_version.forget()


@pytest.fixture
def browser() -> Client:
    """Give a guest's browser, which says where its requests come from."""
    return Client(headers={"Sec-Fetch-Site": "same-origin"})
