import pytest
from django.conf import settings
from django.core.cache import caches

from shop.storefront.cache import catalogue_version
from tests.make import NOON


@pytest.fixture(autouse=True)
def _noon(clock_at):
    """Let it be noon of the festival's third day, with nothing kept from another test."""
    clock_at(NOON)
    catalogue_version.forget()
    for name in settings.CACHES:
        caches[name].clear()
