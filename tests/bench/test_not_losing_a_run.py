"""What cannot be measured says so, and nothing else is lost."""

import pytest

from tools.bench import rounds
from tools.bench.load import Load
from tools.bench.rounds import NOTHING, Target, attempt, measure
from tools.bench.running import Asked
from tools.bench.servers import CannotMeasure
from tools.bench.work.doing import Work
from tools.bench.work.table import Shop, growth, tables

LOAD = Load(answered=10, seconds=1, median=1, errors=0)


def broken(_seconds):
    raise ZeroDivisionError("division by zero")


def refused():
    raise CannotMeasure("it answers 500")


def test_a_target_that_breaks_stops_no_other():
    good = Target("list", lambda _seconds: LOAD)
    bad, never = Target("search", broken), attempt("cart", refused)

    measure([bad, never, good], rounds=2, seconds=0, database=None, report=lambda *_told: None)

    assert [target.missed for target in (bad, never, good)] == [
        "division by zero", "it answers 500", "",
    ]  # fmt: skip
    assert len(good.measured) == 2
    assert (bad.cost, never.cost) == (NOTHING, NOTHING)


def test_whoever_is_interrupted_is_not_kept():
    def stopped(_seconds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure([Target("list", stopped)], rounds=1, seconds=0, database=None, report=print)
    assert rounds.PRIMING < 1


def test_work_that_was_not_done_says_why_beside_the_work_that_was():
    works = [
        Work("quiet", "count words", seconds=9, read=10),
        Work("quiet", "close dates", missed="OperationalError: statement timeout"),
    ]

    said = tables([Shop(1_000, works), Shop(1_000_000, works[1:])])

    assert "| count words | 9.00 (0.00), 10, 0 | not measured |  |  |" in said
    assert "| close dates | not measured: OperationalError: statement timeout | not" in said


def test_work_may_take_twice_as_long_in_a_large_shop_and_no_longer():
    def row(seconds):
        return [Work("change", "x", seconds=1), Work("change", "x", seconds=seconds)]

    assert growth(row(3)) == 3
    for seconds, goal in ((2, "at most 2: met"), (3, "at most 2: **not met**")):
        shops = [Shop(1, row(seconds)[:1]), Shop(2, row(seconds)[1:])]
        assert f"| {seconds}.0 | {goal} |" in tables(shops)


def test_what_is_done_at_once_has_met_its_goal():
    shops = [
        Shop(n, [Work("quiet", "x", seconds=s, read=9_000)]) for n, s in ((1, 0.01), (2, 0.04))
    ]

    assert "| 4.0 | at most 2: met |" in tables(shops)


def test_what_is_named_alone_is_measured_and_compared_with_nothing_else():
    asked = Asked(rounds=1, seconds=0, products=(), keep=False, only=["checkout"])
    ours, cards = Target("checkout", lambda _seconds: LOAD), Target("cards", broken)

    measure(
        [target for target in (ours, cards) if asked.takes_turns(target)],
        rounds=1, seconds=0, database=None, report=lambda *_told: None,
    )  # fmt: skip

    assert (len(ours.measured), cards.cost) == (1, NOTHING)
    assert ours.ratio(cards) is None
