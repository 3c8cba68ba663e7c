"""Case P58: invoices are numbered without holes, by seller, kind and year."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from shop.orders.documents.issue import issue_batch, issue_invoices, issue_papers
from shop.orders.documents.missing import make_missing
from shop.orders.documents.models import Document, Series
from shop.orders.models import Suborder
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.shop.orders.documents.sold import invoice_of, paid, pay
from tests.stepping import Beside

MANY = 50


def numbers(**of):
    """Return the numbers of papers, in the order of their series."""
    return list(Document.objects.filter(**of).order_by("series", "n").values_list("n", flat=True))


def orders_of_one_store(count):
    kettle = make.variant(20_00, on_hand=count)
    return [make.order({kettle: 1}) for _ in range(count)], kettle.product.merchant


@pytest.mark.django_db(transaction=True)
def test_p58_fifty_orders_paid_at_once_at_one_store_have_the_numbers_1_to_50():
    orders, store = orders_of_one_store(MANY)

    def buy(order, second):
        pay(order, at=NOON + timedelta(seconds=second))
        issue_papers(order.pk, at=NOON)

    at_once([partial(buy, order, n) for n, order in enumerate(orders)], threads=8)

    assert numbers(merchant=store) == list(range(1, MANY + 1))
    assert Series.objects.get().next == MANY + 1
    assert Suborder.objects.filter(is_invoiced=False).count() == 0


@pytest.mark.django_db(transaction=True)
def test_whoever_makes_them_at_once_numbers_follow_the_order_of_payment():
    orders, store = orders_of_one_store(12)
    for n, order in enumerate(orders):
        pay(order, at=NOON - timedelta(seconds=n))

    at_once([partial(issue_papers, order.pk, at=NOON) for order in orders], threads=6)

    by_number = Document.objects.order_by("n").values_list("suborder__order", flat=True)
    assert list(by_number) == [order.pk for order in reversed(orders)]
    assert numbers(merchant=store) == list(range(1, 13))


@pytest.mark.django_db(transaction=True)
def test_a_number_is_taken_by_one_at_a_time():
    orders, store = orders_of_one_store(3)
    parts = [pay(order).suborders.get().pk for order in orders]
    issue_batch(parts[:1], at=NOON)

    with transaction.atomic():
        issue_batch(parts[1:2], at=NOON)
        beside = Beside(partial(issue_batch, parts[2:], at=NOON))
        assert beside.waits()

    assert beside.result() == 1
    assert numbers(merchant=store) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_p58_a_crash_between_number_and_paper_leaves_neither():
    order = paid({make.variant(20_00): 1})
    store = order.suborders.get().merchant_id

    @transaction.atomic
    def die():
        issue_invoices(store, at=NOON)
        assert Document.objects.count() == 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(DatabaseError):
        die()
    connection.close()

    assert not Document.objects.exists()
    assert not Series.objects.exists()
    assert not Suborder.objects.filter(is_invoiced=True).exists()
    assert invoice_of(order).n == 1


@pytest.mark.django_db
def test_a_paper_that_cannot_be_written_takes_no_number():
    kettle = make.variant(20_00)
    one = invoice_of(paid({kettle: 1}))
    second = paid({kettle: 1})
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE shop_document ADD CONSTRAINT broken CHECK (n < 2)")

    with pytest.raises(DatabaseError, match="broken"), transaction.atomic():
        issue_papers(second.pk, at=NOON)

    assert list(Document.objects.all()) == [one]
    assert Series.objects.get().next == 2
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE shop_document DROP CONSTRAINT broken")
    assert invoice_of(second).number == f"{one.series.prefix}-2027-00002"


@pytest.mark.django_db
def test_made_again_and_by_the_beat_they_are_made_once():
    order = paid({make.variant(20_00): 1, make.variant(10_00): 1})

    make_missing(at=NOON)
    made = set(Document.objects.values_list("number", "digest"))
    issue_papers(order.pk, at=NOON + timedelta(days=1))
    make_missing(at=NOON + timedelta(days=2))

    assert len(made) == 2
    assert set(Document.objects.values_list("number", "digest")) == made


@pytest.mark.django_db
def test_what_is_not_paid_has_no_invoice():
    order = make.order({make.variant(20_00): 1})

    issue_papers(order.pk, at=NOON)
    make_missing(at=NOON)

    assert not Document.objects.exists()


@pytest.mark.django_db
def test_each_store_has_its_own_numbers_and_its_letters():
    loom = make.merchant(invoice_prefix="LOOM")
    plain = make.merchant()
    wanted = {make.variant(20_00, of=make.product(of=store)): 1 for store in (loom, plain)}

    issue_papers(paid(wanted).pk, at=NOON)

    found = dict(Document.objects.values_list("merchant", "number"))
    assert found == {loom.pk: "LOOM-2027-00001", plain.pk: f"S{plain.pk}-2027-00001"}


@pytest.mark.django_db
def test_a_year_begins_at_one_where_the_seller_sits_and_letters_stay_for_a_year():
    store = make.merchant(country="KE", invoice_prefix="OLD")
    kettle = make.variant(20_00, of=make.product(of=store))
    orders = [paid({kettle: 1}) for _ in range(3)]
    midnight = datetime(2027, 12, 31, 21, tzinfo=UTC)  # in Nairobi

    def invoice(order, at):
        one, others = order.suborders.get(), Suborder.objects.exclude(order=order)
        others.update(paid_at=None)
        Suborder.objects.filter(pk=one.pk).update(paid_at=NOON)
        return invoice_of(order, at=at).number

    first = invoice(orders[0], midnight - timedelta(seconds=2))
    store.invoice_prefix = "NEW"
    store.save()
    found = [first, invoice(orders[1], midnight - timedelta(seconds=1)),
             invoice(orders[2], midnight)]  # fmt: skip

    assert found == ["OLD-2027-00001", "OLD-2027-00002", "NEW-2028-00001"]


@pytest.mark.django_db
def test_what_the_platform_sells_has_the_operator_s_numbers():
    order = paid({make.variant(116_00): 1})
    Suborder.objects.update(tax="platform", vat_bp=1_600)

    paper = invoice_of(order)

    assert (paper.merchant, paper.number) == (None, f"{settings.OPERATOR_PREFIX}-2027-00001")
    assert paper.facts["seller"]["name"] == settings.OPERATOR_NAME
    assert paper.facts["seller"]["store"] == order.suborders.get().merchant.name
