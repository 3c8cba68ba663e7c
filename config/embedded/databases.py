"""Taking a database from those who are connected to it, as a role that is no superuser.

The server's own processes in a database end by themselves when it is renamed, copied or dropped.
Whoever asks for their end is refused, and ``DROP DATABASE ... WITH (FORCE)`` asks for it.
"""

from psycopg import Connection, sql

IS_THERE = "SELECT 1 FROM pg_database WHERE datname = %s"
CUT_OFF = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid()
"""


def rename(line: Connection, name: str, to: str) -> None:
    """Give another name to a database in use, which nobody can connect to any more.

    Args:
        line: an autocommitting connection to another database.
        name: the database.
        to: a name that no database has.

    Raises:
        psycopg.Error: It was not possible; the database is in use as before.
    """
    try:
        _empty(line, name)
        line.execute(_said("ALTER DATABASE {} RENAME TO {}", name, to))
    except Exception:
        line.execute(_said("ALTER DATABASE {} ALLOW_CONNECTIONS true", name))
        raise


def drop(line: Connection, name: str) -> None:
    """Delete a database if it is there, also one in use.

    Args:
        line: an autocommitting connection to another database.
        name: the database.
    """
    if line.execute(IS_THERE, [name]).fetchone():
        _empty(line, name)
        line.execute(_said("DROP DATABASE {}", name))


def _empty(line: Connection, name: str) -> None:
    """Let nobody in, or else somebody is back at once, and cut off who is there."""
    line.execute(_said("ALTER DATABASE {} ALLOW_CONNECTIONS false", name))
    line.execute(CUT_OFF, [name])


def _said(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))  # type: ignore[arg-type]
