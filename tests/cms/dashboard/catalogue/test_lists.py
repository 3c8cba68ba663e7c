"""The lists of all products and all stores cost the same however long they are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.dashboard import paging
from cms.dashboard.catalogue import lists
from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.shop.storefront.listing.test_list_plans import plan_of
from tests.worlds import world

pytestmark = pytest.mark.django_db
MANY = """
WITH made AS (
  INSERT INTO shop_product (merchant_id, category_id, slug, kind, state, title, titles, summary,
    description, materials, origin, hs_code, tags, terms, option_names, meeting_point, review_note,
    published_at)
  SELECT %(store)s, %(category)s, 'kettle-' || n, 'goods', 'published', 'Kettle ' || md5(n::text),
    '{}', '', '', '{}', '', '', '{}', '{}', '{}', '', '', now()
  FROM generate_series(1, 20000) n RETURNING id),
pools AS (INSERT INTO shop_pool (on_hand, held, sold) SELECT 1, 0, 0 RETURNING id)
INSERT INTO shop_variant (product_id, sku, pool_id, weight_g, units_per_item, is_active, options,
  position, session_zone, cancel_reason)
SELECT made.id, 'NO-' || made.id, pools.id, 1, 1, true, '{}', 0, '', '' FROM made, pools
"""
PRODUCTS, STORES = "/organize/desk_products/", "/organize/desk_stores/"


def stock_shelf():
    made = []
    for n in range(60):
        store = make.merchant(name=f"Store number {n}", country="KE" if n % 2 else "GH")
        product = make.product(of=store, title=f"Kettle {n}")
        make.variant(of=product, position=n)
        made.append(product)
    return made


@pytest.fixture(scope="module")
def shelf(django_db_setup, django_db_blocker):
    with world(django_db_blocker, stock_shelf, at=NOON) as made:
        yield made


@pytest.mark.parametrize(
    "path",
    [
        PRODUCTS, f"{PRODUCTS}?q=kettle", f"{PRODUCTS}?q=number+7", f"{PRODUCTS}?p=2",
        f"{PRODUCTS}?state=published&merchant__country=KE", f"{PRODUCTS}?ordering=title",
        STORES, f"{STORES}?q=store", f"{STORES}?country=KE",
    ],
)  # fmt: skip
def test_a_list_takes_eight_statements_at_the_most(desk, shelf, path):
    desk.get(path)
    with statements(most=8):
        page = desk.get(path)
    assert page.status_code == 200


def titles(page):
    return [row.title for row in page.context["page_obj"]]


def test_products_are_found_by_title_store_and_sku_each_once(desk, shelf):
    other = make.variant(of=shelf[3])
    make.variant(of=shelf[3])

    assert titles(desk.get(f"{PRODUCTS}?q=KETTLE+1")) == [f"Kettle {n}" for n in
                                                          (*range(19, 9, -1), 1)]  # fmt: skip
    assert titles(desk.get(f"{PRODUCTS}?q=number+59")) == ["Kettle 59"]
    assert titles(desk.get(f"{PRODUCTS}?q={other.sku.lower()}")) == ["Kettle 3"]
    assert titles(desk.get(f"{PRODUCTS}?q=kettle+3&state=draft")) == []
    assert titles(desk.get(f"{PRODUCTS}?q=%25")) == []


def test_pages_are_turned_and_the_last_one_answers_for_those_behind_it(desk, shelf):
    first = desk.get(PRODUCTS)
    assert (len(titles(first)), first.context["items_count"]) == (50, 60)
    assert titles(desk.get(f"{PRODUCTS}?p=2")) == [f"Kettle {n}" for n in range(9, -1, -1)]
    assert titles(desk.get(f"{PRODUCTS}?p=99")) == titles(desk.get(f"{PRODUCTS}?p=2"))
    for wrong in ("", "0", "-1", "x", "9" * 30):
        assert titles(desk.get(PRODUCTS, {"p": wrong})) == titles(first)


def test_a_list_says_where_its_pages_end(desk, shelf, monkeypatch):
    assert "search for the others" not in desk.get(PRODUCTS).text
    monkeypatch.setattr(paging.BoundedPaginator, "most", 55)

    page = desk.get(f"{PRODUCTS}?p=2")

    assert len(titles(page)) == 5
    assert "the first 55: search for the others" in page.text
    assert len(titles(desk.get(f"{PRODUCTS}?p=3"))) == 5


def test_what_words_find_says_where_its_pages_end(desk, shelf, monkeypatch):
    monkeypatch.setattr(lists, "MOST_FOUND", 52)
    monkeypatch.setattr(paging.FoundPaginator, "most", 52)

    page = desk.get(f"{PRODUCTS}?q=kettle&p=2")

    assert titles(page) == ["Kettle 9", "Kettle 8"]
    assert "the first 52: search for the others" in page.text
    assert "the first" not in desk.get(f"{PRODUCTS}?q=kettle+1").text


def test_words_and_the_first_page_are_found_by_indexes(desk):
    store, category = make.merchant(), make.product().category
    with connection.cursor() as cursor:
        cursor.execute(MANY, {"store": store.pk, "category": category.pk})
        cursor.execute("ANALYZE shop_product, shop_variant")

        cursor.execute("SET LOCAL enable_seqscan = off")  # as where there are more of them

    for words in ("", "?q=kettle 777", "?q=no-777", "?q=nothing"):
        with CaptureQueriesContext(connection) as asked:
            desk.get(f"{PRODUCTS}{words}")
        (sql,) = [query["sql"] for query in asked if "counted_rows" in query["sql"]][:1]
        plan = plan_of(sql)
        assert "Seq Scan on shop_product" not in plan, words
        assert "Seq Scan on shop_variant" not in plan, words
