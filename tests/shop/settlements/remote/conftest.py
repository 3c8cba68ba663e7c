import pytest

from shop.settlements.countries import fill_in
from tests.shop.settlements.remote.sent import STORAGE


@pytest.fixture
def abroad(till, settings):
    """Let a shop in the US send payouts by the provider."""
    settings.PAYOUT_SENDER, settings.PAYOUT_FINANCIAL_ACCOUNT = "US", STORAGE
    fill_in()
    return till


@pytest.fixture
def connected(till, settings):
    """Let a shop in Britain pay stores on their own accounts at the provider."""
    settings.PAYOUT_SENDER = "GB"
    fill_in()
    return till
