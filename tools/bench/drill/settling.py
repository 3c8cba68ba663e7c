"""Waits after the storm until nothing in the shop waits any more, and says what still does."""

import http.client
import time
from urllib.parse import urlsplit

import psycopg

LONGEST = 600  # seconds
LOOKS_EVERY = 2
# What looks whether the worker lives is queued every minute, for ever; pictures have time.
WAITING = {
    "tasks that run": "SELECT count(*) FROM django_tasks_database_dbtaskresult"
    " WHERE status = 'RUNNING'",
    "tasks that wait": "SELECT count(*) FROM django_tasks_database_dbtaskresult"
    " WHERE status = 'READY' AND priority >= 0 AND task_path NOT LIKE '%%.say_alive'",
    "movements of money": "SELECT count(*) FROM shop_operation"
    " WHERE state IN ('queued', 'sending', 'pending')",
    "orders that are not paid": "SELECT count(*) FROM shop_order WHERE state = 'pending'",
    "messages of the provider": "SELECT count(*) FROM shop_gatewayevent WHERE state = 'new'",
}


def settle(address: str, shop: str) -> tuple[float, dict[str, str]]:
    """Return after how many seconds nothing waited any more, and what still does if it does."""
    began = time.monotonic()
    while (left := what_waits(address, shop)) and time.monotonic() - began < LONGEST:
        time.sleep(LOOKS_EVERY)
    return time.monotonic() - began, left


def what_waits(address: str, shop: str) -> dict[str, str]:
    """Return what waits, with how much of it; the monitor's view of the shop included."""
    with psycopg.connect(address) as connection:
        counts = {name: connection.execute(sql).fetchone()[0] for name, sql in WAITING.items()}
    left = {name: str(count) for name, count in counts.items() if count}
    if said := _health(shop):
        left["health"] = said
    return left


def _health(shop: str) -> str:
    connection = http.client.HTTPConnection(urlsplit(shop).netloc, timeout=10)
    try:
        connection.request("GET", "/health/")
        answer = connection.getresponse()
        said = answer.read().decode()
    except (OSError, http.client.HTTPException) as silence:
        return type(silence).__name__
    finally:
        connection.close()
    return "" if answer.status == 200 else said
