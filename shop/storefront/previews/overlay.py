"""Lets one request see other facts than the shop's own, and write nothing.

Everything happens in one transaction that is rolled back. In it temporary views bear the names
of tables: PostgreSQL looks for a name among what is temporary first, so every statement of the
request reads the view, whoever wrote it. What a view does not change it takes from the table
behind it, with its indexes. Then the transaction is made read-only: from there on the database
itself refuses to write, and with the transaction the views go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper

from shop.catalogue.stock.models import Pool
from shop.core.statements.prepared import planned_anew
from shop.festivals.deals.reserved_stock import KEPT
from shop.festivals.models import Closure, Deal, DealUsage, Festival, PriceSpan, ProductSpan, Slot
from shop.festivals.models.deals import left_sql
from shop.storefront.cache import catalogue_version
from shop.storefront.listings.models import Listing
from shop.storefront.previews import facts
from shop.storefront.previews.boundaries import SECOND
from shop.storefront.previews.planned import planned_spans, text_of
from shop.storefront.previews.preview import NOBODY, Preview, Stock, Who

OWN_UNITS = "t.slot_id = ANY(%(slots)s::bigint[]) AND t.allotment IS NOT NULL"
# What other deals have set aside in the pool stays set aside.
EVERYDAY = f"""CASE WHEN t.id = ANY(%(pools)s::bigint[])
  THEN t.held + t.sold + %(left)s + coalesce((
    SELECT sum(({left_sql("a")}) * w.units_per_item)
    FROM shop_deal a JOIN shop_variant w ON w.id = a.variant_id
    WHERE w.pool_id = t.id AND {KEPT}), 0) ELSE t.on_hand END"""  # noqa: S608 (constants only)
STATE = """CASE WHEN t.state = 'closed' OR (t.state = 'draft' AND t.id = %(festival)s)
  THEN 'published' ELSE t.state END"""
FESTIVALS = """CASE WHEN t.product_id = ANY(%(products)s::bigint[])
  AND %(festival)s <> ALL(t.festivals) THEN t.festivals || %(festival)s::bigint
  ELSE t.festivals END"""
IS_AVAILABLE = "t.is_available AND t.product_id <> ALL(%(gone)s::bigint[])"
WITH_WAITING = "SELECT {columns} FROM shop_deal UNION ALL SELECT {columns} FROM preview_shop_deal"
STILL_CLOSED = """SELECT {columns} FROM shop_closure
  WHERE reason <> 'sold_out' OR deal_id NOT IN (
    SELECT t.id FROM shop_deal t
    WHERE t.slot_id = ANY(%(slots)s::bigint[]) AND t.allotment IS NOT NULL)"""
SOLD_OUT = """SELECT -t.id AS id, t.id AS deal_id, 'sold_out' AS reason,
  %(since)s::timestamptz AS starts_at, NULL::timestamptz AS ends_at
  FROM shop_deal t WHERE t.slot_id = ANY(%(slots)s::bigint[]) AND t.allotment IS NOT NULL"""
WHOSE = "SELECT coalesce((SELECT mailbox_id FROM shop_user WHERE id = %s), %s)"
OF_OTHERS = "SELECT {columns} FROM shop_dealusage WHERE mailbox_id <> %(mailbox)s"
AT_LIMIT = """SELECT -t.id AS id, t.id AS deal_id, %(mailbox)s AS mailbox_id, 0 AS held,
  t.per_shopper AS sold FROM shop_deal t
  WHERE t.slot_id = ANY(%(slots)s::bigint[]) AND t.per_shopper IS NOT NULL"""
AND_THESE = "{kept} UNION ALL SELECT {columns} FROM ({more}) AS made"
NEW_SPANS = """SELECT {columns} FROM {table} WHERE {owner} <> ALL(%(ids)s::bigint[])
  UNION ALL SELECT {columns} FROM preview_{table}"""
VIEW = "CREATE TEMPORARY VIEW {table} AS SELECT {columns} FROM {source} AS t"
TABLE = """CREATE TEMPORARY TABLE preview_{table} ON COMMIT DROP AS
  SELECT * FROM json_populate_recordset(NULL::{table}, %s::json)"""


@contextmanager
def shown(preview: Preview) -> Iterator[None]:
    """Answer statements as the preview says, and let none of them write."""
    with catalogue_version.unshared(), planned_anew(), transaction.atomic():
        try:
            with connection.cursor() as cursor:
                _cover(cursor, preview)
                cursor.execute("SET TRANSACTION READ ONLY")
            yield
        finally:
            transaction.set_rollback(True)


def _cover(cursor: CursorWrapper, preview: Preview) -> None:
    """Put views over the tables in which the preview differs from the shop."""
    known = {row.pk: row for row in Festival.objects.only("state", "starts_at")}
    own = known.get(preview.festival_id)
    is_draft = own is not None and own.state == Festival.State.DRAFT
    slots = list(Slot.objects.filter(festival=preview.festival_id).values_list("pk", flat=True))
    # From before the start on, so that whoever goes through its moments finds prices worked out.
    since = min(preview.first, own.starts_at - SECOND) if own else preview.first
    values = {"slots": slots, "at": preview.at, "festival": preview.festival_id, "since": since}
    # A closed festival was published at the instants that can be looked back at.
    if is_draft or any(row.state == Festival.State.CLOSED for row in known.values()):
        _view(cursor, Festival, values, state=STATE)
    waiting = facts.waiting_deals(preview) if preview.is_waiting else []
    if waiting or preview.stock:
        _cover_deals(cursor, preview, waiting, values)
    _cover_limits(cursor, preview, values)
    if is_draft or waiting or preview.stock:
        products = facts.products_of(slots)
        if preview.stock:
            _cover_stock(cursor, preview, values)
        _cover_listings(cursor, preview, products, values)
        _cover_prices(cursor, products, planned_spans(preview, products, since=since))


def _cover_deals(
    cursor: CursorWrapper, preview: Preview, waiting: list[Deal], values: dict[str, Any]
) -> None:
    """Add the deals that wait, and sell the units of the festival's deals by the scenario."""
    _table(cursor, Deal, text_of(Deal, waiting))
    sold = {Stock.SOLD_OUT: "t.allotment", Stock.ONE_LEFT: "t.allotment - 1"}.get(preview.stock)
    instead = {}
    if sold:
        instead["sold"] = f"CASE WHEN {OWN_UNITS} THEN {sold} ELSE t.sold END"
        instead["held"] = f"CASE WHEN {OWN_UNITS} THEN 0 ELSE t.held END"
    _view(cursor, Deal, values, source=_named(WITH_WAITING, Deal), **instead)
    if sold:
        # The price of deals whose units are gone has ended; where one is left it is given back.
        source = _named(STILL_CLOSED, Closure)
        if preview.stock == Stock.SOLD_OUT:
            source = _named(AND_THESE, Closure, kept=source, more=SOLD_OUT)
        _view(cursor, Closure, values, source=source)


