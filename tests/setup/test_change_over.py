"""One gunicorn takes over from another at the socket of systemd, and no request fails."""

import http.client
import os
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.patience import wait_until
from tools.scripts.socket_door import serve_at

ROOT = Path(__file__).parents[2]
APP = """
def app(environ, start_response):
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"{version}"]
"""
COMMAND = ["-m", "gunicorn", "pages:app", "--config", str(ROOT / "deploy" / "gunicorn.py")]


@pytest.fixture
def door():
    """Give a socket that stays open while servers come and go."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as made:
        yield made


@pytest.fixture
def version(tmp_path, door):
    """Start a version by its name, as systemd does, and return its process and folder."""
    running = []

    def start(name):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "pages.py").write_text(APP.format(version=name))
        around = os.environ | {"RUNTIME_DIRECTORY": str(folder), "WEB_CONCURRENCY": "2"}
        with (folder / "log").open("wb") as log:
            process = serve_at(door, [sys.executable, *COMMAND], folder, around, log)
        running.append(process)
        wait_until((folder / "serves").exists)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()


def test_forms_are_answered_by_one_or_the_other_all_the_time(version, door):
    heard, failed, ended = [], [], threading.Event()

    def ask():
        while not ended.is_set():
            line = http.client.HTTPConnection(*door.getsockname(), timeout=20)
            try:
                line.request("POST", "/", b"a=1", {"Connection": "close"})
                heard.append(line.getresponse().read().decode())
            except (OSError, http.client.HTTPException) as error:
                failed.append(repr(error))
            finally:
                line.close()

    old = version("old")
    asking = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
    for thread in asking:
        thread.start()
    time.sleep(0.3)
    version("new")
    old.terminate()
    old.wait(40)
    time.sleep(0.3)
    ended.set()
    for thread in asking:
        thread.join(20)

    assert failed == []
    assert (heard[0], heard[-1]) == ("old", "new")
    assert len(heard) > 50
