"""Picks from a database what the measured pages show."""

from dataclasses import dataclass

import psycopg

from tools.bench import words
from tools.bench.flash_sale import UNITS
from tools.bench.words import Words

PLENTY = 1_000_000
PRODUCTS = """
SELECT slug FROM shop_listing WHERE kind = 'goods' ORDER BY popularity DESC, product_id LIMIT 4
"""
STORES = "SELECT slug FROM shop_merchant WHERE kind = 'goods' ORDER BY id LIMIT 4"
MIDDLE = """
SELECT popularity, product_id FROM shop_listing ORDER BY popularity DESC, product_id
OFFSET (SELECT count(*) / 2 FROM shop_listing) LIMIT 1
"""
COUNTRY = """
SELECT country FROM shop_listing GROUP BY country ORDER BY count(*) DESC, country LIMIT 1
"""
# One of each store, and none whose price turns when its allotment is sold.
VARIANTS = """
SELECT DISTINCT ON (p.merchant_id) v.id, v.pool_id
FROM shop_variant v JOIN shop_product p ON p.id = v.product_id
WHERE p.kind = 'goods' AND v.units_per_item = 1
  AND NOT EXISTS (SELECT 1 FROM shop_deal d WHERE d.variant_id = v.id)
ORDER BY p.merchant_id, v.id LIMIT 21
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is visited and bought: slugs, the place in the middle of the list, ids of variants.

    Of the scarce variant there are ``flash_sale.UNITS``, of the others as many as one likes.
    There are no ``words`` where a shop has not all kinds of them.
    """

    product_id: int
    products: list[str]
    stores: list[str]
    middle: str
    country: str
    variants: list[int]
    scarce: int
    words: Words | None


def choose(address: str) -> Choice:
    """Choose, and set how many units of the chosen variants there are."""
    with psycopg.connect(address) as connection:
        rows = connection.execute(VARIANTS).fetchall()
        scarce, variants = rows[0], rows[1:]
        stock = "UPDATE shop_pool SET on_hand = %s + held + sold WHERE id = ANY(%s)"
        connection.execute(stock, [PLENTY, [pool for _, pool in variants]])
        connection.execute(stock, [UNITS, [scarce[1]]])
        key, product = connection.execute(MIDDLE).fetchone()
        return Choice(
            product_id=product,
            products=[slug for (slug,) in connection.execute(PRODUCTS)],
            stores=[slug for (slug,) in connection.execute(STORES)],
            middle=f"{key}.{product}",
            country=connection.execute(COUNTRY).fetchone()[0],
            variants=[variant for variant, _ in variants],
            scarce=scarce[0],
            words=words.pick(connection),
        )


def promised(address: str, variant: int) -> int:
    """Return how many units of a variant are held or sold."""
    with psycopg.connect(address) as connection:
        found = connection.execute(
            "SELECT q.held + q.sold FROM shop_pool q JOIN shop_variant v ON v.pool_id = q.id"
            " WHERE v.id = %s",
            [variant],
        )
        return found.fetchone()[0]
