"""What a shop behind a pooler does otherwise: bounds lie in the database, locks need it itself."""

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.database import address_of, bounds

ADDRESS = "postgres://shop:word@127.0.0.1/shop"
FACTS = {"kept": 600, "seconds": 30, "may_prepare": True}


def test_a_pooler_is_sent_no_options_and_given_no_cursors_that_stay_open():
    found = address_of(ADDRESS, **FACTS, is_pooled=True)

    assert "options" not in found["OPTIONS"]
    assert found["DISABLE_SERVER_SIDE_CURSORS"]
    assert not address_of(ADDRESS, **FACTS, is_pooled=False)["DISABLE_SERVER_SIDE_CURSORS"]


@pytest.mark.parametrize("command", ["beat", "migrate"])
def test_what_holds_locks_wants_the_database_itself(command, settings):
    settings.DATABASE_POOLED = True

    with pytest.raises(CommandError, match="DATABASE_URL"):
        call_command(command)


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_knows_the_bounds():
    name = connection.settings_dict["NAME"]
    line = connection.get_connection_params()
    line.pop("options"), line.pop("prepare_threshold", None)
    plain = {key: line[key] for key in ("host", "port", "user", "password", "dbname")}
    try:
        call_command("bound_database", seconds=7)
        with psycopg.connect(**plain) as own:
            shown = {what: own.execute(f"SHOW {what}").fetchone()[0] for what in bounds(7)}
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" RESET ALL')

    assert shown == bounds(7) | {"idle_in_transaction_session_timeout": "2min",
                                 "statement_timeout": "7s", "lock_timeout": "3s"}  # fmt: skip
