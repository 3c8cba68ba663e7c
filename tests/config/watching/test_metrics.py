"""Figures for monitors: for them alone, and without anybody's name."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from config.version import VERSION
from shop.core.tasks import enqueue
from shop.reports.checks import note_check
from tests import make
from tests.config.watching.test_request_ids import look
from tests.make import NOON
from tests.shop.checkout.order.proofs import paid_order

pytestmark = pytest.mark.django_db


def figures(client=None) -> dict[tuple[str, str], float]:
    """Return the figures by name and labels."""
    answer = (client or Client()).get("/metrics")
    assert answer.status_code == 200
    return {
        (one.name, " ".join(one.labels[name] for name in sorted(one.labels))): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


def test_answers_are_counted_by_the_name_of_their_address():
    before = figures().get(("baobab_http_requests_total", "GET 2xx health-live"), 0)
    Client().get("/health/live/")
    Client().get("/orders/BB-2026-100001/geheim/")

    found = figures()

    assert found["baobab_http_requests_total", "GET 2xx health-live"] == before + 1
    assert found["baobab_http_seconds_count", "health-live"] >= 1
    assert "geheim" not in Client().get("/metrics").text


def test_queues_and_orders_are_told(clock_at):
    clock_at(NOON)
    paid_order({make.variant(): 1})
    make.order({make.variant(): 1})
    enqueue(look)

    found = figures()

    assert found["baobab_tasks_waiting", ""] == 1
    assert found["baobab_orders_paid_lately", ""] == 1
    assert found["baobab_orders_pending", ""] == 1
    assert found["baobab_database_answers", ""] == 1
    assert found["baobab_problem", "the periodic work does not run"] == 1


def test_a_part_is_told_as_the_panel_has_it(clock_at):
    clock_at(NOON)
    for name, standing, minutes in (("provider", "bad", 20), ("counters", "bad", 10),
                                    ("cache", "good", 1), ("beat", "good", 5)):  # fmt: skip
        note_check(name, standing, "Seen.", at=NOON - timedelta(minutes=minutes))

    told = {name: level for (figure, name), level in figures().items() if figure == "baobab_check"}

    # What is looked at near a festival alone would else be bad until the next one.
    assert told == {"counters": 2, "cache": 0, "beat": 2}


def test_the_version_is_told_and_has_notes():
    assert figures()["baobab_info", VERSION] == 1
    assert (settings.BASE_DIR / "docs" / "releases" / f"{VERSION}.md").exists()


def test_they_cost_the_same_however_much_there_is(django_assert_num_queries, clock_at):
    clock_at(NOON)
    for _n in range(3):
        make.order({make.variant(): 1})
        enqueue(look)
    with django_assert_num_queries(7):
        figures()


def test_a_database_that_is_away_is_told():
    def away(*_args):
        raise OperationalError

    with connection.execute_wrapper(away):
        found = figures()

    assert found["baobab_database_answers", ""] == 0
    assert ("baobab_tasks_waiting", "") not in found


def test_to_everybody_else_there_are_none():
    assert Client(REMOTE_ADDR="203.0.113.9").get("/metrics").status_code == 404


def test_behind_a_proxy_the_visitors_address_counts(settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]

    assert Client(headers={"X-Forwarded-For": "203.0.113.9"}).get("/metrics").status_code == 404
    settings.MONITOR_NETWORKS = ["203.0.113.0/24"]
    assert Client(headers={"X-Forwarded-For": "203.0.113.9"}).get("/metrics").status_code == 200


@pytest.mark.parametrize("remote", ["127.0.0.1", "203.0.113.9"])
def test_what_is_wrong_is_told_to_monitors_and_people_with_a_desk(remote):
    told = Client(REMOTE_ADDR=remote).get("/health/").json()

    assert told["is_well"] is False
    assert ("problems" in told) == (remote == "127.0.0.1")


def test_who_has_a_desk_reads_what_is_wrong_from_anywhere():
    far = Client(REMOTE_ADDR="203.0.113.9")
    far.force_login(make.user())
    assert "problems" not in far.get("/health/").json()

    far.force_login(make.user(is_superuser=True))
    assert "problems" in far.get("/health/").json()


def test_a_process_lives_without_a_database_and_is_not_ready():
    assert Client().get("/health/ready/").status_code == 200

    def away(*_args):
        raise OperationalError

    with connection.execute_wrapper(away):
        assert Client().get("/health/live/").status_code == 200
        assert Client().get("/health/ready/").status_code == 503
