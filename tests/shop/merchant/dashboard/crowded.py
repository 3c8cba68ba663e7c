"""A store with very many products and orders, beside others, written by a handful of statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tests.make import NOON

MANY = 8_000
# Of 30 products and of seven orders one is the store's own. Every tenth order was never paid, and
# what was paid before the last two days has left. Every fourth of its products is a draft.
STATEMENTS = """
INSERT INTO shop_product (merchant_id, category_id, slug, kind, state, title, titles, summary,
  description, materials, origin, hs_code, tags, terms, option_names, meeting_point, review_note,
  published_at)
SELECT CASE WHEN n % 30 = 0 THEN %(store)s ELSE %(other)s END, %(category)s, 'many-' || n, 'goods',
  CASE WHEN n % 120 = 0 THEN 'draft' ELSE 'published' END, 'Pot ' || md5(n::text), '{}', '', '',
  '{}', '', '', '{}', '{}', '{}', '', '', %(at)s
FROM generate_series(1, %(many)s) n;
INSERT INTO shop_pool (on_hand, held, sold)
SELECT 9 + n % 90, 0, 0 FROM generate_series(1, %(many)s) n;
INSERT INTO shop_variant (product_id, sku, pool_id, weight_g, units_per_item, is_active, options,
  position, session_zone, cancel_reason)
SELECT p.id, 'MANY-' || p.id, (SELECT max(id) FROM shop_pool) - p.id % %(many)s, 1, 1, true,
  '{}', 0, '', '' FROM shop_product p WHERE p.slug LIKE 'many-%%';
INSERT INTO shop_listing (product_id, slug, kind, title, titles, summary, merchant_id, store_slug,
  store, city, country, category, top_category, picture, festivals, is_available, popularity,
  rating_count, published_at, edition, is_front)
SELECT id, slug, kind, title, '{}', '', merchant_id, '', '', '', 'KE', '', '', '{}', '{}', true, id,
  0, %(at)s, 0, false FROM shop_product WHERE slug LIKE 'many-%%' AND state = 'published';
INSERT INTO shop_contact (email, name, phone, line1, line2, city, region, postcode, country,
  made_at)
SELECT '', 'Lin Yue', '', '', '', 'Changsha', '', '', 'CN', %(at)s
FROM generate_series(1, %(many)s);
INSERT INTO shop_order (uuid, token, state, shopper_key, contact_id, email_key, network_key,
  language, currency, goods, discount, delivery, total, digest, wish, has_verified_email,
  placed_at, pay_by, paid_at)
SELECT gen_random_uuid(), 'many', CASE WHEN n % 10 > 0 THEN 'paid' ELSE 'expired' END, 'c' || n,
  (SELECT max(id) FROM shop_contact) - n + 1, 'e' || n, 'net', 'en', 'USD', 2000, 0, 0,
  2000, '', '', false,
  %(at)s::timestamptz - n * interval '30 min', %(at)s,
  CASE WHEN n % 10 > 0 THEN %(at)s::timestamptz - n * interval '30 min' END
FROM generate_series(%(many)s, 1, -1) n;
INSERT INTO shop_suborder (order_id, merchant_id, state, service, delivery_price, delivery_paid,
  delivery_funded, tax, vat_bp, commission, payout, position, ship_by, paid_at)
SELECT id, CASE WHEN id % 7 = 0 THEN %(store)s ELSE %(other)s END,
  CASE WHEN paid_at < %(at)s::timestamptz - interval '50 hours' THEN 'delivered' ELSE 'waiting' END,
  'parcel', 0, 0, 0, 'export', 0, 0, 2000, 0, placed_at + interval '3 days', paid_at
FROM shop_order WHERE token = 'many';
INSERT INTO shop_orderline (order_id, suborder_id, position, product_id, variant_id, title, options,
  shown_title, shown_options, sku, picture, quantity, regular, price, paid, funded, commission_bp,
  commission, subsidy, pool_id, pool_units, is_set_aside)
SELECT s.order_id, s.id, 0, %(product)s, %(variant)s, 'Pot', '{}', '', '{}', 'S', '', 1, 2000, 2000,
  2000, 0, 0, 0, 0, %(pool)s, 1, false FROM shop_suborder s JOIN shop_order o ON o.id = s.order_id
WHERE o.token = 'many'
"""
TABLES = ("product", "variant", "pool", "listing", "order", "suborder", "orderline", "contact")


@contextmanager
def crowded(desk, *, other) -> Iterator[None]:
    """Give a desk's store, and another one, very many products and orders.

    Meanwhile nothing is read from end to end where an index leads to it.
    """
    known = {
        "store": desk.merchant.pk, "other": other.pk, "category": desk.product.category_id,
        "product": desk.product.pk, "variant": desk.variant.pk, "pool": desk.variant.pool_id,
        "at": NOON, "many": MANY,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in STATEMENTS.replace(" % ", " %% ").split(";\n"):
            cursor.execute(statement, known)
        cursor.execute("ANALYZE " + ", ".join(f"shop_{table}" for table in TABLES))
        cursor.execute("SET enable_seqscan = off")  # as where there are more of them
        try:
            yield
        finally:
            cursor.execute("RESET enable_seqscan")
