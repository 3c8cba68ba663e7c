"""Makes many products of few, in bulk: copies with own variants, units, prices and listings.

Deals are not copied: a copy keeps the price that a deal gave, and none of its units. Of an
experience, which may have a hundred dates, the last few are copied. What is counted over all
listings is not made here: ``manage.py recount_bench`` does that afterwards.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg

from tools.bench.bare import bare

BATCH = 50_000  # products that are written at once
FRONT, SPACE = 2_000, 20_000  # as in listings.popularity
DATES = 3  # of an experience's, in each copy of it
# A crash would lose the last moments of a database that is dropped anyway.
HURRY = (
    "SET synchronous_commit = off",
    "SET maintenance_work_mem = '1GB'",
    "SET work_mem = '128MB'",
)

# Copies are mixed before they are numbered: popularity is drawn from numbers, and all copies of a
# product would otherwise be as popular as it is.
PREPARE = """
CREATE TEMP TABLE copies AS
SELECT p.id AS old, nextval(pg_get_serial_sequence('shop_product', 'id')) AS new, n
FROM shop_product p, generate_series(2, {times}) n ORDER BY n, md5(p.id || '.' || n);
CREATE TEMP TABLE copied_variants AS
SELECT v.id AS old, nextval(pg_get_serial_sequence('shop_variant', 'id')) AS id,
  nextval(pg_get_serial_sequence('shop_pool', 'id')) AS pool, c.new, c.n
FROM copies c JOIN (
  SELECT id, product_id,
    dense_rank() OVER (PARTITION BY product_id ORDER BY session_start DESC) AS place
  FROM shop_variant) v ON v.product_id = c.old AND v.place <= {dates}
ORDER BY c.new, v.id;
CREATE INDEX ON copies (new);
CREATE INDEX ON copied_variants (new);
ANALYZE copies, copied_variants
"""
POOLS = """
INSERT INTO shop_pool (id, on_hand, held, sold)
SELECT pool, 1000, 0, 0 FROM copied_variants WHERE new BETWEEN %(first)s AND %(last)s
"""
# Afterwards each row would go into every index anew.
FLOOR = """
UPDATE shop_listing SET is_floor = true WHERE product_id IN (
  SELECT product_id FROM shop_listing ORDER BY popularity DESC, product_id
  OFFSET %(front)s LIMIT %(floor)s) AND NOT is_front
"""
# As whoever writes a listing does: the next count of listings goes by it.
NOTE = "INSERT INTO shop_changedstore (merchant_id) SELECT id FROM shop_merchant"
TIDY = ("VACUUM", "ANALYZE")


@dataclass(frozen=True, slots=True)
class Copied:
    """A table whose rows are written once for every copy; what is not said is taken over.

    Args:
        key: the column that names the original.
        said: columns with other values, ``r`` being the original's row and ``c`` the copy.
        given: columns that the database numbers.
    """

    table: str
    key: str
    said: dict[str, str]
    copies: str = "copies"
    given: tuple[str, ...] = ("id",)


VARIANTS = "copied_variants"
EARLIER = "r.published_at - c.n * interval '1 minute'"
NAMED = {"slug": "r.slug || '-' || c.n", "title": "r.title || ' ' || c.n", "published_at": EARLIER}
TABLES = (
    Copied("shop_product", "id", NAMED | {"id": "c.new"}, given=()),
    Copied("shop_productpicture", "product_id", {"product_id": "c.new"}),
    Copied("shop_participation", "product_id", {"product_id": "c.new"}),
    Copied(
        "shop_variant",
        "id",
        {
            "id": "c.id",
            "sku": "r.sku || '-' || c.n",
            "pool_id": "c.pool",
            "product_id": "c.new",
        },
        copies=VARIANTS,
        given=(),
    ),
    Copied("shop_regularprice", "variant_id", {"variant_id": "c.id"}, copies=VARIANTS),
    Copied(
        "shop_pricespan", "variant_id", {"variant_id": "c.id", "deal_id": "NULL"}, copies=VARIANTS
    ),
    Copied("shop_productspan", "product_id", {"product_id": "c.new", "deal_id": "NULL"}),
    Copied(
        "shop_listing",
        "product_id",
        NAMED
        | {
            "product_id": "c.new",
            "is_available": "true",
            # As the shop counts them: written now, they need not be written again.
            "popularity": "1 + c.new * 7919 % 999",
            "is_front": "false",
        },
    ),
)
COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND column_name <> ALL(%s)
"""


def enlarge(address: str, products: int, tell: Callable[[str], None] = print) -> None:
    """Copy the products of a database until there are so many, or the next hundred above.

    Args:
        tell: is told how far it is.
    """
    began = time.monotonic()
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in HURRY:
            connection.execute(statement)
        there = connection.execute("SELECT count(*) FROM shop_product").fetchone()[0]
        times = max(1, -(-products // there))
        # Identifiers are ours or the catalogue's, and `times` is a whole number.
        for statement in PREPARE.format(times=times, dates=DATES).split(";"):
            connection.execute(statement)
        with bare(connection, ["shop_pool", *(table.table for table in TABLES)], tell):
            for done in _fill(connection):
                passed = time.monotonic() - began
                tell(f"  {done:,} products after {passed:.0f} s")
            connection.execute(FLOOR, {"front": FRONT, "floor": SPACE})
        connection.execute(NOTE)
    passed = time.monotonic() - began
    tell(f"  {products:,} products in {passed:.0f} s, {products / passed:,.0f} a second")


def _fill(connection: psycopg.Connection) -> Iterator[int]:
    """Write all copies, some at a time; yield how many are written."""
    first, last = connection.execute("SELECT min(new), max(new) FROM copies").fetchone()
    if first is None:  # as many as there were
        return
    statements = [POOLS, *(_statement(table, _columns(connection, table)) for table in TABLES)]
    for start in range(first, last + 1, BATCH):
        values = {"first": start, "last": min(last, start + BATCH - 1)}
        for statement in statements:
            connection.execute(statement, values)
        yield values["last"] - first + 1


def tidy(address: str) -> None:
    """Do at once what the server would do in the background while we measure."""
    with psycopg.connect(address, autocommit=True) as connection:
        for command in TIDY:
            connection.execute(command)


def _columns(connection: psycopg.Connection, table: Copied) -> list[str]:
    found = connection.execute(COLUMNS, [table.table, list(table.given)])
    return [name for (name,) in found]


def _statement(table: Copied, columns: list[str]) -> str:
    values = (table.said.get(name, f"r.{name}") for name in columns)
    # A percent sign stands for itself twice: values are bound.
    said = ", ".join(values).replace("%", "%%")
    return f"""
      INSERT INTO {table.table} ({", ".join(columns)}) SELECT {said}
      FROM {table.copies} c JOIN {table.table} r ON r.{table.key} = c.old
      WHERE c.new BETWEEN %(first)s AND %(last)s
    """  # noqa: S608
