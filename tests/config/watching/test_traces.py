"""Spans go to a collector: what requests and tasks waited for, and nobody's data."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from config.watching.traces import described
from shop.core.tasks import enqueue
from shop.reports.checks import look_at_everything, look_at_pages
from tests import make
from tests.patience import PATIENCE
from tests.processes import environment

ROOT = Path(__file__).parents[3]
SERVER, CLIENT, CONSUMER = 2, 3, 5
FORKS = """
import os, sys, django; django.setup()
from config.watching import traces
for name in ("before", "after"):
    traces._present[0].begin(name, "INTERNAL").end()
    if name == "before" and not os.fork():
        traces._present[0].begin("child", "INTERNAL").end()
        sys.exit()
os.wait()
"""


class Collector:
    """Keeps what it is sent, as it came and as it is read."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        collector = self

        class Keeper(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.bodies.append(body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_said: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Keeper)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.env = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.server.server_port}"}

    @property
    def spans(self):
        """Return the spans, with their attributes as a dictionary."""
        found = []
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                assert {"service.name": "baobab"}.items() <= _facts(resource.resource).items()
                found += [(span, _facts(span)) for part in resource.scope_spans
                          for span in part.spans]  # fmt: skip
        return found

    def named(self, name):
        """Return the spans of a name."""
        return [found for found in self.spans if found[0].name == name]


def _facts(row):
    return {one.key: one.value.string_value or one.value.int_value for one in row.attributes}


@pytest.fixture
def collector():
    """Yield a collector."""
    made = Collector()
    yield made
    made.server.shutdown()
    made.server.server_close()


@contextmanager
def served(env):
    """Serve the shop by gunicorn, from two processes that were forked when all was loaded."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ran = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.wsgi", "--preload", "--workers", "2",
         "--bind", f"127.0.0.1:{port}"],
        cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        until = time.monotonic() + PATIENCE
        while asked(port, "/health/live/") != 200:
            assert ran.poll() is None, ran.stderr.read().decode()
            assert time.monotonic() < until
            time.sleep(0.1)
        yield port
    finally:
        ran.terminate()
        ran.communicate(timeout=PATIENCE)


def asked(port, path):
    """Return the status of an answer; 0 where nobody answers yet."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def run(*words, env):
    ran = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.django_db(transaction=True)
def test_a_request_is_told_by_its_pattern_with_its_statements_and_nobodys_data(collector):
    kettle = make.variant().product
    make.listed(kettle)
    with served(environment() | collector.env) as port:
        assert asked(port, f"/fr/products/{kettle.slug}/?secret=geheim") == 200
        assert asked(port, "/products/?q=geheim+lin@example.org") == 200
        assert asked(port, "/orders/BB-2026-100001/geheimgeheim/") == 404

    [(request, facts)] = collector.named("GET product")
    assert request.kind == SERVER
    assert facts["http.route"] == "fr/products/<slug:slug>/"
    assert facts["http.response.status_code"] == 200
    assert facts["baobab.request"]
    asks = [(span, facts) for span, facts in collector.spans
            if span.trace_id == request.trace_id and span.kind == CLIENT]  # fmt: skip
    assert any(facts["db.query.summary"].startswith("SELECT shop_") for _, facts in asks)
    assert {span.parent_span_id for span, _ in asks} == {request.span_id}
    assert not any("'" in facts.get("db.query.text", "") for _, facts in asks)
    [(_refused, facts)] = collector.named("GET order")
    assert facts["http.response.status_code"] == 404
    sent = b"".join(collector.bodies)
    for word in (b"geheim", b"lin@", b"BB-2026", kettle.slug.encode(), kettle.title.encode(),
                 b"127.0.0.1:", b"Python-urllib"):  # fmt: skip
        assert word not in sent, word


