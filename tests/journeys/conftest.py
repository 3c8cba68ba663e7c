import pytest

from tests.browsing.market import Market, open_market
from tests.browsing.stage import Stage


@pytest.fixture
def market(stage: Stage) -> Market:
    """Fill the shop."""
    return open_market()
