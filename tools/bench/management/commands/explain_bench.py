import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.test import Client
from psycopg import RawCursor, sql

from shop.core.statements.prepared import PLACE
from tools.bench.plans import Plan, Reading, reading
from tools.bench.servers import HOST

EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
TURNS = 6  # after five of its own a prepared statement may have a plan for all values
SIZES = "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'"
TYPES = {int: "bigint", datetime: "timestamptz", bool: "boolean"}


class Command(BaseCommand):
    """Has pages answered and executes each of their statements once more, to see its plan."""

    help = "Print for each page of a JSON file a line of JSON: what its statements look at."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file: a list of names, paths and cookies."""
        parser.add_argument("pages", type=Path)

    def handle(self, *, pages: Path, **options: Any) -> None:
        """Look at all of them."""
        with connection.cursor() as cursor:
            cursor.execute(SIZES)
            sizes = dict(cursor.fetchall())
        for page in json.loads(pages.read_text()):
            self.stdout.write(json.dumps(asdict(_look_at(page, sizes))))
            self.stdout.flush()


def _look_at(page: dict[str, str], sizes: dict[str, float]) -> Reading:
    client = Client(headers={"host": HOST})
    if page["cookie"]:
        name, _, value = page["cookie"].partition("=")
        client.cookies[name] = value
    try:
        client.get(page["path"])  # whatever is read once in a process
        with _explained() as executed:
            answer = client.get(page["path"])
    except Exception as error:  # noqa: BLE001 (the other pages have their turn)
        return Reading(page["name"], missed=f"{type(error).__name__}: {error}")
    if answer.status_code != 200:
        return Reading(page["name"], missed=f"it answers {answer.status_code}")
    return reading(page["name"], executed, sizes)


@contextmanager
def _explained() -> Iterator[list[tuple[str, list[Plan]]]]:
    """Give a list that fills with the statements that are executed inside, and their plans."""
    found: list[tuple[str, list[Plan]]] = []

    def watch(execute: Any, text: Any, params: Any, many: bool, context: Any) -> Any:
        if str(text).lstrip(" (\n").upper().startswith(("SELECT", "WITH")):
            plan = _prepared if isinstance(context["cursor"].cursor, RawCursor) else _plain
            found.append((str(text), plan(str(text), params)))
        return execute(text, params, many, context)

    with connection.execute_wrapper(watch):
        yield found


def _plain(text: str, params: Any) -> list[Plan]:
    with connection.connection.cursor() as cursor:
        cursor.execute(EXPLAIN + text, params)
        return [cursor.fetchone()[0][0]["Plan"]]


def _prepared(text: str, params: dict[str, Any]) -> list[Plan]:
    """Return the plan for these values, and the one that the server uses from the sixth time on."""
    names = list(dict.fromkeys(filter(None, PLACE.findall(text))))
    told = PLACE.sub(lambda found: f"${names.index(found[1]) + 1}" if found[1] else "%", text)
    if not names:
        return _plain(told, None)
    types = ", ".join(_type_of(params[name]) for name in names)
    given = sql.SQL(", ").join(sql.Literal(params[name]) for name in names)
    with connection.connection.cursor() as cursor:
        cursor.execute(f"PREPARE bench_page ({types}) AS {told}")
        try:
            run = sql.SQL(f"{EXPLAIN} EXECUTE bench_page ({{}})").format(given)
            plans = [cursor.execute(run).fetchone()[0][0]["Plan"] for _turn in range(TURNS)]
        finally:
            cursor.execute("DEALLOCATE bench_page")
    return [plans[0], plans[-1]]


def _type_of(value: Any) -> str:
    """Return the type as which a value travels; the server finds out what is unknown."""
    if isinstance(value, (list, tuple)):
        return f"{_type_of(value[0]).replace('unknown', 'text')}[]" if value else "unknown"
    return TYPES.get(type(value), "unknown")
