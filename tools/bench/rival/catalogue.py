"""Writes down what the shop sells, for oscar to sell the same."""

from pathlib import Path

import psycopg

# A product's price is the one that is in force now, of its cheapest variant.
STATEMENT = """
SELECT json_build_object(
  'categories', (SELECT json_agg(json_build_array(path, name) ORDER BY path) FROM shop_category),
  'stores', (SELECT json_agg(json_build_array(slug, name) ORDER BY id) FROM shop_merchant),
  'products', (
    SELECT json_agg(json_build_object(
      'title', p.title, 'slug', p.slug, 'description', p.description, 'price', s.price,
      'category', c.path, 'store', m.slug, 'origin', p.origin,
      'material', coalesce(p.materials[1], '')) ORDER BY p.id)
    FROM shop_product p JOIN shop_category c ON c.id = p.category_id
    JOIN shop_merchant m ON m.id = p.merchant_id
    JOIN shop_productspan s ON s.product_id = p.id
      AND s.starts_at <= now() AND s.ends_at > now()))::text
"""


def write_catalogue(database: str, file: Path) -> None:
    """Write the products of a shop's database, with their stores and categories, to a file."""
    with psycopg.connect(database) as connection:
        file.write_text(connection.execute(STATEMENT).fetchone()[0], encoding="utf-8")
