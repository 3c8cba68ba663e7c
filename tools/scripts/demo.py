"""Opens the whole shop on this machine: ``make demo``.

It prepares a database of its own, fills it with the sample, and runs the web server, the worker,
the clock of periodic work and the payment sandbox until Ctrl-C. What they say is in
``.run/demo.log``; everything that is kept lies in ``.run/``, ``media/`` and the database.
"""

import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from urllib.parse import urlsplit

from config import embedded
from tools.scripts import (
    demo_kept,
    demo_leftovers,
    demo_processes,
    demo_public,
    demo_statics,
    demo_tables,
    demo_welcome,
)
from tools.scripts.demo_kept import Databases
from tools.scripts.demo_leftovers import ROOT, RUN, CannotStart, tell


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demo listens."""

    port: int
    sandbox_port: int
    resets: int = 0
    public_site: str = ""
    public_sandbox: str = ""

    @classmethod
    def asked_for(cls) -> "Demo":
        """Return what PORT and SANDBOX_PORT in the environment ask for."""
        try:
            return cls(
                int(os.environ.get("PORT") or 8000),
                int(os.environ.get("SANDBOX_PORT") or 8421),
                int(os.environ.get("DEMO_RESETS") or 0),
                os.environ.get("SITE_URL", ""),
                os.environ.get("SANDBOX_URL", ""),
            )
        except ValueError as error:
            raise CannotStart(
                "PORT, SANDBOX_PORT and DEMO_RESETS are numbers: PORT=8001 make demo."
            ) from error

    @property
    def site(self) -> str:
        """The shop's address; one of the world only where strangers are expected."""
        return (self.public_site if self.resets else "") or f"http://127.0.0.1:{self.port}"

    @property
    def sandbox(self) -> str:
        """The payment sandbox's address on this machine."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def hosts(self) -> str:
        """The names by which the shop is asked for."""
        return ",".join(filter(None, ["127.0.0.1,localhost", urlsplit(self.site).hostname]))


def main() -> int:
    """Run the demo until somebody stops it, and return the exit code."""
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    sys.stdout.reconfigure(errors="replace")
    try:
        demo = Demo.asked_for()
        with demo_leftovers.only_demo(demo.site):
            demo_leftovers.stop_leftovers([*demo_processes.NAMES, demo_processes.DRAWING])
            demo_leftovers.require_port(demo.port, "PORT")
            demo_leftovers.require_port(demo.sandbox_port, "SANDBOX_PORT")
            with _database() as address:
                environment = _environment(demo, address)
                if demo.resets:
                    return _run_public(demo, environment)
                return _run(demo, environment)
    except (CannotStart, embedded.NoDatabase) as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _leave(number: int, _frame: FrameType | None) -> None:
    """Turn a signal into an exit that stops everything on its way out."""
    sys.exit(128 + number)


@contextmanager
def _database() -> Iterator[str]:
    """Lend the database; one that we started is stopped when everybody else has left."""
    if own := os.environ.get("DATABASE_URL"):
        yield own
        return
    tell("Starting the database.")
    try:
        yield embedded.provide("demo")
    finally:
        embedded.stop("demo")


def _environment(demo: Demo, database: str) -> dict[str, str]:
    """Return what all processes of the demo find in their environment.

    DEBUG is off: the demo is as fast, and looks, as in production.
    """
    # No TERMS_LINK: nobody sells here, so there are no terms that a link could name.
    return (
        {"HELP_LINK": f"{demo.site}/help/"}
        | os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database,
            "SECRET_KEY": _secret_key(),
            "DEBUG": "0",
            "DEMO": "1",
            "SITE_URL": demo.site,
            "ALLOWED_HOSTS": demo.hosts,
            "SANDBOX_URL": demo.public_sandbox if demo.resets else "",
            "DEMO_RESETS": str(demo.resets),
            "PAYMENTS_SANDBOX": "1",
            "STRIPE_SECRET_KEY": demo_processes.API_KEY,
            "STRIPE_BASE_URL": demo.sandbox,
            "STRIPE_WEBHOOK_SECRETS": demo_processes.WEBHOOK_SECRET,
            "PYTHONUNBUFFERED": "1",
        }
    )


def _secret_key() -> str:
    """Return the key of this checkout, made once: visitors stay signed in over a restart."""
    file = RUN / "secret_key"
    if not file.exists():
        unfinished = RUN / "secret_key.new"
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(48))
        unfinished.rename(file)
    return file.read_text()


def _run(demo: Demo, environment: dict[str, str]) -> int:
    commands = demo_processes.commands(demo.port, demo.sandbox_port)
    with ThreadPoolExecutor(1) as beside:
        statics = beside.submit(_collect, environment)
        tell("Preparing the tables.")
        if demo_tables.put_up(environment["DATABASE_URL"]):
            tell("They are those that are kept with the sample.")
        _manage(environment, "migrate", "--verbosity", "0")
        statics.result()
    # The sandbox keeps its state in a file, so the sample's payments outlive this process. It is
    # muted: the loader keeps what is said of them, and thousands of messages would be old news.
    muted = [*commands["sandbox"], "--muted"]
    with demo_processes.sandbox_alone(muted, demo.sandbox_port, environment):
        _manage(environment, "load_sample", "--late")
    tell("Opening the shop.")
    # Not before: beside the load it would draw with a processor that the load waits for.
    with demo_processes.drawing(environment):
        return demo_processes.run_until_stopped(
            commands, environment, lambda: _say_welcome(demo, environment)
        )


def _run_public(demo: Demo, environment: dict[str, str]) -> int:
    """Run the demonstration for strangers, which is put back each DEMO_RESETS minutes."""
    commands = demo_processes.commands(demo.port, demo.sandbox_port, demo.public_sandbox)
    databases = Databases(environment["DATABASE_URL"])
    _collect(environment)
    # While it is made the sandbox's pages are asked for on this machine.
    muted = [*demo_processes.commands(demo.port, demo.sandbox_port)["sandbox"], "--muted"]
    demo_kept.make(databases, environment, muted, demo.sandbox_port)
    tell("Opening the shop.")
    return demo_public.run(
        databases, environment, commands, lambda: _say_welcome(demo, environment)
    )


def _say_welcome(demo: Demo, environment: dict[str, str]) -> None:
    """Tell beside the processes where the shop is, once it answers."""
    here = f"http://127.0.0.1:{demo.port}"
    arguments = (demo.site, demo.sandbox, environment, here)
    threading.Thread(target=demo_welcome.welcome, args=arguments, daemon=True).start()


def _collect(environment: dict[str, str]) -> None:
    """Collect the static files, unless they are as they were."""
    if demo_statics.changed():
        tell("Collecting the static files.")
        _manage(environment, "collectstatic", "--noinput", "--clear", "--verbosity", "0")
        demo_statics.remember()


def _manage(environment: dict[str, str], *arguments: str) -> None:
    """Run a management command; what it says goes to the terminal."""
    command = [sys.executable, "manage.py", *arguments]
    if subprocess.run(command, env=environment, check=False).returncode:  # noqa: S603
        raise CannotStart(f"manage.py {arguments[0]} failed, for the reason above.")


if __name__ == "__main__":
    sys.exit(main())
