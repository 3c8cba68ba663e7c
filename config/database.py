"""How long the database may keep somebody waiting, and whether it keeps plans of statements.

A server that accepts and stays silent, or a lock that nobody gives back, would hold a thread of
the web server, or the beat, for ever.
"""

from typing import Any

import dj_database_url

CONNECT_SECONDS = 5
IDLE_SECONDS = 120
"""For so long a transaction may stand open and do nothing: its process hangs, and holds locks."""
LINE = {
    "connect_timeout": CONNECT_SECONDS,
    # The line is dead when the other side has not answered for so long.
    "tcp_user_timeout": 20_000,  # milliseconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}

PLANNING = {
    # Our statements read few rows: compiling them takes longer than they do.
    "jit": "off",
    # A prepared statement is planned once for all values. Left to itself the server plans some
    # anew each time, since a list of one is cheaper than one of ten, and planning takes longer
    # than either.
    "plan_cache_mode": "force_generic_plan",
    # What is read lies in memory, or on a disk without a head: a row by its key costs little more
    # than the next one. At 4, as of old, a cart was joined by walking through the variants.
    "random_page_cost": "1.1",
    # Who reads a page waits for one process; more of them would be taken from other visitors.
    "max_parallel_workers_per_gather": "0",
    # For one sort or hash of one statement; what is larger goes to the disk.
    "work_mem": "16MB",
}
PREPARING = {"prepare_threshold": 0}
"""Django lets nothing be prepared otherwise; what is, ``shop.core.statements.prepared`` decides."""


def address_of(
    address: str, *, kept: int, seconds: int, may_prepare: bool, is_pooled: bool
) -> dict[str, Any]:
    """Return a database as Django knows it.

    Args:
        kept: seconds for which a connection is kept.
        is_pooled: a pooler gives each transaction another of its connections, as PgBouncer does:
            what a connection would be told at its beginning, the database itself has to know.
    """
    found: dict[str, Any] = dict(dj_database_url.parse(address, conn_max_age=kept))
    options = bounded(found.get("OPTIONS", {}), 0 if is_pooled else seconds)
    return found | {
        "ENGINE": "config.postgres",
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": is_pooled,
        "OPTIONS": preparing(options, may_prepare=may_prepare),
    }


def bounds(seconds: int) -> dict[str, str]:
    """Return what a connection is told at its beginning: how to plan, and how long to wait."""
    return {
        **PLANNING,
        "statement_timeout": f"{seconds}s",
        "lock_timeout": f"{max(1, seconds // 2)}s",
        "idle_in_transaction_session_timeout": f"{max(IDLE_SECONDS, seconds)}s",
    }


def preparing(given: dict[str, Any], *, may_prepare: bool) -> dict[str, Any]:
    """Return options of a connection that may keep plans; options in the address win."""
    return PREPARING | given if may_prepare else given


def bounded(given: dict[str, Any], seconds: int) -> dict[str, Any]:
    """Return options of a connection with bounds added; options in the address win.

    Args:
        given: the options that the address names.
        seconds: for one statement, its waiting for locks included; 0 for no bound.
    """
    if not seconds:
        return LINE | given
    said = " ".join(f"-c {name}={value}" for name, value in bounds(seconds).items())
    return LINE | given | {"options": f"{said} {given.get('options', '')}".strip()}
