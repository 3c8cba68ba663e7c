"""Rows that statements look at are counted from their plans, and large tables read whole named."""

import pytest
from django.db import connection

from tools.bench.management.commands import explain_bench
from tools.bench.plans import LARGE, Reading, reading, rows_of

SIZES = {"shop_listing": LARGE, "shop_category": 40}
WALK = {
    "Node Type": "Index Scan", "Relation Name": "shop_listing", "Index Name": "listing_popular",
    "Actual Rows": 12.5, "Rows Removed by Filter": 2, "Actual Loops": 4,
}  # fmt: skip


def scan(table, rows, *, loops=1, removed=0):
    return {
        "Node Type": "Seq Scan", "Relation Name": table, "Actual Rows": rows,
        "Rows Removed by Filter": removed, "Actual Loops": loops,
    }  # fmt: skip


def above(*plans):
    return {"Node Type": "Nested Loop", "Actual Rows": 900, "Actual Loops": 1, "Plans": plans}


def test_rows_of_all_scans_count_in_all_loops_kept_or_not():
    assert rows_of(above(WALK, scan("shop_category", 1, removed=39, loops=2))) == 58 + 80


def test_what_was_read_before_does_not_count_again():
    kept = {"Node Type": "CTE Scan", "CTE Name": "front", "Actual Rows": 50, "Actual Loops": 1}

    assert rows_of(above(WALK, kept)) == 58


def test_a_large_table_read_from_end_to_end_is_named_and_a_small_one_is_not():
    plan = above(scan("shop_category", 40), scan("shop_listing", 1, removed=LARGE))

    assert reading("list", [("SELECT", [plan])], SIZES).whole == ("shop_listing",)


def test_a_branch_that_never_ran_and_a_walk_that_ends_early_read_no_table_whole():
    plan = above(scan("shop_listing", 0, loops=0), scan("shop_listing", 500))

    assert reading("list", [("SELECT", [plan])], SIZES).whole == ()


def test_of_the_plans_of_a_statement_the_costlier_one_counts():
    plans = [scan("shop_category", 10), scan("shop_category", 30)]

    found = reading("list", [("SELECT 1", plans), ("SELECT 2", plans[:1])], SIZES)

    assert (found.rows, found.statement) == (40, "SELECT 1")
    assert found.most_by == "Seq Scan shop_category: 30"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Reading("list", 99), []),
        (Reading("list", 101), ["list: 101 rows are looked at, 100 are allowed"]),
        (Reading("list", 9, ("t",)), ["list: the large table t is read from one end to the other"]),
        (Reading("list", missed="it answers 500"), ["list: not measured, it answers 500"]),
    ],
)
def test_a_run_fails_for_too_many_rows_for_whole_tables_and_for_what_is_not_known(found, said):
    assert list(found.problems(100)) == said


@pytest.mark.django_db
def test_a_prepared_statement_is_planned_for_its_values_and_for_all():
    asked = {"ids": [1, 2], "word": "50%", "none": None}
    text = "SELECT 1 FROM shop_category WHERE id = ANY(%(ids)s) AND name <> %(word)s || '%%'"
    connection.ensure_connection()

    first, later = explain_bench._prepared(text, asked)

    assert first["Node Type"] == later["Node Type"]
    assert explain_bench._prepared("SELECT 1 FROM shop_category", {})
