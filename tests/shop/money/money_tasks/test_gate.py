"""Case P59: a task stands open once, and is closed by an allowed outcome with a reason, once."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible, StaleState
from shop.festivals.models import ChangeLog
from shop.money.money_tasks.gate import (
    close,
    close_by_itself,
    hand_over,
    open_task,
    overdue_tasks,
)
from shop.money.money_tasks.kinds import KINDS
from shop.money.money_tasks.models import MoneyTask
from tests import make
from tests.budgets import statements
from tests.crowd import at_once
from tests.make import NOON

pytestmark = pytest.mark.django_db


def opened(kind="refund_stuck", about=None, **facts):
    about = about or make.order({make.variant(): 1})
    open_task(kind, about, "It did not go.", at=NOON, order=about, **facts)
    return MoneyTask.objects.latest("pk")


def test_every_kind_says_how_it_may_end_and_by_when():
    assert set(KINDS) == set(MoneyTask.Kind.values)
    for kind in KINDS.values():
        assert kind.outcomes
        assert kind.title
        assert kind.alarm


def test_p59_it_stands_open_once_for_a_kind_and_a_thing():
    first = opened()
    open_task("refund_stuck", first.order, "Again.", at=NOON + timedelta(days=1))
    open_task("dispute", first.order, "Another kind.", at=NOON)

    assert sorted(MoneyTask.objects.values_list("kind", "what")) == [
        ("dispute", "Another kind."), ("refund_stuck", "It did not go."),
    ]  # fmt: skip


def test_it_is_opened_anew_after_it_was_closed():
    task = opened()
    close(task, "try_again", reason="A fault", at=NOON, by=make.user())

    open_task("refund_stuck", task.order, "It did not go.", at=NOON)

    assert MoneyTask.objects.filter(state="open").count() == 1
    assert MoneyTask.objects.filter(state="done").count() == 1


def test_p59_it_is_closed_once_with_outcome_reason_and_name_and_is_logged():
    task, judge = opened(), make.user(first_name="Kofi")
    again = MoneyTask.objects.get(pk=task.pk)
    close(task, "try_again", reason=" A fault ", at=NOON, by=judge)

    with pytest.raises(StaleState):
        close(again, "settled_elsewhere", reason="Paid", at=NOON, by=judge)

    task.refresh_from_db()
    assert (task.outcome, task.reason, task.closed_by) == ("try_again", "A fault", judge)
    change = ChangeLog.objects.get(subject="moneytask")
    assert (change.action, change.reason) == ("try_again", "A fault")


@pytest.mark.parametrize("reason", ["", "  "])
def test_p59_without_a_reason_it_stays(reason):
    task = opened()

    with pytest.raises(NotPossible, match="Say why"):
        close(task, "try_again", reason=reason, at=NOON, by=make.user())

    assert MoneyTask.objects.get().is_open


def test_p59_an_outcome_of_another_kind_is_refused():
    task = opened()

    with pytest.raises(NotPossible):
        close(task, "split", reason="Why", at=NOON, by=make.user())

    assert MoneyTask.objects.get().is_open


def test_what_solves_itself_leaves_by_itself_and_names_nobody():
    task = opened()
    close_by_itself(task.order, kind="refund_stuck", at=NOON)
    close_by_itself(task.order, kind="refund_stuck", at=NOON + timedelta(days=1))

    task.refresh_from_db()
    assert (task.state, task.outcome, task.closed_by) == ("done", "by_itself", None)
    assert task.closed_at == NOON


def test_p59_it_is_overdue_from_the_instant_on_which_it_is_due():
    opened(due_at=NOON + timedelta(days=2))

    assert not overdue_tasks(at=NOON + timedelta(days=2, microseconds=-1)).exists()
    assert overdue_tasks(at=NOON + timedelta(days=2)).exists()


def test_it_is_given_to_somebody_and_taken_back_and_both_is_logged():
    task, judge, other = opened(), make.user(first_name="Kofi"), make.user(first_name="Wanjiru")
    hand_over(task, other, at=NOON, by=judge)
    task.refresh_from_db()
    assert task.owner == other
    hand_over(task, None, at=NOON, by=judge)

    lines = ChangeLog.objects.filter(action="hand over").order_by("pk")
    assert [line.after for line in lines] == [{"owner": "Wanjiru"}, {"owner": ""}]


def test_what_is_closed_is_given_to_nobody():
    task = opened()
    close_by_itself(task.order, kind="refund_stuck", at=NOON)

    with pytest.raises(StaleState):
        hand_over(task, make.user(), at=NOON, by=make.user())


def test_opening_costs_two_statements_and_once_it_stands_open_one():
    order = make.order({make.variant(): 1})

    with statements(most=2):
        open_task("refund_stuck", order, "It did not go.", at=NOON, order=order)
    with statements(most=1):
        open_task("refund_stuck", order, "It did not go.", at=NOON, order=order)


@pytest.mark.django_db(transaction=True)
def test_eight_who_open_it_at_once_open_one():
    order = make.order({make.variant(): 1})

    at_once([lambda: open_task("dispute", order, "x", at=NOON, order=order)] * 8)

    assert MoneyTask.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_close_it_at_once_one_does():
    task, judge = opened(), make.user()

    def press():
        try:
            close(MoneyTask.objects.get(pk=task.pk), "try_again", reason="x", at=NOON, by=judge)
        except StaleState:
            return False
        return True

    assert sum(at_once([press] * 8)) == 1
