import pytest

from tests import make


@pytest.fixture
def festival():
    return make.festival(title="Harvest", zone="Africa/Nairobi")


@pytest.fixture
def kettle():
    return make.variant(20_00, on_hand=100, of=make.product(title="Brass kettle"))


@pytest.fixture
def deal(festival, kettle):
    return make.deal(kettle, during=festival, price=15_00, allotment=20)
