import pytest

from tests.make import NOON
from tests.paying import set_clocks
from tests.shop.merchant.dashboard.desk import Desk, open_desk


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def desk(client, clock_at) -> Desk:
    """Sign a member in to a store with one of everything, at noon of the festival's third day."""
    clock_at(NOON)
    made = open_desk()
    client.force_login(made.member)
    return made


@pytest.fixture
def till(sandbox, clock_at):
    """Give a sandbox whose clock, like the shop's, says noon of the festival's third day."""
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    return sandbox
