import pytest

from config import limits as outside
from shop.storefront.cache import catalogue_version
from tests.make import NOON
from tests.paying import set_clocks


@pytest.fixture
def till(sandbox, clock_at):
    """Give a sandbox whose clock, like the shop's, says noon of the festival's third day."""
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    return sandbox


@pytest.fixture
def bounds_as_outside_of_tests(settings):
    """Let unpaid orders hold what they may hold in a shop, and no more."""
    for name in ("GUEST_UNITS", "GUEST_SHARE", "ACCOUNT_UNITS", "ACCOUNT_SHARE", "NETWORK_UNITS"):
        setattr(settings, name, getattr(outside, name))
    catalogue_version.forget()