@pytest.mark.django_db(transaction=True)
def test_a_task_is_told_with_what_it_asks_the_provider(collector, sandbox):
    enqueue(look_at_everything)
    enqueue(look_at_pages, 4_711_000)
    run("manage.py", "db_worker", "--batch", env=environment() | collector.env)

    [(task, facts)] = collector.named("task shop.reports.checks.look_at_everything")
    assert task.kind == CONSUMER
    assert facts["baobab.task"]
    [(call, facts)] = collector.named("GET /v1/balance")
    assert (call.trace_id, call.parent_span_id) == (task.trace_id, task.span_id)
    assert facts["server.address"] == "127.0.0.1"
    assert facts["http.response.status_code"] == 200
    [(failed, facts)] = collector.named("task shop.reports.checks.look_at_pages")
    assert facts["error.type"] == "shop.festivals.models.festival.Festival.DoesNotExist"
    assert (failed.status.code, failed.status.message) == (2, "")
    assert failed.trace_id != task.trace_id
    assert not failed.events
    assert b"4711000" not in b"".join(collector.bodies)


@pytest.mark.django_db(transaction=True)
def test_each_piece_of_the_periodic_work_is_told_with_its_statements(collector, sandbox):
    run("manage.py", "beat", "--once", "--part", "rest", env=environment() | collector.env)

    pieces = {name: span for span, _ in collector.spans if (name := span.name)[:5] == "beat "}
    assert {"beat look around", "beat forget limits", "beat close dates"} <= set(pieces)
    assert "beat move money" not in pieces
    one = pieces["beat close dates"]
    asks = [facts for span, facts in collector.spans if span.parent_span_id == one.span_id]
    assert one.kind == CONSUMER
    assert {facts["db.system.name"] for facts in asks} == {"postgresql"}
    assert len({span.trace_id for span in pieces.values()}) == len(pieces)


def bare(**facts):
    """Return the environment of a process that needs no database."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "1", "SENTRY_DSN": "",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    } | facts  # fmt: skip


def test_a_forked_process_sends_its_own(collector):
    run("-c", FORKS, env=bare(**collector.env))

    assert sorted(span.name for span, _ in collector.spans) == ["after", "before", "child"]
    assert len({span.trace_id for span, _ in collector.spans}) == 3


def test_where_it_is_off_nothing_is_loaded_and_nothing_called():
    said = run("-c", "import django, sys, requests; django.setup()\n"
               "from django.conf import settings\n"
               "from django.db.backends.signals import connection_created\n"
               "from django.tasks.signals import task_started\n"
               "from shop.core.jobs.announce import piece_began\n"
               "print([n for n in sys.modules if n.startswith(('opentelemetry', "
               "'config.watching.traces'))], [m for m in settings.MIDDLEWARE if 'races' in m], "
               "[r for s in (connection_created, task_started, piece_began) for r in s.receivers "
               "if 'traces' in str(r)], requests.Session.send.__module__)",
               env=bare(OTEL_EXPORTER_OTLP_ENDPOINT=""))  # fmt: skip

    assert said.strip() == "[] [] [] requests.sessions"


def test_without_its_packages_it_says_what_to_do():
    with pytest.raises(AssertionError, match=r"install requirements-watching\.lock, or unset it"):
        run("-c", "import sys; sys.modules['opentelemetry'] = None\nimport django; django.setup()",
            env=bare(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1"))  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "summary", "text"),
    [
        ('SELECT "a"."b" FROM "shop_order" a WHERE a.id = %s LIMIT 21',
         "SELECT shop_order", 'SELECT "a"."b" FROM "shop_order" a WHERE a.id = %s LIMIT ?'),
        ("UPDATE shop_order SET email = 'lin@example.org', n=5 WHERE id IN (7, 8)",
         "UPDATE shop_order", "UPDATE shop_order SET email = ?, n=? WHERE id IN (?, ?)"),
        ("INSERT INTO shop_cart VALUES (%(at)s, 'it''s')", "INSERT shop_cart",
         "INSERT INTO shop_cart VALUES (%(at)s, ?)"),
        ("SELECT $$lin@example.org$$ FROM t1", "SELECT t1", ""),
        (r"SELECT E'a\'lin' FROM t1", "SELECT t1", ""),
        ("SELECT f($1, t1.col2) FROM t1", "SELECT t1", "SELECT f($1, t1.col2) FROM t1"),
        ("", "?", ""),
    ],
)  # fmt: skip
def test_a_statement_is_told_without_any_value(sql, summary, text):
    assert described(sql) == (summary, text)
