"""Has the work done on a copy of a database, and takes what is said of each piece."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path

from tools.bench import databases, preparing, servers
from tools.bench.servers import CannotMeasure, NotMeasured


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work: seconds of the clock and of CPU, rows read and written.

    ``kind`` is "quiet" or "changed" for a round of the beat, before and after the changes, and
    "change" for these. ``statement`` is the one that took longest, in ``slowest`` seconds.
    ``missed`` says why it was not measured.
    """

    kind: str
    name: str
    seconds: float = 0
    python: float = 0
    database: float = 0
    read: int = 0
    written: int = 0
    slowest: float = 0
    statement: str = ""
    missed: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where work is done: the database server and its process, a folder for logs, settings."""

    server: str
    pid: int | None
    folder: Path
    environment: Mapping[str, str]


def work_on(place: Place, name: str, *, indexed: int, tell: Callable[[str], None]) -> list[Work]:
    """Do all work on a copy of a database, to which nobody is connected; return what it took."""
    done: list[Work] = []
    lent = databases.database(
        place.server, f"{name}_work", fill=lambda _address: None, keep=False, like=name
    )
    try:
        with ExitStack() as stack:
            around = _served(stack, place, stack.enter_context(lent)) | preparing.AS_BEAT
            asked = ("work_bench", "--indexed", str(indexed))
            for said in preparing.ask(around, *asked, "--database-pid", str(place.pid or 0)):
                done.append(_read(said))
                tell(f"{done[-1].name}: {done[-1].missed or f'{done[-1].seconds:.2f} s'}")
    except (NotMeasured, CannotMeasure, OSError) as reason:  # what was measured is not lost
        done.append(Work("change", "all that follows", missed=str(reason)))
    return done


def _served(stack: ExitStack, place: Place, database: str) -> dict[str, str]:
    """Serve the copy: some rounds look at pages, and some ask the payment provider."""
    port = servers.free_port()
    till = {"STRIPE_BASE_URL": f"http://{servers.HOST}:{port}", "DATABASE_URL": database}
    around = {**place.environment, **till}
    shop = stack.enter_context(servers.web("config.wsgi", place.folder, around))
    stack.enter_context(servers.sandbox(shop.url, place.folder, around, port=port))
    return around | {"SITE_URL": shop.url}


def _read(said: Mapping[str, object]) -> Work:
    known = {field.name for field in fields(Work)}
    return Work(**{name: value for name, value in said.items() if name in known})
