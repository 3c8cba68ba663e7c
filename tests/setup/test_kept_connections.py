"""A kept connection is used again without asking, and left as soon as the server closed it."""

from contextlib import contextmanager

import psycopg
import pytest
from django.db import connections

from shop.core.statements.prepared import ask


@contextmanager
def kept_line():
    """Lend a connection as a thread of the web server has it."""
    line = connections.create_connection("default")
    line.settings_dict = line.settings_dict | {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    line.inc_thread_sharing()
    try:
        line.ensure_connection()
        yield line
    finally:
        line.close()
        line.dec_thread_sharing()


def end(line):
    with psycopg.connect(line.connection.info.dsn, password=line.settings_dict["PASSWORD"]) as own:
        own.execute("SELECT pg_terminate_backend(%s, 5000)", [line.connection.info.backend_pid])


@pytest.mark.django_db
def test_a_silent_line_is_used_without_a_word():
    with kept_line() as line:
        before = _asked(line)
        assert line.is_usable()
        assert _asked(line) == before


@pytest.mark.django_db
def test_a_line_that_the_server_closed_is_not_usable():
    with kept_line() as line:
        end(line)
        assert not line.is_usable()


@pytest.mark.django_db
def test_the_next_request_gets_another_line():
    with kept_line() as line:
        end(line)
        line.close_if_unusable_or_obsolete()  # as at the start of every request
        with line.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_a_prepared_statement_gets_another_line_as_well(monkeypatch):
    with kept_line() as line:
        monkeypatch.setattr("shop.core.statements.prepared.connection", line)
        end(line)
        line.close_if_unusable_or_obsolete()
        assert ask("SELECT %(n)s::int", {"n": 7}) == [(7,)]


@pytest.mark.django_db
def test_a_line_in_a_broken_transaction_is_asked():
    with kept_line() as line:
        with line.connection.cursor() as cursor:
            cursor.execute("BEGIN")
            with pytest.raises(psycopg.Error):
                cursor.execute("SELECT 1/0")
        assert not line.is_usable()


def _asked(line):
    """Return what the connection's server process was last asked, and when."""
    with psycopg.connect(line.connection.info.dsn, password=line.settings_dict["PASSWORD"]) as own:
        asked = "SELECT query, query_start FROM pg_stat_activity WHERE pid = %s"
        return own.execute(asked, [line.connection.info.backend_pid]).fetchone()
