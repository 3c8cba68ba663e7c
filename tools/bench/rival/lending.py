"""Lends django-oscar for a run: its environment, its database with our products, its servers."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

from tools.bench import databases, enlarging, servers
from tools.bench.rival import catalogue, installing
from tools.bench.servers import CannotMeasure, Server

NAME = "bench_rival"


@dataclass(frozen=True, slots=True)
class Rival:
    """Oscar as it runs: as it comes, and with a list that does not ask its search.

    ``products`` holds the ids by slug.
    """

    shop: Server
    by_statement: Server
    products: dict[str, int]


@contextmanager
def rival(
    server: str, shop: str, folder: Path, environment: Mapping[str, str], *, keep: bool
) -> Iterator[Rival]:
    """Lend oscar with the products of a shop.

    Args:
        server: the address of the database server.
        shop: the database of the shop.
        folder: for logs.
        keep: use the database of an earlier run, and leave it to the next one.

    Raises:
        CannotMeasure: it cannot be installed, filled or started.
    """
    python = installing.python()
    place = (installing.FOLDER / "files").resolve()
    environment = environment | {
        "DJANGO_SETTINGS_MODULE": "tools.bench.rival.settings",
        "RIVAL_FOLDER": str(place),
        "PYTHONWARNINGS": "ignore",
    }
    fill = partial(_fill, python, shop, place, environment)
    with databases.database(server, NAME, fill=fill, keep=keep) as found:
        environment |= {"DATABASE_URL": found}
        serve = partial(servers.web, "tools.bench.rival.wsgi", folder, python=python)
        with (
            serve(environment) as as_it_comes,
            serve(environment | {"RIVAL_LISTS": "statement"}) as by_statement,
        ):
            yield Rival(as_it_comes, by_statement, _products(found))


def _fill(
    python: Path, shop: str, place: Path, environment: Mapping[str, str], database: str
) -> None:
    place.mkdir(parents=True, exist_ok=True)
    file, environment = place / "catalogue.json", environment | {"DATABASE_URL": database}
    catalogue.write_catalogue(shop, file)
    _run(environment, python, "-m", "django", "migrate", "-v0")
    _run(environment, python, "-m", "tools.bench.rival.filling", file)
    enlarging.tidy(database)


def _products(database: str) -> dict[str, int]:
    with psycopg.connect(database) as connection:
        return dict(connection.execute("SELECT slug, id FROM catalogue_product ORDER BY id"))


def _run(environment: Mapping[str, str], *command: str | Path) -> None:
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise CannotMeasure(f"django-oscar cannot be filled: {ran.stderr.strip()[-500:]}")
