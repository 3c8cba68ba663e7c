import pytest

from tests import make
from tests.make import NOON
from tests.paying import begin, set_clocks


@pytest.fixture
def till(sandbox, clock_at):
    """Give a sandbox whose clock, like the shop's, says noon of the festival's third day."""
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    return sandbox


@pytest.fixture
def payment(till):
    """Begin to pay for one kettle of 20.00."""
    return begin(make.cart({make.variant(20_00): 1}))
