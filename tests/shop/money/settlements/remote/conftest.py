import pytest

from tests.paying import set_clocks
from tests.payout_countries import fill_in
from tests.shop.money.settlements.earned import MONDAY, settled
from tests.shop.money.settlements.remote.owned import case_66, store
from tests.shop.money.settlements.remote.sent import STORAGE


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


@pytest.fixture
def merchant(connected):
    """Return a store with an own account at the provider."""
    return store(connected)


@pytest.fixture
def payout(connected, merchant):
    """Queue the payout of case 66: 34.96, of which 30.00 came by its charge."""
    case_66(connected, merchant)
    made = settled(merchant).payouts.get()
    set_clocks(connected, MONDAY)
    return made
