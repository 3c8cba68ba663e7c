from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.access.inspector import Inspector
from tests.browsing.market import Market, open_market
from tests.browsing.stage import Stage

# How pages are looked at: on a desk and on a telephone, by day and by night.
LOOKS = {
    "desk": (1280, "light"),
    "night": (1280, "dark"),
    "phone": (390, "light"),
    "late": (390, "dark"),
}


@pytest.fixture(params=LOOKS)
def look(request) -> str:
    """Go through all looks."""
    return request.param


@pytest.fixture
def width(look) -> int:
    """Make the window as wide as the look asks."""
    return LOOKS[look][0]


@pytest.fixture
def market(stage: Stage) -> Market:
    """Fill the shop."""
    return open_market()


@pytest.fixture
def inspector(look: str, visitor: Callable[..., Page]) -> Inspector:
    """Send somebody in who looks for barriers."""
    return Inspector(visitor(color_scheme=LOOKS[look][1]))
