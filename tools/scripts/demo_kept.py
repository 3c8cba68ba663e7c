"""The beginning to which a public demonstration is put back: a database, pictures, payments.

It is made once and kept beside the ones in use. A copy of it is prepared while visitors are at
work, moved to the present day if need be, and takes the place of theirs by its name.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config.embedded.databases import drop, rename
from tools.scripts import demo_processes, demo_tables
from tools.scripts.demo_leftovers import ROOT, RUN, CannotStart, tell

KEPT = RUN / "kept"
STATE = RUN / "sandbox.json"
MAIL = RUN / "mail"
UNTOUCHED = {".gitignore", "parts"}


@dataclass(frozen=True, slots=True)
class Databases:
    """The addresses of the database in use, and of those beside it on the same server."""

    address: str

    @property
    def name(self) -> str:
        """The name of the one in use."""
        return self.address.rpartition("/")[2].partition("?")[0]

    def beside(self, suffix: str) -> str:
        """Return the address of another one."""
        server, _, rest = self.address.rpartition("/")
        tail = rest.partition("?")[2]
        return f"{server}/{self.name}_{suffix}" + (f"?{tail}" if tail else "")

    def connect(self) -> psycopg.Connection:
        """Connect to none of them, to move them about."""
        server, _, rest = self.address.rpartition("/")
        tail = rest.partition("?")[2]
        where = f"{server}/postgres" + (f"?{tail}" if tail else "")
        return psycopg.connect(where, autocommit=True)

    def has(self, suffix: str) -> bool:
        """Tell whether there is such a database."""
        with self.connect() as connection:
            return self._is_there(connection, f"{self.name}_{suffix}")

    def _is_there(self, connection: psycopg.Connection, name: str) -> bool:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return found.fetchone() is not None

    def copy(self, source: str, target: str) -> None:
        """Make one of another, in which nobody is."""
        self.drop(target)
        with self.connect() as connection:
            template = f'TEMPLATE "{self.name}_{source}"' if source else ""
            connection.execute(f'CREATE DATABASE "{self.name}_{target}" {template}')

    def rename(self, source: str, target: str) -> None:
        """Give one another name."""
        with self.connect() as connection:
            connection.execute(
                f'ALTER DATABASE "{self.name}_{source}" RENAME TO "{self.name}_{target}"'
            )

    def put_in_place(self, source: str) -> None:
        """Let a copy take the name of the one in use, which is dropped later: it takes time."""
        self.drop("used")
        with self.connect() as connection:
            if self._is_there(connection, self.name):
                rename(connection, self.name, f"{self.name}_used")
            connection.execute(f'ALTER DATABASE "{self.name}_{source}" RENAME TO "{self.name}"')

    def drop(self, suffix: str) -> None:
        """Delete one beside the one in use, if it is there."""
        with self.connect() as connection:
            drop(connection, f"{self.name}_{suffix}")


def make(databases: Databases, environment: dict[str, str], sandbox: list[str], port: int) -> None:
    """Make the beginning unless it is there: the sample, with all its pictures in all formats.

    What a killed run left is begun anew; pictures that are drawn stay.
    """
    if databases.has("kept") and (KEPT / "sandbox.json").exists():
        return
    tell("Making the beginning to which all is put back; minutes, the first time.")
    databases.copy("", "fresh")
    STATE.unlink(missing_ok=True)
    own = environment | {"DATABASE_URL": databases.beside("fresh")}
    demo_tables.put_up(own["DATABASE_URL"])
    manage(own, "migrate", "--verbosity", "0")
    with demo_processes.sandbox_alone(sandbox, port, own):
        manage(own, "load_sample")
    manage(own, "db_worker", "--batch")
    shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(mode=0o700)
    for file in files(media(environment)):
        link(media(environment) / file, KEPT / "media" / file)
    shutil.copy2(STATE, KEPT / "sandbox.json")
    databases.drop("kept")
    databases.rename("fresh", "kept")


def prepare(databases: Databases, environment: dict[str, str]) -> None:
    """Make the next copy while the present one is in use."""
    databases.copy("kept", "next")
    own = environment | {"DATABASE_URL": databases.beside("next")}
    manage(own, "migrate", "--verbosity", "0")
    manage(own, "load_sample", "--late")


def put_back(databases: Databases, environment: dict[str, str]) -> None:
    """Put database, pictures, payments and mail back, while no process of the shop runs."""
    databases.put_in_place("next")
    shutil.rmtree(MAIL, ignore_errors=True)
    for file in RUN.glob("sandbox.json*"):
        file.unlink()
    shutil.copy2(KEPT / "sandbox.json", STATE)
    put_files_back(media(environment), KEPT / "media")
    forget_copies(environment)


def put_files_back(folder: Path, kept: Path) -> None:
    """Delete every file that is not kept, and bring those back that are missing."""
    wanted = set(files(kept))
    for file in set(files(folder)) - wanted:
        (folder / file).unlink()
    for file in wanted:
        if not (folder / file).exists():
            link(kept / file, folder / file)


def files(folder: Path) -> Iterator[Path]:
    """Return the files in a folder, seen from it."""
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        if path.is_file() and inside.parts[0] not in UNTOUCHED:
            yield inside


def link(source: Path, target: Path) -> None:
    """Give a file a second name, which costs no room: files are replaced and never changed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # on another disk
        shutil.copy2(source, target)


def media(environment: dict[str, str]) -> Path:
    """Return where pictures lie."""
    return Path(environment.get("MEDIA_ROOT") or ROOT / "media")


def forget_copies(environment: dict[str, str]) -> None:
    """Drop what a shared cache holds of pages; that of processes goes with them."""
    if address := environment.get("REDIS_URL"):
        import redis  # noqa: PLC0415 (rarely needed here)

        with suppress(redis.RedisError):
            redis.Redis.from_url(address).flushdb()


def manage(environment: dict[str, str], *arguments: str) -> None:
    """Run a management command after everybody else; what it says goes to a file."""
    command = [*demo_processes.last_of_all(), sys.executable, "manage.py", *arguments]
    with (RUN / "kept.log").open("a") as log:
        ended = subprocess.run(  # noqa: S603 (the command line is our own)
            command, env=environment, stdout=log, stderr=log, check=False, start_new_session=True,
        )  # fmt: skip
    if ended.returncode:
        raise CannotStart(f"manage.py {arguments[0]} failed: .run/kept.log says why.")
