"""The desk of a store with very many products and orders reads no more than that of a small one."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.orders.models import Order, Suborder
from tests import make
from tests.budgets import statements
from tests.shop.merchant.dashboard.crowded import TABLES, crowded
from tests.shop.merchant.dashboard.desk import open_desk

pytestmark = pytest.mark.django_db
LISTS = (
    "orders/",
    "orders/?sort=due",
    "orders/?state=waiting",
    "orders/?state=waiting&sort=new",
    "orders/?state=sent",
    "orders/?state=sent&sort=due",
    "orders/?state=cancelled",
    "products/",
    "products/?state=draft",
    "products/?state=taken_down",
    "products/?state=changed",
    "festivals/",
)
WORDS = ("products/?q=e0a1b2", "products/?q=many-77", "products/?q=nothing")
LARGE = re.compile(rf"Seq Scan on shop_({'|'.join(TABLES)})\b")
READ = re.compile(r"Buffers: shared hit=(\d+)(?: read=(\d+))?|Buffers: shared read=(\d+)")
PAGES = 400  # of the database; an order with its address, lines and parcel takes a dozen


def explained(client, address):
    """Return the statements of a page, each with its plan as it was carried out."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    found = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            if query["sql"].startswith(("SELECT", "WITH")):
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + query["sql"])
                found.append((query["sql"], "\n".join(row[0] for row in cursor.fetchall())))
    return found


def pages_read(plan):
    hits = READ.search(plan)
    return sum(int(count) for count in hits.groups() if count) if hits else 0


@pytest.mark.parametrize("rows", [2, 30])
def test_a_list_takes_eight_statements_at_the_most_however_many_rows(client, desk, rows):
    for number in range(rows):
        made = make.draft(desk.merchant, title=f"Pot {number}")
        make.shown_picture(made)
        make.listed(make.variant(3_00, of=make.product(of=desk.merchant, title=f"Pot {number}"),
                                 on_hand=2).product)  # fmt: skip
        part = make.order({desk.variant: 1}).suborders.get()
        Order.objects.filter(pk=part.order_id).update(state="paid", paid_at=part.order.placed_at)
        Suborder.objects.filter(pk=part.pk).update(paid_at=part.order.placed_at)

    for path in (*LISTS, *WORDS):
        address = desk.address("{store}/") + path
        client.get(address)
        with statements(most=8):
            assert client.get(address).status_code == 200


def assert_few_pages(client, address, *, most=PAGES):
    found = explained(client, address)
    for sql, plan in found:
        assert not LARGE.search(plan), (address, sql, plan)
        assert pages_read(plan) <= most, (address, sql, plan)


def test_no_list_reads_what_it_does_not_show(client, desk):
    with crowded(desk, other=make.merchant()):
        for path in LISTS:
            assert_few_pages(client, desk.address("{store}/") + path)


def test_words_are_found_by_indexes_in_a_store_with_most_of_the_products(client, desk):
    other = open_desk("Other")
    client.force_login(other.member)
    with crowded(desk, other=other.merchant):
        for path in WORDS:
            # Each three letters that follow one another have pages of the index.
            assert_few_pages(client, other.address("{store}/") + path, most=4 * PAGES)


def test_far_pages_read_no_more_than_the_first(client, desk):
    with crowded(desk, other=make.merchant()):
        sold = Suborder.objects.sold().filter(merchant=desk.merchant).order_by("pk")
        early, late = sold[70], sold[500]
        for place in (f"before={early.pk}", f"sort=due&after={early.ship_by}.{early.pk}",
                      f"sort=due&before={late.ship_by}.{late.pk}"):  # fmt: skip
            assert_few_pages(client, f"{desk.address('{store}/orders/')}?{place}")


def test_the_overview_counts_what_waits_and_looks_for_the_rest_by_indexes(client, desk):
    with crowded(desk, other=make.merchant()):
        found = explained(client, desk.address("{store}/"))
        assert_few_pages(client, desk.address("{store}/"), most=10 * PAGES)

    for start in (
        'SELECT COUNT("shop_suborder"."id") AS "waiting"',
        'SELECT ("shop_suborder"."paid_at"',
    ):
        (plan,) = [plan for sql, plan in found if sql.startswith(start)]
        assert pages_read(plan) < PAGES // 4, plan  # all orders of the store are 160
