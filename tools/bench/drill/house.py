"""The whole shop as the drill runs it: every process, the database, the mail, the provider."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tools.bench import databases
from tools.bench.drill.cluster import Cluster, cluster
from tools.bench.drill.postbox import Postbox, postbox
from tools.bench.drill.processes import Process, quiet_port
from tools.bench.preparing import collect_static, environment, fill_with_sample, tell
from tools.bench.servers import GUNICORN, HOST, CannotMeasure
from tools.bench.stand import NAME

HOLD_MINUTES = "3"  # less than organizers can set, so that abandoned orders end within the drill
STATE = "provider.jsonl"
PLAN = ("--deals", "40", "--allotment", "6", "--members")


@dataclass(slots=True)
class House:
    """What runs, what is in its environment, and the file in which the provider keeps all."""

    web: Process
    worker: Process
    beat: Process
    provider: Process
    database: Cluster
    mail: Postbox
    around: Mapping[str, str]
    state: Path

    @property
    def shop(self) -> str:
        """The shop's address."""
        return self.around["SITE_URL"]

    @property
    def address(self) -> str:
        """The address of the shop's rows."""
        return self.around["DATABASE_URL"]

    @property
    def processes(self) -> list[Process]:
        """Those that are started and stopped alike."""
        return [self.provider, self.web, self.worker, self.beat]


@contextmanager
def house(folder: Path, *, keep: bool) -> Iterator[House]:
    """Lend the shop, filled with the sample; all of it runs until the end, or until killed.

    Args:
        folder: for static files, what the processes say, and the provider's state.
        keep: use the sample that an earlier drill has left, and leave it to the next one.
    """
    with ExitStack() as stack:
        database = stack.enter_context(cluster(keep=keep))
        mail = stack.enter_context(postbox())
        _forget_last(folder)
        around = _environment(folder, mail.port)
        around["DATABASE_URL"] = _filled(stack, database.address, around, keep=keep)
        stack.callback(database.start)  # whatever happens, there is one from which all is dropped
        database.settle()
        if not (folder / "static").exists():  # an earlier drill may have left them there
            collect_static(around)
        built = _built(folder, around, database, mail)
        for process in built.processes:
            stack.callback(process.stop)  # also of one that does not come to listen
            process.start()
        yield built


def _forget_last(folder: Path) -> None:
    """Delete what an earlier drill has left there, but for the static files."""
    for file in [*folder.glob("*.log"), *folder.glob(f"{STATE}*")]:
        file.unlink()


def plan(around: Mapping[str, str], *, opens_in: float) -> dict:
    """Plan the festival that opens in the midst of the drill, and return its facts."""
    return json.loads(manage(around, "plan_opening", *PLAN, "--opens-in", str(opens_in)))


def manage(around: Mapping[str, str], *arguments: str) -> str:
    """Run a management command and return what it says."""
    command = [sys.executable, "manage.py", *arguments]
    ran = subprocess.run(command, env=around, capture_output=True, text=True, check=False)
    if ran.returncode:
        said = f"{ran.stdout}{ran.stderr}"[-800:]
        raise CannotMeasure(f"manage.py {arguments[0]} failed: {said}")
    return ran.stdout


def _filled(stack: ExitStack, server: str, around: Mapping[str, str], *, keep: bool) -> str:
    """Return the address of a database with the sample, which is dropped afterwards."""
    fill = partial(fill_with_sample, around)
    stack.enter_context(databases.database(server, NAME, fill=fill, keep=keep))
    own = databases.database(server, f"{NAME}_drill", fill=lambda _: None, keep=False, like=NAME)
    return stack.enter_context(own)


def _environment(folder: Path, mail: int) -> dict[str, str]:
    shop, provider = quiet_port(0), quiet_port(1_000)
    tell(f"The shop will be at {HOST}:{shop}.")
    return environment(folder) | {
        "SITE_URL": f"http://{HOST}:{shop}",
        "STRIPE_BASE_URL": f"http://{HOST}:{provider}",
        "EMAIL_HOST": HOST,
        "EMAIL_PORT": str(mail),
        "HOLD_MINUTES": HOLD_MINUTES,
        "LEAST_HOLD_MINUTES": HOLD_MINUTES,
        "QUEUE_AT_ONCE": "0",  # shoppers of the drill do not know how to wait in a queue
        "PYTHONUNBUFFERED": "1",
    }


def _built(folder: Path, around: Mapping[str, str], database: Cluster, mail: Postbox) -> House:
    shop, provider = (
        int(around[name].rpartition(":")[2]) for name in ("SITE_URL", "STRIPE_BASE_URL")
    )
    state = folder / STATE

    def process(name: str, *command: str, port: int = 0) -> Process:
        return Process(name, (sys.executable, *command), around, folder / f"{name}.log", port)

    return House(
        process(
            "web", "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{shop}", *GUNICORN, port=shop
        ),
        process("worker", "manage.py", "db_worker"),
        process("beat", "manage.py", "beat"),
        process(
            *("provider", "-m", "tools.sandbox", "--port", str(provider), "--state", str(state)),
            *("--webhook", f"{around['SITE_URL']}/webhooks/stripe/"),
            *("--key", around["STRIPE_SECRET_KEY"], "--secret", around["STRIPE_WEBHOOK_SECRETS"]),
            port=provider,
        ),
        database, mail, around, state,
    )  # fmt: skip
