"""The tables of docs/reference/night.md say what the night does."""

from datetime import timedelta

from shop.money.money_tasks.kinds import KINDS as TASKS
from shop.reports.reconciliation.lines import FEES, PAYOUTS, TOP_UPS
from shop.reports.reconciliation.nightly import KINDS
from shop.reports.reconciliation.rules import RULES
from tests.docs.pages import tables

TABLES = tables("reference/night.md")


def test_every_rule_is_named_in_the_order_in_which_it_is_asked():
    assert [row["rule"].strip("`") for row in TABLES["rules"]] == list(RULES)


def test_every_type_of_line_that_is_booked_is_named():
    named = {word.strip("` ") for row in TABLES["lines"] for word in row["line"].split(",")}

    assert named >= PAYOUTS | TOP_UPS | FEES


def test_every_task_of_the_night_is_named_with_its_outcomes_and_its_time():
    told = {row["task"]: row for row in TABLES["tasks"]}

    assert list(told) == [TASKS[kind].title for kind in KINDS]
    for kind in KINDS:
        row, found = told[TASKS[kind].title], TASKS[kind]
        assert row["ends by"].split("; ") == [outcome.label for outcome in found.outcomes]
        assert row["due after"] == _days(found.due)


def _days(due: timedelta) -> str:
    return f"{due.days} day{'s' * (due.days > 1)}" if due else "at once"
