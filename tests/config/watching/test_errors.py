"""Errors go to a Sentry with their kind and place, and with nobody's data."""

import gzip
import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from config.watching.errors import masked
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]
FAILS = """
import django; django.setup()
from shop.core.occasions import following, on_account_of
import sentry_sdk
address = "lin@example.org"
try:
    with following("abcdef123456"), on_account_of("task-1"):
        try:
            raise ValueError(f"no such order for {address} at /orders/BB-2026-100001/geheim/")
        except ValueError as error:
            sentry_sdk.capture_exception(error)
finally:
    sentry_sdk.flush(10)
"""


@pytest.fixture
def sentry():
    """Yield the address of a server that keeps what it is sent, and what that was."""
    got: list[bytes] = []

    class Keeper(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_small = self.headers.get("Content-Encoding") == "gzip"
            got.append(gzip.decompress(body) if is_small else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Keeper)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", got
    server.shutdown()


def test_an_error_is_sent_with_its_place_and_without_anybodys_data(sentry):
    dsn, got = sentry
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings", "SENTRY_DSN": dsn, "DEBUG": "1",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    }  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-c", FAILS], cwd=ROOT, env=env, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    [envelope] = got
    event = json.loads(envelope.splitlines()[-1])
    [error] = event["exception"]["values"]
    assert error["type"] == "ValueError"
    assert error["value"] == "no such order for ... at /orders/BB-2026-100001/.../"
    assert error["stacktrace"]["frames"]
    assert event["tags"] == {"request": "abcdef123456", "task": "task-1"}
    assert b"lin@example.org" not in envelope
    assert b"geheim" not in envelope


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\nb", "a"),
        ("lin@example.org is known", "... is known"),
        ("/apply/link/abc/ failed", "/apply/link/.../ failed"),
        ("x" * 400, "x" * 300),
    ],
)
def test_a_message_names_nobody(text, said):
    assert masked(text) == said
