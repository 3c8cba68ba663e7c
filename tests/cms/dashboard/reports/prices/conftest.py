import pytest

from tests import make
from tests.cms.dashboard.people import BEFORE


@pytest.fixture
def kettle():
    return make.variant(20_00)


@pytest.fixture
def festival(clock_at, kettle):
    """Plan a festival with one deal, and stand weeks before it."""
    clock_at(BEFORE)
    made = make.festival(title="Harvest")
    make.deal(kettle, during=made, price=15_00, allotment=6)
    make.listed(kettle.product)
    return made
