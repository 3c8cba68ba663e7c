"""Each rule has a line in the documentation, an index that it uses, and its turn in the beat."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.management.commands.beat import ROUNDS
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.cleanup import KEPT_FOR, TOLD_FOR, forget_bodies, forget_messages
from shop.money.payments.models import GatewayEvent
from shop.operations.retention.rules import RULES, long
from tests.docs.pages import tables
from tests.make import NOON
from tests.shop.money.payments.troubles import event
from tests.shop.operations.retention.people import DAY

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[4]


def test_the_table_names_each_rule_what_goes_and_after_how_long():
    rows = tables("reference/retention.md")["rules"]

    assert [(row["round of the beat"], row["what goes"], row["after"]) for row in rows] == [
        (rule.name, rule.what, rule.after) for rule in RULES
    ]


def test_the_beat_carries_out_each_rule_once():
    rounds = [(piece.name, piece.use_case) for piece in ROUNDS]

    for rule in RULES:
        assert rounds.count((rule.name, rule.use_case)) == 1
    assert len({name for name, _ in rounds}) == len(rounds)


def test_whatever_forgets_by_time_is_a_rule():
    known = {rule.use_case.__name__ for rule in RULES}
    written = {
        name
        for path in (ROOT / "shop").rglob("*.py")
        for name in re.findall(
            r"^def (forget_?\w*)\(\*, at: datetime\)", path.read_text(), re.MULTILINE
        )
    }

    assert written - known == set()
    assert "forget_messages" in written


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.found_by], ids=lambda r: r.name)
def test_a_rule_finds_what_goes_by_an_index(rule):
    with CaptureQueriesContext(connection) as seen:
        rule.use_case(at=NOON)
    plans = []
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for sql in [query["sql"] for query in seen.captured_queries]:
            if sql.startswith(("SELECT", "UPDATE", "DELETE")):
                cursor.execute(f"EXPLAIN {sql}")
                plans.append("\n".join(row[0] for row in cursor.fetchall()))

    assert any(rule.found_by in plan for plan in plans), plans


@pytest.mark.parametrize(
    ("length", "words"), [(DAY, "1 day"), (90 * DAY, "90 days"), (DAY / 48, "30 minutes"),
                          (DAY / 2, "12 hours")],
)  # fmt: skip
def test_lengths_of_time_are_said_in_words(length, words):
    assert long(length) == words


def test_bodies_of_messages_go_before_the_messages_and_what_waits_keeps_its_own():
    for state in ("done", "dead", "new"):
        event(state, next_try_at=NOON)
    GatewayEvent.objects.update(received_at=NOON - TOLD_FOR - DAY, body={"email": "lin@x.org"})

    assert forget_bodies(at=NOON) == 2
    assert forget_bodies(at=NOON) == 0

    told = dict(GatewayEvent.objects.values_list("state", "body"))
    assert told == {"done": None, "dead": None, "new": {"email": "lin@x.org"}}


def test_a_message_with_a_task_about_it_stays():
    for state in ("dead", "done"):
        event(state, next_try_at=NOON)
    GatewayEvent.objects.update(received_at=NOON - KEPT_FOR - DAY)
    dead = GatewayEvent.objects.get(state="dead")
    MoneyTask.objects.update(event=dead)  # which came with it

    assert forget_messages(at=NOON) == 1
    assert GatewayEvent.objects.get() == dead
