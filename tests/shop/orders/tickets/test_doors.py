"""Every address of hosts belongs to the members of the host: strangers find nothing there."""

import pytest

from shop.catalogue.models import Variant
from shop.orders.models import Refund
from shop.orders.tickets.models import Ticket
from shop.people.merchants.models import Merchant
from tests import make
from tests.cms.dashboard.people import organizer
from tests.shop.merchant.dashboard.desk import VISITS
from tests.shop.merchant.dashboard.who_may import LETTERS, roles_for
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import bought

pytestmark = pytest.mark.django_db
CALLS = [(pattern, method) for pattern, methods in VISITS for method in methods.split()]
BODY = {
    "reason": "Taken over", "first": "2027-05-20", "last": "2027-06-20", "weekdays": ["0", "1"],
    "hour": "09:00", "seats": "9", "closes_before": "1", "price_adult": "1.00",
}  # fmt: skip


@pytest.fixture
def host(till):
    """Return the addresses of a host with a session for which somebody has a ticket."""
    adult, *_ = visits.session()
    bought(till, {adult: 1})
    facts = {
        "store": adult.product.merchant.slug, "tour": adult.product_id, "seats": adult.pool_id,
        "ticket": Ticket.objects.get().code,
    }  # fmt: skip
    return lambda pattern: "/merchant/" + pattern.format(**facts)


def state() -> list:
    used = list(Ticket.objects.values_list("code", "used_at", "cancelled_at"))
    return [used, Refund.objects.count(), list(Variant.objects.values_list("pk", "is_active"))]


@pytest.mark.parametrize(("pattern", "method"), CALLS)
def test_a_guest_is_asked_to_sign_in(client, host, pattern, method):
    before = state()

    answer = getattr(client, method)(host(pattern), BODY)

    assert answer.url.startswith("/account/login/?next=/merchant/")
    assert state() == before


@pytest.mark.parametrize(("pattern", "method"), CALLS)
@pytest.mark.parametrize("who", ["shopper", "organizer", "member of another host"])
def test_tickets_are_not_there_for_strangers(client, host, pattern, method, who):
    if who == "member of another host":
        if pattern in ("tickets/", "tickets/photo/"):
            return  # where they look for their own
        client.force_login(make.member(visits.merchant()))
    else:
        client.force_login(organizer() if who == "organizer" else make.user())
    before = state()

    answer = getattr(client, method)(host(pattern), BODY)

    assert answer.status_code == 404
    assert state() == before


@pytest.mark.parametrize(("pattern", "method"), [call for call in CALLS if call[0].count("{") > 1])
def test_rows_of_another_host_are_not_found_under_the_own_name(client, host, pattern, method):
    mine = visits.merchant()
    client.force_login(make.member(mine))
    _, _, theirs, rest = host(pattern).split("/", 3)
    before = state()

    answer = getattr(client, method)(f"/merchant/{mine.slug}/{rest}", BODY)

    assert theirs != mine.slug
    assert answer.status_code == 404
    assert state() == before


@pytest.mark.parametrize("role", LETTERS.values())
@pytest.mark.parametrize(("pattern", "method"), CALLS)
def test_a_role_of_a_host_opens_what_it_includes(client, host, pattern, method, role):
    store = Merchant.objects.get(slug=host("{store}").rpartition("/")[2])
    client.force_login(make.member(store, role=role))
    before = state()

    answer = getattr(client, method)(host(pattern), BODY)

    assert (answer.status_code != 403) == (role in roles_for(pattern, method))
    if answer.status_code == 403:
        assert state() == before
