import pytest

from shop.storefront.cache import catalogue_version
from shop.storefront.waiting_room import queued
from tests import make
from tests.make import NOON


@pytest.fixture(autouse=True)
def one_at_once(clock_at, settings):
    """Let one request of the checkout be in work at a time."""
    settings.QUEUE_AT_ONCE, settings.QUEUE_LENGTH = 1, 10
    clock_at(NOON)
    catalogue_version.forget()
    queued.forget()
    make.delivery()
    yield
    assert queued.gate.free(1) == 1  # whoever came in has left


@pytest.fixture
def kettle():
    return make.variant(20_00)
