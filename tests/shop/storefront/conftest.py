import pytest
from django.conf import settings
from django.core.cache import caches

from shop.storefront import epoch
from tests.make import NOON


@pytest.fixture(autouse=True)
def _noon(clock_at):
    """Let it be noon of the festival's third day, with nothing kept from another test."""
    clock_at(NOON)
    epoch.forget()
    for name in settings.CACHES:
        caches[name].clear()
