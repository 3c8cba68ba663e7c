"""Writes into the database how long it may keep somebody waiting, for those behind a pooler."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from psycopg import sql

from config.database import bounds


class Command(BaseCommand):
    help = "Tell the database itself what a pooler does not pass on: bounds and ways of planning."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many seconds a statement may take."""
        parser.add_argument("--seconds", type=int, default=30, help="for one statement (30)")

    def handle(self, *, seconds: int, **options: Any) -> None:
        """Set each for this database; connections that begin from now on have them."""
        with connection.cursor() as cursor:
            for name, value in bounds(seconds).items():
                cursor.execute(
                    sql.SQL("ALTER DATABASE {} SET {} = {}").format(
                        sql.Identifier(connection.settings_dict["NAME"]), sql.Identifier(name),
                        sql.Literal(value),
                    )
                )  # fmt: skip
        self.stdout.write("Set for connections that begin from now on.")
