import pytest

from shop.catalogue.models import Category
from tests import make
from tests.make import NOON
from tests.paying import set_clocks


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def kettle(clock_at):
    """Put a kettle with two pictures on sale."""
    clock_at(NOON)
    made = make.variant(20_00, of=make.product(title="Copper kettle", description="It sings."))
    for alt in ("From the side", "From above"):
        make.shown_picture(made.product, alt=alt)
    make.listed(made.product)
    return made


@pytest.fixture
def product(kettle):
    return kettle.product


@pytest.fixture
def member(product):
    return make.member(product.merchant)


@pytest.fixture
def organizer():
    return make.user(is_staff=True)


@pytest.fixture
def watches():
    return Category.objects.create(path="watches", name="Watches")


@pytest.fixture
def till(sandbox, clock_at):
    """Give a sandbox whose clock, like the shop's, says noon of the festival's third day."""
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    make.delivery(4_00)
    return sandbox