def _cover_limits(cursor: CursorWrapper, preview: Preview, values: dict[str, Any]) -> None:
    """Let the shopper have bought nothing, or as much as the festival's limits allow."""
    if preview.who not in (Who.NEW, Who.AT_LIMIT):
        return
    source = _named(OF_OTHERS, DealUsage)
    if preview.who == Who.AT_LIMIT:
        source = _named(AND_THESE, DealUsage, kept=source, more=AT_LIMIT)
    cursor.execute(WHOSE, [preview.user_id, NOBODY])
    _view(cursor, DealUsage, values | {"mailbox": cursor.fetchone()[0]}, source=source)


def _cover_stock(cursor: CursorWrapper, preview: Preview, values: dict[str, Any]) -> None:
    """Empty the pools that the festival's deals sell from without units set aside."""
    pools = facts.everyday_pools(values["slots"])
    left = 1 if preview.stock == Stock.ONE_LEFT else 0
    _view(cursor, Pool, values | {"pools": pools, "left": left}, on_hand=EVERYDAY)


def _cover_listings(
    cursor: CursorWrapper, preview: Preview, products: list[int], values: dict[str, Any]
) -> None:
    """List products in the festival as if approved, and mark those that are sold out."""
    gone = facts.sold_out(products) if preview.stock else []
    known = values | {"products": products, "gone": gone}
    _view(cursor, Listing, known, festivals=FESTIVALS, is_available=IS_AVAILABLE)


def _cover_prices(
    cursor: CursorWrapper, products: list[int], texts: Mapping[type[models.Model], str]
) -> None:
    """Put spans that the price function gives now over those that were kept."""
    variants = facts.variants_of(products)
    for model, owner, ids in (
        (PriceSpan, "variant_id", variants),
        (ProductSpan, "product_id", products),
    ):
        _table(cursor, model, texts[model])
        source = _named(NEW_SPANS, model, owner=owner)
        _view(cursor, model, {"ids": ids}, source=source)


def _view(
    cursor: CursorWrapper,
    model: type[models.Model],
    values: dict[str, Any],
    *,
    source: str = "",
    **instead: str,
) -> None:
    """Put a view over a table; ``instead`` are expressions for columns, over rows ``t``."""
    table = model._meta.db_table
    columns = ", ".join(
        f'{instead[name]} AS "{name}"' if name in instead else f't."{name}"'
        for name in _columns(model)
    )
    source = f"({source})" if source else table
    cursor.execute(VIEW.format(table=table, columns=columns, source=source), values)


def _table(cursor: CursorWrapper, model: type[models.Model], text: str) -> None:
    """Make a temporary table of rows that were never saved."""
    cursor.execute(TABLE.format(table=model._meta.db_table), [text])


def _named(statement: str, model: type[models.Model], **parts: str) -> str:
    """Return a statement with the table and the columns of a model, in one order."""
    columns = ", ".join(f'"{name}"' for name in _columns(model))
    return statement.format(table=model._meta.db_table, columns=columns, **parts)


def _columns(model: type[models.Model]) -> Collection[str]:
    return [field.column for field in model._meta.concrete_fields if field.column]
