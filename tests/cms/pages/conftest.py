import pytest

from tests.make import NOON


@pytest.fixture(autouse=True)
def _noon(clock_at):
    clock_at(NOON)
