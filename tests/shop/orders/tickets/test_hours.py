"""What a host reads: the hours of the place, each session once, nothing to send."""

import pytest

from shop.orders.models import Order
from shop.orders.tickets.models import Ticket
from tests.make import NOON
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import bought

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


def test_each_session_stands_once_on_the_overview_and_nothing_is_to_be_sent(client, till, clock_at):
    clock_at(NOON)
    adult, *_ = visits.session()
    bought(till, {adult: 1})
    client.force_login(visits.host_of(adult))
    store = f"/merchant/{adult.product.merchant.slug}/"
    number = Order.objects.get().number

    page = client.get(store).text
    assert page.count(f'href="{store}sessions/{adult.pool_id}/"') == 1
    assert number not in page
    assert number not in client.get(f"{store}orders/?state=waiting").text
    assert number in client.get(f"{store}orders/").text
    assert number not in client.get(f"{store}orders/packing.csv").getvalue().decode()


def test_the_dates_of_one_experience_are_shown_alone(client, clock_at):
    clock_at(NOON)
    host = visits.merchant()
    walk, climb = (visits.experience(of=host, title=title) for title in ("Walk", "Climb"))
    walks, climbs = visits.session(walk)[0], visits.session(climb)[0]
    client.force_login(visits.host_of(walks))
    address = f"/merchant/{host.slug}/sessions/"

    both, one = client.get(address).text, client.get(address, {"of": walk.pk}).text
    other = client.get(address, {"of": "0"}).text

    for page, shown in ((both, (True, True)), (one, (True, False)), (other, (True, True))):
        found = [f"{address}{seat.pool_id}/" in page for seat in (walks, climbs)]
        assert tuple(found) == shown
