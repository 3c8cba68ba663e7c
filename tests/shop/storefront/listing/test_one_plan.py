"""Statements of lists have one plan for all values, and it reads no more than a page."""

import pytest
from django.conf import settings
from django.db import connection

from config.database import PLANNING
from shop.core.statements.prepared import _numbered, ask
from shop.storefront.search.filters import Filters
from shop.storefront.search.find import ListPlace, find
from shop.storefront.search.shelves import Shelf, find_shelves
from tests import worlds
from tests.make import NOON
from tests.shop.storefront.shelf import fill

pytestmark = [pytest.mark.django_db, pytest.mark.long]


@pytest.fixture(scope="module")
def shelf(django_db_setup, django_db_blocker):
    with worlds.world(django_db_blocker, filled, at=NOON):
        yield


def filled():
    fill(5_000, popularity=lambda n: n % 50, price=lambda n: 5_00 + n * 7919 % 20_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE shop_productspan, shop_listing")


def executed(act):
    """Return the statement that is asked, with its values."""
    asked = []

    def watch(execute, text, params, many, context):
        asked.append((text, params))
        return execute(text, params, many, context)

    with connection.execute_wrapper(watch):
        act()
    ((text, params),) = asked
    return text, params


def plan_for_all(text):
    """Return how the database goes about a prepared statement, whatever its values are."""
    numbered, names = _numbered(text)
    nothing = ", ".join(["NULL"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(b"PREPARE one AS " + numbered.replace(b"%", b"%%"), [])
        cursor.execute(f"EXPLAIN EXECUTE one ({nothing})")
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("DEALLOCATE one")
    return plan


def listed(**asked):
    return lambda: find(Filters(**asked), at=NOON, festivals=(), language="en")


def test_statements_are_planned_as_the_settings_say():
    assert PLANNING["plan_cache_mode"] == "force_generic_plan"
    options = settings.DATABASES["default"]["OPTIONS"]["options"]
    for name, value in PLANNING.items():
        assert f"-c {name}={value}" in options
        assert ask("SELECT current_setting(%(name)s::text)", {"name": name}) == [(value,)]


def test_the_plan_for_all_values_of_a_list_walks_along_an_index(shelf):
    pages = (
        listed(),
        listed(place=ListPlace(25, 1)),
        listed(countries=("KE",)),
        listed(stores=("mawu",)),
        listed(sort="price"),
        lambda: find_shelves([Shelf()], festivals=(), at=NOON, language="en"),
    )
    for page in pages:
        plan = plan_for_all(executed(page)[0])

        assert "Index Scan using" in plan
        assert "Seq Scan on shop_listing" not in plan
        assert "Seq Scan on shop_productspan" not in plan
        assert "Hash Join" not in plan.partition("Aggregate")[0]


def test_between_two_prices_there_is_a_plan_for_these(shelf):
    before = ask("SELECT count(*) FROM pg_prepared_statements", {})
    page = listed(low=20_00, high=20_50)

    assert page().rows
    text, values = executed(page)

    assert ask("SELECT count(*) FROM pg_prepared_statements", {}) == before
    assert values["low"] == 20_00
    assert ask(text, values) == ask(text, values, is_anew=True)
