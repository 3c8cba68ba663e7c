"""A host reads the hours that the guests read: those of the place."""

import pytest

from shop.tickets.models import Ticket
from tests.make import NOON
from tests.shop.tickets import visits
from tests.shop.tickets.visits import bought

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("pattern", ["{store}/", "{store}/sessions/", "{store}/sessions/{pool}/",
                                     "tickets/{code}/"])  # fmt: skip
def test_every_page_of_the_host_says_the_hour_of_the_place(client, till, clock_at, pattern):
    clock_at(NOON)
    adult, *_ = visits.session()  # at noon in UTC, in Nairobi
    bought(till, {adult: 1})
    client.force_login(visits.host_of(adult))
    store, code = adult.product.merchant.slug, Ticket.objects.get().code

    page = client.get(
        "/merchant/" + pattern.format(store=store, pool=adult.pool_id, code=code)
    ).text

    assert "15:00" in page
    assert "12:00" not in page.partition('class="stats"')[0]
