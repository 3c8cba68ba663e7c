"""Makes many products of few, in bulk: copies with own variants, units, prices and listings.

Deals are not copied: a copy keeps the price that a deal gave, and none of its units.
"""

import psycopg

# Each table's rows are written once for every copy, with its own ids in place of the originals'.
STATEMENTS = """
CREATE TEMP TABLE copies AS
SELECT p.id AS old, nextval(pg_get_serial_sequence('shop_product', 'id')) AS new, n
FROM shop_product p, generate_series(2, %(times)s) n ORDER BY n, p.id;
CREATE TEMP TABLE copied_variants AS
SELECT v.id AS old, nextval(pg_get_serial_sequence('shop_variant', 'id')) AS new,
  nextval(pg_get_serial_sequence('shop_pool', 'id')) AS pool, c.new AS product, c.n
FROM copies c JOIN shop_variant v ON v.product_id = c.old;
CREATE INDEX ON copies (old);
CREATE INDEX ON copied_variants (old);
ANALYZE copies, copied_variants;

INSERT INTO shop_product (id, slug, kind, state, title, titles, summary, description, materials,
  origin, hs_code, option_names, tags, duration_minutes, sessions_per_week, meeting_point,
  published_at, category_id, merchant_id)
SELECT c.new, p.slug || '-' || c.n, kind, state, title || ' ' || c.n, titles, summary, description,
  materials, origin, hs_code, option_names, tags, duration_minutes, sessions_per_week,
  meeting_point, published_at - c.n * interval '1 minute', category_id, merchant_id
FROM copies c JOIN shop_product p ON p.id = c.old;

INSERT INTO shop_productpicture (product_id, picture_id, position)
SELECT c.new, r.picture_id, r.position
FROM copies c JOIN shop_productpicture r ON r.product_id = c.old;

INSERT INTO shop_participation (festival_id, product_id)
SELECT r.festival_id, c.new FROM copies c JOIN shop_participation r ON r.product_id = c.old;

INSERT INTO shop_pool (id, on_hand, held, sold) SELECT pool, 1000, 0, 0 FROM copied_variants;

INSERT INTO shop_variant (id, sku, options, position, weight_g, units_per_item, is_active,
  listed_at, session_start, session_zone, sales_close, pool_id, product_id)
SELECT c.new, v.sku || '-' || c.n, options, position, weight_g, units_per_item, is_active,
  listed_at, session_start, session_zone, sales_close, c.pool, c.product
FROM copied_variants c JOIN shop_variant v ON v.id = c.old;

INSERT INTO shop_regularprice (variant_id, amount, starts_at)
SELECT c.new, r.amount, r.starts_at
FROM copied_variants c JOIN shop_regularprice r ON r.variant_id = c.old;

INSERT INTO shop_pricespan (variant_id, starts_at, ends_at, regular, price, prior_price, percent)
SELECT c.new, starts_at, ends_at, regular, price, prior_price, percent
FROM copied_variants c JOIN shop_pricespan s ON s.variant_id = c.old;

INSERT INTO shop_productspan (product_id, starts_at, ends_at, price, highest, prior_price, percent)
SELECT c.new, starts_at, ends_at, price, highest, prior_price, percent
FROM copies c JOIN shop_productspan s ON s.product_id = c.old;

INSERT INTO shop_listing (product_id, slug, kind, title, titles, summary, merchant_id, store_slug,
  store, city, country, category, top_category, picture, festivals, is_available, popularity,
  rating, rating_count, published_at, text, is_front)
SELECT c.new, l.slug || '-' || c.n, kind, title || ' ' || c.n, titles, summary, merchant_id,
  store_slug, store, city, country, category, top_category, picture, festivals, true,
  c.new * 7919 % 1000, rating, rating_count, published_at - c.n * interval '1 minute', text,
  false
FROM copies c JOIN shop_listing l ON l.product_id = c.old;

UPDATE shop_listingcell SET listings = listings * %(times)s;
UPDATE shop_searchword SET listings = listings * %(times)s;
"""
TIDY = ("VACUUM", "ANALYZE")


def enlarge(address: str, products: int) -> None:
    """Copy the products of a database until there are so many, or the next hundred above."""
    with psycopg.connect(address) as connection:
        there = connection.execute("SELECT count(*) FROM shop_product").fetchone()[0]
        times = max(1, -(-products // there))
        for statement in filter(str.strip, STATEMENTS.split(";")):
            # Identifiers are ours and `times` is a whole number.
            connection.execute(statement.replace("%(times)s", str(times)))
    tidy(address)


def tidy(address: str) -> None:
    """Do at once what the server would do in the background while we measure."""
    with psycopg.connect(address, autocommit=True) as connection:
        for command in TIDY:
            connection.execute(command)
