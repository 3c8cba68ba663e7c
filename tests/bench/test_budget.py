"""A page that takes more CPU than its budget allows is named, whatever the machine is like."""

import json
import re

import pytest

from tools.bench import budget

KNOWN = {"yardstick": 2.0, "cpu": {"list": 10.0, "search": 20.0, "list, from the kept copy": 0.6}}


def last(*, yardstick=2.0, **cpu):
    return {"yardstick": yardstick, "cpu": KNOWN["cpu"] | cpu}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Put a budget and a last run where the check looks for them."""
    monkeypatch.setattr(budget, "BUDGET", tmp_path / "budget.toml")
    monkeypatch.setattr(budget, "LAST", tmp_path / "last.json")
    budget.BUDGET.write_text('yardstick = 2.0\n\n[cpu]\n"list" = 10.0\n"search" = 20.0\n')
    return tmp_path


def test_a_page_that_became_slower_fails_with_its_name(files, capsys):
    budget.LAST.write_text(json.dumps(last(list=12.0)))

    assert budget.main() == 1
    assert capsys.readouterr().out.startswith("list: 12.00 ms of CPU in the last run, 11.80 are")


def test_a_run_within_its_budgets_passes(files, capsys):
    budget.LAST.write_text(json.dumps(last(list=11.7)))

    assert budget.main() == 0
    assert capsys.readouterr().out == ""


def test_a_short_page_may_waver_by_parts_of_a_millisecond():
    assert not list(budget.slower(last(**{"list, from the kept copy": 0.95}), KNOWN))
    assert list(budget.slower(last(**{"list, from the kept copy": 1.0}), KNOWN))


def test_a_slow_machine_is_no_slow_page_and_a_fast_one_no_excuse():
    assert not list(budget.slower(last(yardstick=4.0, list=22.0), KNOWN))
    assert len(list(budget.slower(last(yardstick=1.0), KNOWN))) == 2


def test_what_was_not_measured_is_not_slow():
    assert not list(budget.slower(last(list=None), KNOWN))


def test_a_run_without_its_yardstick_says_nothing():
    (said,) = budget.slower(last(yardstick=None), KNOWN)

    assert said.startswith("The yardstick was not measured")


def test_budgets_follow_what_became_clearly_cheaper_and_nothing_else():
    run = last(list=8.0, search=19.0, store=7.0)

    assert budget.lowered(run, KNOWN)["cpu"] == {
        "list": 8.0, "search": 20.0, "store": 7.0, "list, from the kept copy": 0.6,
    }  # fmt: skip


def test_a_lowered_budget_is_at_the_pace_at_which_budgets_were_measured():
    assert budget.lowered(last(yardstick=4.0, list=8.0), KNOWN)["cpu"]["list"] == 4.0


def test_a_run_with_a_slow_page_lowers_nothing(files):
    before = budget.BUDGET.read_text()

    assert re.match("No budget is lowered:\nsearch", budget.lower(last(list=5.0, search=30.0)))
    assert budget.BUDGET.read_text() == before


def test_lowered_budgets_are_kept_and_pass(files):
    run = last(list=5.0)
    budget.LAST.write_text(json.dumps(run))

    assert budget.lower(run) == "2 budgets are lowered or new."
    assert budget.main() == 0
    assert '"list" = 5.00' in budget.BUDGET.read_text()


def test_the_run_that_is_kept_is_within_the_budgets():
    assert budget.main() == 0
