from datetime import timedelta

import pytest
from django.utils.text import slugify
from django_tasks_db.models import DBTaskResult

from sample.accounts import provide_accounts
from sample.ordering import fulfil, open_wishes
from sample.reading import stores
from sample.wishes import FLASH, Wish, wishes
from shop.catalogue.models import Variant
from shop.catalogue.stock.models import Pool
from shop.core import clock
from shop.orders.cart import change
from shop.orders.cart.models import Cart
from shop.orders.models import Order, Shipment, Suborder
from shop.orders.tasks import send_receipt, send_shipped
from shop.orders.tickets.models import Ticket
from shop.storefront.listings.models import ALIKE, Listing
from tests import make
from tests.paying import assert_books_agree
from tests.sample.loaded import DAY_0, counts, load_six
from tests.shop.orders.tickets import visits

pytestmark = pytest.mark.long


class Silent:
    """Progress that nobody looks at."""

    def report(self, work, done, total):
        """Take a report."""


def wish(**facts):
    home = {
        "name": "Ann Lee", "line1": "1 Elm Row", "city": "Leeds", "postcode": "LS1 1AA",
        "country": "GB",
    }  # fmt: skip
    known = {"key": "ann", "language": "en", "contact": home, "items": {"KE-IHM-010": 1}}
    return Wish(**known | facts)


def order_of(key):
    return Order.objects.get(contact__email=f"{key}@example.org")


def queued(task):
    return DBTaskResult.objects.filter(task_path=task.module_path).count()


def test_two_dozen_orders_from_many_countries_are_wished_for():
    every = wishes()
    skus = {v.sku for store in stores() for product in store.products for v in product.variants}

    assert len(every) == 24
    assert len({row.contact["country"] for row in every}) >= 20
    assert {row.language for row in every} == {"en", "fr", "zh-hans", "ar", "sw", "pt"}
    assert sum(not row.paid for row in every) == 2
    addresses = {slugify(p.title) for store in stores() for p in store.products}
    for row in every:
        assert row.items.keys() <= {*skus, FLASH}
        assert row.visits.keys() <= addresses


def test_orders_are_paid_sent_and_counted_as_popular(loaded, till):
    load_six()

    assert Order.objects.filter(state="paid").count() == 5
    assert Suborder.objects.filter(state="shipped").count() == 3
    parcel = Shipment.objects.get(suborder__merchant__slug="gimbo-forest-gatherers")
    assert parcel.tracking_number == "4017283951"
    assert parcel.tracking_url.endswith("tracking-id=4017283951")
    assert (queued(send_receipt), queued(send_shipped)) == (5, 3)
    assert Listing.objects.get(slug="divo-72-dark-bar").popularity // ALIKE == 9
    assert_books_agree()


def test_a_load_after_that_finds_nothing_to_do(loaded, till):
    load_six()
    before = counts()

    assert load_six() == "The sample is complete: nothing to do.\n"

    assert counts() == before


def test_who_wishes_for_a_visit_gets_tickets_for_the_next_date(loaded, till):
    load_six()
    host = make.merchant(kind="experiences")
    walk = visits.experience(of=host, slug="a-walk")
    at = clock.now()
    later, sooner = (visits.session(walk, starts=at + timedelta(days=n), at=at) for n in (5, 3))
    visits.session(walk, starts=at + timedelta(hours=5), at=at)  # its sale has closed

    problems = fulfil([wish(visits={"a-walk": 2, "no-such-walk": 1})], {}, Silent())

    assert problems == []
    tickets = Ticket.objects.filter(line__order=order_of("ann"))
    assert [ticket.line.variant for ticket in tickets] == [sooner[0]] * 2
    assert later[0].session_start > sooner[0].session_start
    assert order_of("ann").lines.count() == 2


def test_an_order_is_the_shoppers_in_the_own_language_and_with_the_voucher(loaded, till):
    load_six()

    order = order_of("amelie-roche")
    assert (order.language, order.contact.country) == ("fr", "FR")
    assert order.discount > 0
    account = Order.objects.get(user__email="shopper@example.org")
    assert account.contact.name == "Amara Cole"
    assert account.has_verified_email


def test_the_merchant_has_parcels_to_send(loaded, till):
    load_six()

    own = Suborder.objects.filter(merchant__memberships__user__email="merchant@example.org")
    assert own.filter(state="waiting", order__state="paid").count() == 2


def test_an_order_may_be_left_unpaid(loaded, till):
    load_six()

    assert fulfil([wish(paid=False)], {}, Silent()) == []

    assert order_of("ann").state == "pending"
    assert open_wishes([wish(paid=False)]) == []


def test_without_a_sandbox_nothing_is_ordered_and_the_next_start_does_it(loaded, demo, request):
    said = load_six()

    assert "The payment sandbox cannot be reached" in said
    assert counts()["Order"] == 0
    assert not Pool.objects.filter(held__gt=0).exists()

    request.getfixturevalue("till")
    assert load_six().endswith("The sample is complete: 6 stores, 60 products.\n")
    assert counts()["Order"] == 5


def test_a_refused_order_is_left_out_and_told(loaded, till):
    load_six()
    many = wish(items={"ET-GFG-010": 400})

    refused = fulfil([many, wish(key="ben")], {}, Silent())

    only = "Only 4 of Timiz, smoked long pepper are left."
    assert refused == [f"The order ann was left out: {only}"]
    assert order_of("ben").state == "paid"
    assert open_wishes([many]) == [many]
    assert_books_agree()


def test_what_a_visitor_put_into_the_shoppers_cart_is_not_ordered(loaded, till):
    load_six()
    users = provide_accounts(at=DAY_0)
    cart = Cart.objects.get(user=users["shopper"])
    honey = Variant.objects.get(sku="KE-IHM-004-1")
    change.add(cart, honey.pk, 2, at=DAY_0)
    again = wish(key="again", account="shopper")

    assert fulfil([again], users, Silent()) == []

    assert open_wishes([again]) == [again]
    assert [(line.variant, line.quantity) for line in cart.lines.all()] == [(honey, 2)]
