"""What the shop's own role may do where another role owns the tables: rows, and nothing else.

Whoever breaks into a process of the shop then cannot empty, change or drop a table, nor turn a
trigger off; the books cannot be changed even where a trigger is missing.
"""

from __future__ import annotations

from typing import Any

import dj_database_url
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from psycopg import sql

ONLY_ADDED = ("shop_ledgertransaction", "shop_ledgerentry", "shop_closedbalance")
"""Tables of which a row is never changed and never deleted."""
NEVER_DELETED = (
    "shop_closedmonth", "shop_document", "shop_payout", "shop_series", "shop_settlement",
)  # fmt: skip
ONLY_READ = ("django_migrations",)
WHERE = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")

GRANTS = """
GRANT USAGE ON SCHEMA public TO {role};
REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role};
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, USAGE ON SEQUENCES TO {role};
"""
TAKEN = {
    "REVOKE UPDATE, DELETE ON {table} FROM {role}": ONLY_ADDED,
    "REVOKE DELETE ON {table} FROM {role}": NEVER_DELETED,
    "REVOKE INSERT, UPDATE, DELETE ON {table} FROM {role}": ONLY_READ,
}


def role_of(address: str) -> str:
    """Return the role that an address names.

    Raises:
        ImproperlyConfigured: it names none.
    """
    role = dj_database_url.parse(address).get("USER")
    if not role:
        raise ImproperlyConfigured("DATABASE_URL and DATABASE_OWNER_URL have to name their roles.")
    return str(role)


def as_owner() -> None:
    """Let this process work as the owner of the tables from now on, until it ends."""
    connection.close()
    owner: dict[str, Any] = dict(settings.DATABASE_OWNER)
    connection.settings_dict.update({name: owner[name] for name in WHERE})


def grant_rights(role: str) -> None:
    """Give the shop's role its rights on all tables, as their owner; whole or not at all."""
    name = sql.Identifier(role)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.SQL(GRANTS).format(role=name))
        there = set(connection.introspection.table_names(cursor))  # an old version has fewer
        for statement, tables in TAKEN.items():
            for table in there.intersection(tables):
                cursor.execute(sql.SQL(statement).format(table=sql.Identifier(table), role=name))


def owns_tables() -> bool:
    """Return whether the role of this connection could empty or change the books' tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(pg_has_role(tableowner, 'MEMBER')) FROM pg_tables"
            " WHERE tablename = ANY(%s)",
            [[*ONLY_ADDED, *NEVER_DELETED]],
        )
        return bool((cursor.fetchone() or [False])[0])
