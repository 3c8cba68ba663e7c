"""A store sells goods and leads experiences: one order holds a parcel and a visit of it."""

from datetime import timedelta

import pytest

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.festivals.changelog import version_of
from shop.merchant.moderation.stores import StoreFacts, change_facts
from shop.orders.after_sale.arrive import lapses_at, take_as_arrived
from shop.orders.models import Suborder
from shop.orders.reconcile import differences
from shop.orders.ship import ship
from shop.orders.tickets.models import Ticket
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.shop.orders.tickets.visits import DAY, bought, experience, session

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return make.merchant(name="Indigo Yard", kind="both", country="KE")


@pytest.fixture
def sold(till, store):
    kettle = make.variant(20_00, of=make.product(of=store))
    seat = session(experience(of=store), starts=NOON + 40 * DAY)[0]
    return bought(till, {kettle: 2, seat: 1})


def parts(order):
    return {bool(part.service): part for part in order.suborders.all()}


def test_a_parcel_and_a_visit_are_parts_of_their_own_and_add_up(sold):
    both = parts(sold)

    assert len(both) == 2
    assert [line.quantity for line in both[True].lines.all()] == [2]
    assert [line.quantity for line in both[False].lines.all()] == [1]
    assert both[True].ship_by is not None
    assert (both[False].ship_by, both[False].delivery_paid) == (None, 0)
    assert sum(part.payout for part in both.values()) == 80_00
    assert Ticket.objects.count() == 1
    assert differences() == []


def test_what_the_parcel_earned_is_released_before_the_visit_takes_place(sold):
    both = parts(sold)
    ship(both[True], carrier="DHL", tracking_number="1", seen=sold.contact_id, at=NOON + DAY,
         by=make.user())  # fmt: skip
    arrives = lapses_at(both[True].arrives_to, NOON + DAY)
    assert arrives < NOON + 40 * DAY

    take_as_arrived(at=arrives + timedelta(minutes=1))

    both = parts(sold)
    assert (both[True].state, both[False].state) == ("delivered", "waiting")
    assert both[False].release_at is None
    take_as_arrived(at=NOON + 41 * DAY)
    assert parts(sold)[False].state == "delivered"
    assert differences() == []


def test_the_desk_lists_goods_and_experiences(client, store, clock_at):
    clock_at(NOON)
    category = make.product(of=store).category
    client.force_login(make.member(store))
    new = f"/merchant/{store.slug}/products/new/"
    assert "An experience, on dates" in client.get(new).text
    assert "Goods, sent by parcel" in client.get(f"{new}?kind=experience").text
    grid = {"v-TOTAL_FORMS": "0", "v-INITIAL_FORMS": "0"}

    for title, kind in (("Indigo cloth", "goods"), ("Indigo morning", "experience")):
        client.post(new, grid | {"title": title, "category": category.pk, "kind": kind})

    made = dict(Product.objects.values_list("title", "kind"))
    assert (made["Indigo cloth"], made["Indigo morning"]) == ("goods", "experience")
    page = client.get(f"/merchant/{store.slug}/").text
    assert "Let guests in" in page


def test_a_store_of_one_kind_lists_nothing_else(client, clock_at):
    clock_at(NOON)
    store = make.merchant(kind="goods")
    category = make.product(of=store).category
    client.force_login(make.member(store))
    facts = {"v-TOTAL_FORMS": "0", "v-INITIAL_FORMS": "0", "title": "Tour", "kind": "experience"}

    client.post(f"/merchant/{store.slug}/products/new/", facts | {"category": category.pk})

    assert Product.objects.get(title="Tour").kind == "goods"


def test_a_store_begins_to_sell_both_and_does_not_end_what_it_has():
    store, by = make.merchant(kind="goods"), organizer()
    make.product(of=store)
    facts = {"name": store.name, "country": store.country, "city": store.city}

    def changed(kind):
        known = {
            name: getattr(store, name) for name in StoreFacts.__dataclass_fields__
        } | facts | {"kind": kind}  # fmt: skip
        return change_facts(store, StoreFacts(**known), seen=version_of(store), at=NOON, by=by)

    assert changed("both")
    with pytest.raises(NotPossible, match="products of the other kind"):
        changed("experiences")
    assert changed("goods")

    assert not Suborder.objects.exists()
