"""The processes of the demo, run together: when one ends, all end."""

import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from honcho.manager import Manager
from honcho.printer import Message

from tools.scripts.demo_leftovers import (
    ROOT,
    RUN,
    CannotStart,
    pid_file,
    require_port,
    stop_leftovers,
    tell,
)

NAMES = ("web", "worker", "beat", "sandbox")
# What the shop and its sandbox know of each other; no money hangs on it.
API_KEY = "sk_test_sandbox_demo"
WEBHOOK_SECRET = "whsec_sandbox_demo"  # noqa: S105
DRAWING = "drawing"  # it comes to an end while the others go on
# Linux shares a processor out among sessions first: how nice a program is counts only within its
# own, unless the session says so as well (sched(7), "The autogroup feature").
AFTER_OTHERS = '''
[ ! -w /proc/self/autogroup ] || echo "$0" 2>/dev/null >/proc/self/autogroup
exec nice -n "$0" "$@"'''
LAST_WORDS = 15  # lines of a process that ended, shown on the terminal


def commands(port: int, sandbox_port: int, public: str = "") -> dict[str, list[str]]:
    """Return the command line of each process.

    Args:
        public: where browsers find the sandbox, if not at its port of this machine.
    """
    python = sys.executable
    webhook = f"http://127.0.0.1:{port}/webhooks/stripe/"
    gunicorn = [python, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}"]
    sandbox = [python, "-m", "tools.sandbox", "--port", str(sandbox_port), "--webhook", webhook]
    sandbox += ["--key", API_KEY, "--secret", WEBHOOK_SECRET, "--state", str(RUN / "sandbox.json")]
    sandbox += ["--public", public] if public else []
    return {
        "web": [*gunicorn, "-w", "2", "--threads", "4", "--no-control-socket"],
        # Whoever looks at a page comes first.
        "worker": [*last_of_all(), python, "manage.py", "db_worker"],
        "beat": [*after_others(10), python, "manage.py", "beat"],
        "sandbox": sandbox,
    }


def after_others(by: int) -> list[str]:
    """Return what starts a program, in a session of its own, that others go before.

    Args:
        by: how far behind, up to 19.
    """
    return ["sh", "-c", AFTER_OTHERS, str(by)]


def last_of_all() -> list[str]:
    """Return what starts a program, in a session of its own, that works when nobody else does."""
    idle = ["ionice", "-c", "3"] if shutil.which("ionice") else []  # there is none on macOS
    return [*after_others(19), *idle]


@contextmanager
def drawing(environment: dict[str, str]) -> Iterator[None]:
    """Draw the pictures of the sample that are missing, whenever nobody else works."""
    command = [*last_of_all(), sys.executable, "manage.py", "draw_sample"]
    with (RUN / "drawing.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S602 (the command line is our own)
            _noting_its_number(DRAWING, command),
            shell=True, env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait()
        pid_file(DRAWING).unlink(missing_ok=True)


@contextmanager
def sandbox_alone(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    """Run the sandbox while the sample is loaded, which pays its orders there.

    Raises:
        CannotStart: It does not listen, or somebody else does.
    """
    require_port(port, "SANDBOX_PORT")  # much time may have passed since the first look
    with (RUN / "demo.log").open("w") as log:
        line = _noting_its_number("sandbox", command)
        process = subprocess.Popen(  # noqa: S602 (the command line is our own)
            line, shell=True, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait_for(process, port)
            yield
        finally:
            process.terminate()
            process.wait()


def run_until_stopped(
    lines: dict[str, list[str]], environment: dict[str, str], when_started: Callable[[], None]
) -> int:
    """Run all processes until a signal comes or one of them ends, and return the exit code.

    Args:
        lines: The command line of each process.
        environment: What they find in their environment.
        when_started: Called once when all are under way.
    """
    with (RUN / "demo.log").open("a") as log:
        screen = Screen(log, when_started)
        manager = Manager(printer=screen)
        for name, command in lines.items():
            line = _noting_its_number(name, command)
            manager.add_process(name, line, env=environment, cwd=ROOT)
        try:
            manager.loop()
        finally:
            stop_leftovers(lines)
    return 1 if screen.failed else 0


class Screen:
    """Honcho's printer: keeps what processes say in a file, and tells who ended unasked."""

    width = 0  # honcho writes the widest name here

    def __init__(self, log: TextIO, when_started: Callable[[], None]) -> None:
        self.failed = False
        self._log = log
        self._when_started = when_started
        self._started = 0
        self._leaving = False
        self._last_words = defaultdict(lambda: deque(maxlen=LAST_WORDS))

    def write(self, message: Message) -> None:
        """Take one line, as bytes from a process or as text from honcho itself."""
        text = message.data
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        self._log.write(f"{message.time:%H:%M:%S} {message.name:8}| {text.rstrip()}\n")
        self._log.flush()
        if message.name == "system":
            self._follow(text)
        else:
            self._last_words[message.name].append(text.rstrip())

    def _follow(self, event: str) -> None:
        """Read honcho's own lines, such as "web started (pid=1)" and "web stopped (rc=1)"."""
        if " started (" in event:
            self._started += 1
            if self._started == len(NAMES):
                self._when_started()
        elif " received" in event:
            self._leaving = True
            tell("\nStopping.")
        elif " stopped (" in event and not self._leaving:
            self._leaving = self.failed = True
            self._tell_end(event.split(maxsplit=1)[0])

    def _tell_end(self, name: str) -> None:
        for line in self._last_words[name]:
            tell(f"  {line}")
        tell(f"The {name} process ended, so everything stops: .run/demo.log has the whole story.")


def _noting_its_number(name: str, command: list[str]) -> str:
    """Return a line for the shell that leaves the number by which a leftover is found."""
    return f"echo $$ >{shlex.quote(str(pid_file(name)))}; exec {shlex.join(command)}"


def _wait_for(process: subprocess.Popen, port: int, patience: float = 20) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise CannotStart("The payment sandbox does not start: .run/demo.log says why.")
