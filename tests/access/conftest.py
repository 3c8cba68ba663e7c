from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.access.inspector import Inspector
from tests.browsing.market import Market, open_market
from tests.browsing.stage import Stage

# How pages are walked through; each is looked at by day and by night.
LOOKS = {"desk": 1280, "phone": 390}


@pytest.fixture(params=LOOKS)
def look(request) -> str:
    """Walk at a desk and with a telephone."""
    return request.param


@pytest.fixture
def width(look) -> int:
    """Make the window as wide as the look asks."""
    return LOOKS[look]


@pytest.fixture
def market(stage: Stage) -> Market:
    """Fill the shop."""
    return open_market()


@pytest.fixture
def inspector(visitor: Callable[..., Page]) -> Inspector:
    """Send somebody in who looks for barriers."""
    return Inspector(visitor())
