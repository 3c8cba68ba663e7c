"""A host in Nairobi with an experience, for tests of dates."""

import pytest

from tests import make
from tests.make import NOON
from tests.shop.orders.tickets import visits


@pytest.fixture
def walk(clock_at):
    """Return an experience of a host in Nairobi; it is noon on 12 May."""
    clock_at(NOON)
    return visits.experience(title="Walk")


@pytest.fixture
def host(client, walk):
    """Sign a member of the host in and return them."""
    member = make.member(walk.merchant)
    member.first_name, member.last_name = "Kojo", "Mensah"
    member.save()
    client.force_login(member)
    return member
