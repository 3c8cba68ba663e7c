import pytest

from tests.paying import set_clocks
from tests.sample.loaded import DAY_0


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """Keep what was drawn for the next test: drawing takes longer than all the rest."""
    return tmp_path_factory.mktemp("media")


@pytest.fixture
def demo(settings, drawn, clock_at):
    """Be a demonstration on the day on which it is loaded, without a payment sandbox."""
    settings.DEMO = True
    settings.MEDIA_ROOT = drawn
    settings.STRIPE_BASE_URL = ""
    clock_at(DAY_0)


@pytest.fixture
def till(demo, sandbox):
    """Be a demonstration with a payment sandbox whose clock agrees with the shop's."""
    set_clocks(sandbox, DAY_0)
    return sandbox
