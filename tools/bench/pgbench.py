"""What PostgreSQL itself can write here: transactions that change one row and are kept."""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from config.embedded.programs import SERVER_FOLDERS, WHEEL
from tools.bench.load import Load
from tools.bench.servers import NotMeasured

SCALE = 10  # a million rows, 150 MB
SCHEMA = "limits"
ROWS = 1_000
STOCK = f"""
DROP SCHEMA IF EXISTS {SCHEMA} CASCADE;
CREATE SCHEMA {SCHEMA};
CREATE TABLE {SCHEMA}.stock (id int PRIMARY KEY, units int NOT NULL) WITH (fillfactor = 50);
INSERT INTO {SCHEMA}.stock SELECT i, 2000000000 FROM generate_series(1, {ROWS}) i;
"""  # noqa: S608 (no value comes from elsewhere)
ANSWERED = r"transactions actually processed: (\d+)"
RATE, LATENCY = r"^tps = ([\d.]+)", r"latency average = ([\d.]+)"
TAKE = "UPDATE stock SET units = units - 1 WHERE id = {} AND units >= 1;\n"


@dataclass(frozen=True, slots=True)
class Script:
    """A kind of transaction, and what pgbench is told."""

    what: str
    clients: int
    arguments: tuple[str, ...]

    @property
    def name(self) -> str:
        """How the report calls it."""
        return f"{self.what}, {self.clients} client{'s' if self.clients > 1 else ''}"


def find() -> Path | None:
    """Return the program, or nothing when the machine has none."""
    wheel = importlib.util.find_spec(WHEEL)
    folders = [Path(wheel.origin).parent / "pginstall/bin"] if wheel and wheel.origin else []
    for pattern in SERVER_FOLDERS:
        folders += sorted(Path("/").glob(pattern.lstrip("/")), key=_version, reverse=True)
    found = [folder / "pgbench" for folder in folders if (folder / "pgbench").exists()]
    on_path = shutil.which("pgbench")
    return next(iter([*found, *([Path(on_path)] if on_path else [])]), None)


def prepare(program: Path, address: str, folder: Path) -> list[Script]:
    """Make the tables in a schema of their own and return what can be run."""
    with psycopg.connect(address) as connection:
        connection.execute(STOCK)
    _run(program, address, "-i", "-s", str(SCALE), "-q")
    hot, spread = folder / "hot.sql", folder / "spread.sql"
    hot.write_text(TAKE.format(1))
    spread.write_text(f"\\set i random(1, {ROWS})\n" + TAKE.format(":i"))
    return [
        *(Script("pgbench simple-update", clients, ("-N",)) for clients in (1, 8, 32)),
        *(Script("one hot row", clients, ("-f", str(hot))) for clients in (1, 32)),
        Script(f"the same over {ROWS:,} rows", 32, ("-f", str(spread))),
    ]


def run(program: Path, address: str, script: Script, seconds: float) -> Load:
    """Run a script for some seconds."""
    said = _run(
        program,
        address,
        *("-n", "-c", str(script.clients), "-j", str(min(2, script.clients))),
        *("-T", str(max(1, round(seconds)))),
        *script.arguments,
    )
    # Where nothing was finished in time, pgbench prints no rate.
    answered, rate, median = (_number(pattern, said) for pattern in (ANSWERED, RATE, LATENCY))
    if not answered or not rate or median is None:
        raise NotMeasured(f"pgbench finished nothing in {seconds:g} s")
    return Load(int(answered), answered / rate, median, 0)


def _number(pattern: str, said: str) -> float | None:
    found = re.search(pattern, said, re.MULTILINE)
    return float(found[1]) if found else None


def _run(program: Path, address: str, *arguments: str) -> str:
    # The password goes through the environment: command lines can be read by everybody.
    parts = urlsplit(address)
    environment = os.environ | {
        "PGHOST": parts.hostname or "127.0.0.1",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path[1:],
        "PGOPTIONS": f"-c search_path={SCHEMA}",
    }
    ran = subprocess.run(
        [program, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        said = " ".join(ran.stderr.split())  # in a cell of a table
        raise NotMeasured(f"pgbench failed: {said[:200]}")
    return ran.stdout


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(folder)))
