"""Lets requests of one place be counted one after the other."""

from django.db import connection


def one_after_another(*keys: str) -> None:
    """Wait for others with one of these keyed hashes, until the transaction ends.

    A statement of its own: a count that follows sees what was committed meanwhile.
    """
    numbers = sorted(int(key[:15], 16) for key in set(keys))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) n", [numbers])
