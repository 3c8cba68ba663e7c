from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.access.inspector import PHONE, Inspector
from tests.browsing.market import Market, open_market
from tests.browsing.stage import Stage


@pytest.fixture
def width() -> int:
    """Walk with a telephone; the inspector looks at each page at a desk too."""
    return PHONE[0][0]


@pytest.fixture
def market(stage: Stage) -> Market:
    """Fill the shop."""
    return open_market()


@pytest.fixture
def inspector(visitor: Callable[..., Page]) -> Inspector:
    """Send somebody in who looks for barriers."""
    return Inspector(visitor())
