"""The only place that locks: rows, in which order of their ids and tables, and what no row is.

Two who lock the same rows the other way round wait for each other in a circle. So whoever needs
rows of several tables locks them in ``ORDER``, and rows of one table by their ids. All tests watch
that; guarded updates of single rows keep the same order.
"""

from __future__ import annotations

from enum import IntEnum, unique
from typing import Any

from django.db import connection
from django.db.models import Manager, Model, QuerySet

# From what people decide on to what many buy at once: what is scarce comes last, for a moment.
ORDER = (
    "shop_user", "shop_notice", "shop_application", "cms_invitation", "shop_storeinvitation",
    "shop_signinrules",
    "shop_learned",
    "shop_fairness", "shop_taxrule", "shop_carrier", "shop_incident", "shop_check",
    "shop_publicresult", "shop_leftover",
    "shop_place", "shop_category", "shop_term", "shop_meaning", "shop_synonym", "shop_reminder",
    "shop_ordernote",
    "shop_order", "shop_payment", "shop_cart", "shop_returnrequest", "shop_refundproposal",
    "shop_operation", "shop_disputeanswer", "shop_moneytask",
    "shop_cartvoucher", "shop_orderline",
    "shop_suborder", "shop_ordermessage",
    "shop_merchant", "shop_settlement", "shop_payoutbatch", "shop_payoutmethod", "shop_payout",
    "shop_transfer", "shop_funding", "shop_payoutcountry",
    "shop_sheetrow", "shop_cataloguesheet", "shop_cataloguerow",
    "shop_festival", "shop_enrolment", "shop_nomination", "shop_slot",
    "shop_claim", "shop_promotionusage", "shop_promotion", "shop_fund", "shop_dealusage",
    "shop_deal", "shop_pool", "shop_product", "shop_translation",
    "shop_cellcount", "shop_listing", "shop_searchword", "shop_picture",
    "shop_series",
)  # fmt: skip


def locked[Row: Model](rows: QuerySet[Row] | Manager[Row], *, fully: bool = False) -> QuerySet[Row]:
    """Return rows that are locked as they are read, until the transaction ends, by their ids.

    Args:
        fully: keeps also those waiting who only refer to a row, such as new children of it.
    """
    return rows.select_for_update(no_key=not fully, of=_of(rows)).order_by("pk")


def locked_beside[Row: Model](rows: QuerySet[Row], *names: str) -> QuerySet[Row]:
    """Return rows that lock the rows they are joined with, in the order of the names.

    For one row, or many that share what is locked: their own order stays.
    """
    return rows.select_for_update(no_key=True, of=names)


def lock[Row: Model](rows: QuerySet[Row] | Manager[Row], *, fully: bool = False) -> list[Row]:
    """Lock rows and return them as they are now, in the order of their ids."""
    return list(locked(rows, fully=fully))


def lock_one[Row: Model](
    rows: QuerySet[Row] | Manager[Row], pk: Any, *, fully: bool = False
) -> Row:
    """Lock the row with this key and return it as it is now.

    Raises:
        DoesNotExist: there is none among the rows.
    """
    return locked(rows, fully=fully).get(pk=pk)


def free_ones[Row: Model](rows: QuerySet[Row]) -> QuerySet[Row]:
    """Return the rows that nobody else holds, to be locked as they are read; the order stays."""
    return rows.select_for_update(skip_locked=True, of=_of(rows))


def one_after_another(*keys: str) -> None:
    """Wait for others with one of these keyed hashes, until the transaction ends.

    A statement of its own: a count that follows sees what was committed meanwhile.
    """
    numbers = sorted(int(key[:15], 16) for key in set(keys))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) n", [numbers])


@unique
class Work(IntEnum):
    """Pieces of work that one does at a time; their numbers are the database's, and stay."""

    COUNT_SALES = 41_200
    TELL_OF_RETURNS = 41_201
    QUEUE_UP = 41_300
    CLOSE_MONTH = 41_400  # a trigger of the ledger shares it with every booking


def alone_at(work: Work, part: int = 0) -> None:
    """Wait for others at the same part of a piece of work, until the transaction ends.

    Args:
        part: an id; of two parts with the same last 31 bits one waits for the other for nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [work, part % 2**31])


def _of(rows: QuerySet[Any] | Manager[Any]) -> tuple[str, ...]:
    """Return the tables to lock in a query of several: its own, not those that it joins."""
    query = rows.all().query
    return ("self",) if query.select_related or len(query.alias_map) > 1 else ()
