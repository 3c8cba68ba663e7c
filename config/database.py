"""How the shop talks to PostgreSQL: it looks whether a connection still lives, and gives up."""

from typing import Any

import dj_database_url

# A server that is silent must not keep every thread waiting. What the address says comes first.
SILENCE = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


def database(url: str) -> dict[str, Any]:
    """Return Django's settings of the database at an address."""
    found = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    return found | {"OPTIONS": SILENCE | found.get("OPTIONS", {})}
