"""How many statements a page may cost."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.core import clock
from shop.storefront.cache import catalogue_version

# What is read in parts is declared first.
COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "DECLARE")


@contextmanager
def statements(*, most: int) -> Iterator[list[str]]:
    """Allow so many statements, from cold caches; transaction control is not counted.

    Meanwhile the clock stands still: what is known for a second is asked for once, however long
    the machine takes. The list that it gives is filled at the end.
    """
    for name in settings.CACHES:
        caches[name].clear()
    catalogue_version.forget()
    counted: list[str] = []
    moment = clock.now()
    with pytest.MonkeyPatch.context() as patch, CaptureQueriesContext(connection) as captured:
        patch.setattr(clock, "now", lambda: moment)
        yield counted
    asked = [query["sql"] for query in captured.captured_queries]
    counted += [sql for sql in asked if sql.lstrip(" (\n").upper().startswith(COUNTED)]
    listed = "\n".join(f"{n}. {sql[:300]}" for n, sql in enumerate(counted, 1))
    assert len(counted) <= most, f"{len(counted)} statements, {most} are allowed:\n{listed}"
