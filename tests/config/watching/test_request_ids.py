"""The id of a request stands in its answer, in its lines, in those of its tasks."""

import json
import logging

import pytest
from django.tasks import task
from django.test import Client
from django_tasks_db.models import DBTaskResult

from config.logs import DiscreetJson, WithIds, logging_as
from shop.core.occasions import fitting_id, following, request_id
from shop.core.tasks import enqueue
from shop.core.workers.work import LivingWorker

SEEN: list[str] = []


@task
def look() -> None:
    SEEN.append(request_id())


@pytest.mark.django_db
def test_each_answer_names_an_id_of_its_own():
    first, second = (Client().get("/health/live/").headers["X-Request-ID"] for _n in range(2))

    assert first != second
    assert len(first) == 32


@pytest.mark.django_db
def test_the_id_of_a_listed_proxy_is_taken_and_a_strangers_is_not(settings):
    given = {"X-Request-ID": "proxy-1234567890"}
    stranger = Client(headers=given).get("/health/live/")
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    proxy = Client(headers=given).get("/health/live/")

    assert stranger.headers["X-Request-ID"] != "proxy-1234567890"
    assert proxy.headers["X-Request-ID"] == "proxy-1234567890"


@pytest.mark.parametrize("given", ["", "short", "a" * 65, "12345678\nSet-Cookie: a", "é" * 12])
def test_an_id_that_could_do_harm_is_replaced(given):
    assert fitting_id(given) != given
    assert fitting_id("1234-abcd_EF.gh") == "1234-abcd_EF.gh"


@pytest.mark.django_db
def test_a_task_follows_the_request_that_queued_it():
    SEEN.clear()
    with following("abcdef123456"):
        enqueue(look)
    with following(""):
        enqueue(look)
    worker = LivingWorker(
        queue_names=["default"], excluded_queue_names=[], interval=0, batch=True,
        backend_name="default", startup_delay=False, max_tasks=None, worker_id="here",
    )  # fmt: skip
    for row in DBTaskResult.objects.ready():
        row.claim("here")
        worker.run_task(row)

    assert sorted(SEEN) == ["", "abcdef123456"]


def logging_form():
    facts = logging_as("json")["formatters"]["json"]
    return DiscreetJson(facts["format"], rename_fields=facts["rename_fields"])


def line(text, *args):
    """Return a line of the log as JSON."""
    record = logging.LogRecord("shop.test", logging.WARNING, "", 1, text, args, None)
    WithIds().filter(record)
    return json.loads(logging_form().format(record))


@pytest.mark.django_db
def test_what_django_says_of_an_answer_has_its_id(caplog):
    caplog.handler.addFilter(ids := WithIds())
    answer = Client().get("/nowhere/")
    caplog.handler.removeFilter(ids)

    [told] = [record for record in caplog.records if record.name == "django.request"]
    assert told.request_id == answer.headers["X-Request-ID"]


def test_a_line_of_json_has_the_ids_and_masks_links():
    with following("abcdef123456"):
        told = line("GET /orders/BB-2026-100001/%s/", "geheim")

    assert told["message"] == "GET /orders/BB-2026-100001/.../"
    assert (told["level"], told["logger"]) == ("WARNING", "shop.test")
    assert (told["request_id"], told["task_id"]) == ("abcdef123456", "")
    assert told["time"]


def test_logs_are_plain_unless_json_is_asked_for():
    assert logging_as("plain")["handlers"]["console"]["formatter"] == "plain"
    assert logging_as("json")["handlers"]["console"]["formatter"] == "json"


def test_a_line_of_json_brings_nothing_along_that_nobody_named():
    record = logging.LogRecord("django.request", logging.WARNING, "", 1, "Conflict", (), None)
    record.request, record.secret = "<POST '/checkout/'>", "geheim"
    WithIds().filter(record)

    told = json.loads(logging_form().format(record))

    assert set(told) == {"time", "level", "logger", "message", "request_id", "task_id"}
