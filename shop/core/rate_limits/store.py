"""The counts of limits: in the database, where all processes count together.

It looks like a cache of Django, since allauth counts in one: tries to sign in, mails that are
asked for, codes of the second step that were used. The cache of pages is no place for that. Each
process has its own, so that two processes allow twice as many tries; and whoever calls up many
pages pushes out of it what locks somebody out. Here nothing goes before its time.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

from shop.core.jobs import delete_some
from shop.core.rate_limits.models import RateLimitCount

# The database's clock, so that processes on several machines agree.
READ = "SELECT value FROM shop_kept WHERE name = %s AND until > clock_timestamp()"
SET = """
INSERT INTO shop_kept AS k (name, value, until)
VALUES (%s, %s, coalesce(clock_timestamp() + make_interval(secs => %s), 'infinity'))
ON CONFLICT (name) DO UPDATE SET value = excluded.value, until = excluded.until
"""
# Of two at once one waits for the other's row here, looks at it again, and adds nothing.
ADD = f"{SET} WHERE k.until <= clock_timestamp()"
# One statement judges and counts, so that of two at once each gets a number of its own.
COUNT = """
INSERT INTO shop_kept AS k (name, value, until)
VALUES (%s, '1', clock_timestamp() + make_interval(secs => %s))
ON CONFLICT (name) DO UPDATE SET
  value = CASE WHEN k.until > clock_timestamp() THEN (k.value::int + 1)::text ELSE '1' END,
  until = CASE WHEN k.until > clock_timestamp() THEN k.until ELSE excluded.until END
RETURNING value::int
"""
DELETE = "DELETE FROM shop_kept WHERE name = %s AND until > clock_timestamp()"


class LimitsCache(BaseCache):
    """A cache of values that JSON knows; it forgets nothing before its time."""

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value that is kept under a name, or the default."""
        with connection.cursor() as cursor:
            cursor.execute(READ, [self.make_and_validate_key(key, version=version)])
            row = cursor.fetchone()
        return default if row is None else json.loads(row[0])

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Keep a value for some seconds."""
        self._write(SET, key, value, timeout, version)

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Keep a value if there is none; of two at once one does, and is told so."""
        return self._write(ADD, key, value, timeout, version)

    def count(self, key: str, *, seconds: int) -> int:
        """Count one more try of a name and return the how-manieth it is.

        The first one begins a time of so many seconds; with its end the counting begins anew.
        """
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [self.make_and_validate_key(key), seconds])
            return cursor.fetchone()[0]

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a value; tell whether there was one."""
        with connection.cursor() as cursor:
            cursor.execute(DELETE, [self.make_and_validate_key(key, version=version)])
            return cursor.rowcount > 0

    def clear(self) -> None:
        """Forget everything."""
        RateLimitCount.objects.all().delete()

    def _write(
        self, statement: str, key: str, value: Any, timeout: Any, version: int | None
    ) -> bool:
        name = self.make_and_validate_key(key, version=version)
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        with connection.cursor() as cursor:
            cursor.execute(statement, [name, json.dumps(value), seconds])
            return cursor.rowcount > 0


limits = LimitsCache({})


def forget_limits(*, at: datetime) -> int:
    """Delete the counts that have expired; return how many."""
    return delete_some(RateLimitCount.objects.filter(until__lt=at).order_by("until"))
