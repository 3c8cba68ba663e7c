"""Makes many products of few, in bulk: copies with own variants, units, prices and listings.

Deals are not copied: a copy keeps the price that a deal gave, and none of its units. What is
counted over all listings is not made here: ``manage.py recount_bench`` does that afterwards.
"""

from dataclasses import dataclass

import psycopg

# Copies are mixed before they are numbered: popularity is drawn from numbers, and all copies of a
# product would otherwise be as popular as it is.
PREPARE = """
CREATE TEMP TABLE copies AS
SELECT p.id AS old, nextval(pg_get_serial_sequence('shop_product', 'id')) AS new, n
FROM shop_product p, generate_series(2, {times}) n ORDER BY n, md5(p.id || '.' || n);
CREATE TEMP TABLE copied_variants AS
SELECT v.id AS old, nextval(pg_get_serial_sequence('shop_variant', 'id')) AS new,
  nextval(pg_get_serial_sequence('shop_pool', 'id')) AS pool, c.new AS product, c.n
FROM copies c JOIN shop_variant v ON v.product_id = c.old;
CREATE INDEX ON copies (old);
CREATE INDEX ON copied_variants (old);
ANALYZE copies, copied_variants;
INSERT INTO shop_pool (id, on_hand, held, sold) SELECT pool, 1000, 0, 0 FROM copied_variants
"""
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
            "id": "c.new",
            "sku": "r.sku || '-' || c.n",
            "pool_id": "c.pool",
            "product_id": "c.product",
        },
        copies=VARIANTS,
        given=(),
    ),
    Copied("shop_regularprice", "variant_id", {"variant_id": "c.new"}, copies=VARIANTS),
    Copied(
        "shop_pricespan", "variant_id", {"variant_id": "c.new", "deal_id": "NULL"}, copies=VARIANTS
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
# Written row by row, an index of words would take longer than all the rest.
SLOW_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
WHERE i.indrelid = %s::regclass AND a.amname = 'gin'
"""
COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND column_name <> ALL(%s)
"""


def enlarge(address: str, products: int) -> None:
    """Copy the products of a database until there are so many, or the next hundred above."""
    with psycopg.connect(address) as connection:
        there = connection.execute("SELECT count(*) FROM shop_product").fetchone()[0]
        times = max(1, -(-products // there))
        # Identifiers are ours or the catalogue's, and `times` is a whole number.
        for statement in PREPARE.format(times=times).split(";"):
            connection.execute(statement)
        # No index can be made while a row still waits to be checked.
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            found = connection.execute(COLUMNS, [table.table, list(table.given)])
            statement = _statement(table, [name for (name,) in found])
            indexes = connection.execute(SLOW_INDEXES, [table.table]).fetchall()
            for name, _ in indexes:
                connection.execute(f"DROP INDEX {name}")
            connection.execute(statement)
            for _, definition in indexes:
                connection.execute(definition)


def tidy(address: str) -> None:
    """Do at once what the server would do in the background while we measure."""
    with psycopg.connect(address, autocommit=True) as connection:
        for command in TIDY:
            connection.execute(command)


def _statement(table: Copied, columns: list[str]) -> str:
    values = (table.said.get(name, f"r.{name}") for name in columns)
    return f"""
      INSERT INTO {table.table} ({", ".join(columns)}) SELECT {", ".join(values)}
      FROM {table.copies} c JOIN {table.table} r ON r.{table.key} = c.old
    """  # noqa: S608
