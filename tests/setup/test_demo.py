"""``make demo``, run for real around a shop that is made of a few lines."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config import embedded
from config.embedded.clusters import Cluster
from tests.patience import PATIENCE

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]

MANAGE = """
import os, pathlib, sys, time
with open("calls", "a") as calls:
    print(*sys.argv[1:], file=calls)
if sys.argv[1] == "collectstatic":
    pathlib.Path("static_root").mkdir(exist_ok=True)
elif sys.argv[1] == "load_sample":
    print("sample loaded", os.environ["STRIPE_BASE_URL"])
elif sys.argv[1] == "demo_accounts":
    print("organizer", "ada@example.org", "only-a-demo", "/organize/", sep="\\t")
elif sys.argv[1] in ("db_worker", "beat"):
    while not pathlib.Path(sys.argv[1] + ".fails").exists():
        time.sleep(0.05)
    sys.exit("the database is on fire")
"""
WSGI = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"well"]
"""
SANDBOX = """
import http.server, sys
port = int(sys.argv[sys.argv.index("--port") + 1])
http.server.HTTPServer(("127.0.0.1", port), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Checkout:
    """A copy of the project's scripts around a stand-in for the shop."""

    folder: Path
    port: int = field(default_factory=free_port)
    sandbox_port: int = field(default_factory=free_port)
    demos: list[subprocess.Popen] = field(default_factory=list)

    def start(self, **more: str) -> subprocess.Popen:
        """Start the demo in a process group of its own, as a terminal does."""
        ports = {"PORT": str(self.port), "SANDBOX_PORT": str(self.sandbox_port)}
        demo = subprocess.Popen(
            [sys.executable, "-m", "tools.scripts.demo"],
            cwd=self.folder,
            env=os.environ | ports | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"} | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.demos.append(demo)
        return demo

    def open(self, **more: str) -> tuple[subprocess.Popen, str]:
        """Start the demo and read what it says until it is open."""
        demo = self.start(**more)
        said = ""
        while "Ctrl-C stops everything" not in said:
            line = demo.stdout.readline()
            assert line, said
            said += line
        return demo, said

    def processes(self) -> dict[str, int]:
        """Return the numbers of the processes that the demo notes."""
        return {
            file.stem: int(file.read_text())
            for file in (self.folder / ".run").glob("*.pid")
            if Path(f"/proc/{file.read_text().strip()}").exists() and file.stem != "drawing"
        }

    @property
    def calls(self) -> list[str]:
        """Return the management commands so far, without their arguments."""
        return [line.split()[0] for line in (self.folder / "calls").read_text().splitlines()]


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """Give a checkout, and stop whatever a failed test leaves running there."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "tools" / "scripts", tmp_path / "tools" / "scripts", ignore=ignore)
    shutil.copytree(ROOT / "config" / "embedded", tmp_path / "config" / "embedded", ignore=ignore)
    (tmp_path / "config" / "__init__.py").touch()
    (tmp_path / "config" / "wsgi.py").write_text(WSGI)
    (tmp_path / "manage.py").write_text(MANAGE)
    (tmp_path / "tools" / "sandbox.py").write_text(SANDBOX)
    checkout = Checkout(tmp_path)
    yield checkout
    for pid in [*checkout.processes().values(), *(demo.pid for demo in checkout.demos)]:
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    shutil.rmtree(Cluster.of("demo", tmp_path).shelf, ignore_errors=True)


def stop(demo: subprocess.Popen, number: int = signal.SIGINT) -> str:
    """Press Ctrl-C, or send another signal, and return what the demo says then."""
    if number == signal.SIGINT:
        os.killpg(demo.pid, number)
    else:
        demo.send_signal(number)
    said, _ = demo.communicate(timeout=PATIENCE)
    return said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_demo_opens_says_where_it_is_and_ends_without_a_trace(checkout, number):
    demo, said = checkout.open()

    assert f"http://127.0.0.1:{checkout.port}/merchant/" in said
    assert "Organizer        ada@example.org  only-a-demo" in said
    assert f"sample loaded http://127.0.0.1:{checkout.sandbox_port}" in said
    assert set(checkout.processes()) == {"web", "worker", "beat", "sandbox"}

    assert stop(demo, number).strip() == "Stopping."
    assert demo.returncode == 0
    assert checkout.processes() == {}


def test_a_second_start_collects_static_files_only_if_they_changed(checkout):
    stop(checkout.open()[0])
    stop(checkout.open()[0])
    assert checkout.calls.count("collectstatic") == 1

    (checkout.folder / "static").mkdir()
    (checkout.folder / "static" / "shop.css").touch()
    stop(checkout.open()[0])
    assert checkout.calls.count("collectstatic") == 2
    assert checkout.calls.count("migrate") == 3


def test_what_a_killed_demo_left_is_stopped_by_the_next(checkout):
    demo, _ = checkout.open()
    left = checkout.processes()
    demo.kill()
    demo.wait()
    assert checkout.processes() == left

    again, said = checkout.open()

    assert "Stopping the web process that a killed demo left." in said
    assert not set(checkout.processes().values()) & set(left.values())
    stop(again)


def test_a_number_that_another_program_got_meanwhile_is_left_alone(checkout):
    stranger = subprocess.Popen(["sleep", "3600"], start_new_session=True)
    (checkout.folder / ".run").mkdir()
    (checkout.folder / ".run" / "web.pid").write_text(str(stranger.pid))

    stop(checkout.open()[0])

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize(
    ("which", "variable"), [("port", "PORT"), ("sandbox_port", "SANDBOX_PORT")]
)
def test_a_port_in_use_is_named_with_the_way_to_choose_another(checkout, which, variable):
    port = getattr(checkout, which)
    with socket.create_server(("127.0.0.1", port)):
        refused = checkout.start()
        said, _ = refused.communicate(timeout=PATIENCE)

    assert refused.returncode == 1
    assert said == (
        f"Port {port} cannot be used (address already in use): stop the program there, "
        f"or call {variable}={port + 1} make demo.\n"
    )


def test_a_second_demo_says_where_the_first_is(checkout):
    first, _ = checkout.open()

    second = checkout.start()
    said, _ = second.communicate(timeout=PATIENCE)

    assert second.returncode == 1
    assert said == (
        f"The demo runs already at http://127.0.0.1:{checkout.port}/: "
        "press Ctrl-C where it was started.\n"
    )
    stop(first)


def test_when_one_process_ends_the_demo_says_which_and_stops_all(checkout):
    demo, _ = checkout.open()

    (checkout.folder / "db_worker.fails").touch()
    said, _ = demo.communicate(timeout=PATIENCE)

    assert demo.returncode == 1
    assert said.splitlines()[0] == "  the database is on fire"
    assert said.splitlines()[1].startswith("The worker process ended, so everything stops")
    assert checkout.processes() == {}


def test_a_failed_command_ends_the_demo_before_it_opens(checkout):
    (checkout.folder / "manage.py").write_text("raise SystemExit('no such table')")

    refused = checkout.start()
    said, _ = refused.communicate(timeout=PATIENCE)

    assert refused.returncode == 1
    # Static files are collected beside it, whose words may stand between the words and their end.
    *before, last = filter(None, said.splitlines())
    assert before[-1].endswith("no such table")
    assert last == "manage.py migrate failed, for the reason above."


def test_the_database_is_the_demos_own_and_stops_with_it(checkout):
    demo, _ = checkout.open(DATABASE_URL="")
    assert embedded.address("demo", checkout.folder) is not None

    stop(demo)

    assert embedded.address("demo", checkout.folder) is None
    assert Cluster.of("demo", checkout.folder).exists


def test_nobody_else_reads_the_secret_key_and_it_stays(checkout):
    stop(checkout.open()[0])
    file = checkout.folder / ".run" / "secret_key"
    key = file.read_text()

    stop(checkout.open()[0])

    assert file.stat().st_mode & 0o777 == 0o600
    assert len(key) == 64
    assert file.read_text() == key


def test_a_reset_deletes_what_the_demo_keeps_and_waits_for_its_end(checkout):
    demo, _ = checkout.open(DATABASE_URL="")
    (checkout.folder / "media").mkdir()
    (checkout.folder / "media" / ".gitignore").touch()
    (checkout.folder / "media" / "basket.jpg").touch()
    reset = [sys.executable, "-m", "tools.scripts.demo_reset"]
    environment = os.environ | {"DATABASE_URL": ""}

    refused = subprocess.run(reset, cwd=checkout.folder, env=environment, check=False)
    assert refused.returncode == 1
    assert (checkout.folder / "media" / "basket.jpg").exists()

    stop(demo)
    subprocess.run(reset, cwd=checkout.folder, env=environment, check=True)
    assert not Cluster.of("demo", checkout.folder).exists
    assert os.listdir(checkout.folder / "media") == [".gitignore"]


def test_a_hanging_process_does_not_hold_up_the_end(checkout):
    stubborn = MANAGE.replace("import os", "import signal, os", 1).replace(
        "while not", "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    while not"
    )
    (checkout.folder / "manage.py").write_text(stubborn)
    demo, _ = checkout.open()

    stop(demo)  # which waits for its end: the stubborn ones never come to theirs

    assert checkout.processes() == {}
