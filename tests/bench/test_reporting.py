"""A report tells of all shops side by side, and its record is what budgets are held against."""

from functools import partial

import pytest

from tools.bench.flash_sale import Sale
from tools.bench.load import Load
from tools.bench.plans import Reading
from tools.bench.record import figures
from tools.bench.report import Outcome, markdown
from tools.bench.rounds import Target, Turn
from tools.bench.sizes import Size
from tools.bench.work.doing import Work


def page(name, *cpu, missed=""):
    """Return a page that took so many ms of CPU in each round; None where it said nothing."""
    load = Load(answered=10, seconds=1, median=1, errors=0)
    turns = [None if took is None else Turn(load, took, 0) for took in cpu]
    return Target(name, partial(Load, 1, 1, 1, 0), turns=turns, missed=missed)


@pytest.fixture
def outcome():
    found = Outcome(
        facts={"Date": "today"},
        limits=[page(f"limit {n}", 2.0, 2.0) for n in range(6)],
        cold=[page("list", 10.0, 10.0), page("search", None, None, missed="it answers 500")],
        desk=[page("a store's orders", 5.0, 5.0)],
    )
    sale = Sale(results=[("paid", 1.0)] * 10 + [("told that it is sold out", 1.0)] * 50)
    found.sale, sale.promised = sale, 10
    return found


@pytest.fixture
def large(outcome):
    many = [page("list", 12.0, 12.0), page("search", 14.0, 14.0)]
    outcome.sizes = [
        Size(1_000, outcome.cold, [], outcome.desk, [Work("quiet", "count words", seconds=1)]),
        Size(10_000, many, [], outcome.desk, [Work("quiet", "count words", seconds=5)]),
        Size(100_000, many, [], outcome.desk, [Work("quiet", "count words", seconds=9)]),
    ]
    outcome.readings = [Reading("list", 900), Reading("search", 10**6, ("shop_listing",), "", "x")]
    return outcome


def test_a_page_stands_beside_itself_in_shops_of_all_sizes(large):
    said = markdown(large)

    assert "| list | 10.00 + 0.00 | 12.00 + 0.00 | 12.00 + 0.00 | 1.20 | at most 1.3: met |" in said
    assert "| search | not measured | 14.00 + 0.00 | 14.00 + 0.00 |  |  |" in said
    assert "9.00 (0.00), 0, 0 | 9.0 | at most 2: **not met** |" in said


def test_a_run_with_too_many_rows_looked_at_fails_and_says_so(outcome, large):
    assert [text.partition(":")[0] for text in large.problems] == ["search", "search"]
    assert "- **search: the large table shop_listing is read from one end to the other**" in (
        markdown(large)
    )


def test_a_run_with_something_missing_fails_and_reports_the_rest(outcome):
    outcome.missed["an earlier commit"] = "there is none"

    assert outcome.problems == ["an earlier commit: not measured, there is none"]
    assert "| list | 10.0 |" in markdown(outcome)


def test_a_run_without_more_products_tells_of_none(outcome):
    assert "times as much" not in markdown(outcome)
    assert outcome.problems == []


def test_the_record_has_each_page_of_each_shop_and_null_for_what_was_not_measured(large):
    found = figures(large)

    assert found["yardstick"] == 2.0
    assert found["cpu"] == {
        "list": 10.0, "search": None, "a store's orders": 5.0,
        "list, with 10,000 products": 12.0, "search, with 10,000 products": 14.0,
        "a store's orders, with 10,000 products": 5.0,
        "list, with 100,000 products": 12.0, "search, with 100,000 products": 14.0,
        "a store's orders, with 100,000 products": 5.0,
    }  # fmt: skip
    assert found["work"]["100000"][0]["seconds"] == 9
