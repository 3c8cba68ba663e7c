"""Many at once, with real threads and a database connection each."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from shop.core.errors import ShopError


def at_once(actions: Sequence[Callable[[], Any]], *, threads: int | None = None) -> list[Any]:
    """Run all actions together and return their results; a refusal is returned, not raised.

    Args:
        threads: how many run at the same time; all of them if not said.
    """
    workers = threads or len(actions)
    gate = Barrier(workers)

    def run(position: int) -> Any:
        if position < workers:
            gate.wait()
        try:
            return actions[position]()
        except ShopError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, range(len(actions))))
