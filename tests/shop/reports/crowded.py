"""A festival with very many orders, written by a handful of statements."""

from __future__ import annotations

from django.db import connection

from shop.catalogue.delivery.models import Contact
from shop.festivals.models import Deal, Festival
from tests import make
from tests.make import NOON

ORDERS = 100_000
PENDING = 200
# One order in ten is of this festival; they are spread over the 40 hours before noon.
STATEMENTS = """
INSERT INTO shop_order (uuid, token, state, shopper_key, contact_id, email_key, network_key,
  language, currency, goods, discount, delivery, total, digest, wish, has_verified_email,
  placed_at, pay_by, paid_at)
SELECT gen_random_uuid(), 't', CASE WHEN n <= %(pending)s THEN 'pending' ELSE 'paid' END, 'c' || n,
  %(contact)s, 'e' || n %% 70000, 'net' || n %% 50, 'en', 'USD', 2000, 0, 0, 2000, '', '', false,
  %(at)s::timestamptz - n * interval '1.44 s', %(at)s::timestamptz + interval '20 min',
  CASE WHEN n > %(pending)s THEN %(at)s::timestamptz - n * interval '1.44 s' END
FROM generate_series(1, %(orders)s) n;
INSERT INTO shop_suborder (order_id, merchant_id, state, service, delivery_price, delivery_paid,
  delivery_funded, tax, vat_bp, commission, payout, position)
SELECT id, %(merchant)s, 'waiting', 'parcel', 0, 0, 0, 'export', 0, 0, 2000, 0 FROM shop_order;
INSERT INTO shop_orderline (order_id, suborder_id, position, product_id, variant_id, title, options,
  shown_title, shown_options, sku, picture, quantity, regular, price, paid, funded, commission_bp,
  commission, deal_id,
  festival_id, subsidy, pool_id, pool_units, is_set_aside)
SELECT s.order_id, s.id, 0, %(product)s, %(variant)s, 'Kettle', '{}', '', '{}', 'S', '', 1, 2500,
  2000, 2000,
  0, 0, 0, %(deal)s, CASE WHEN s.order_id %% 10 = 0 THEN %(festival)s ELSE %(other)s END, 0,
  %(pool)s, 1, false FROM shop_suborder s;
INSERT INTO shop_tally (festival_id, kind, key, orders, units, paid, commission, by_merchant,
  by_organizer, by_funds, refunded_units, refunded, refunded_funded, refunded_commission,
  new_shoppers)
SELECT f, kind, key, 7, 7, 14000, 0, 0, 0, 0, 0, 0, 0, 0, 3
FROM unnest(ARRAY[%(festival)s, %(other)s]::bigint[]) f,
  (SELECT 'minute' AS kind, to_char((%(at)s::timestamptz - n * interval '1 min')
     AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI') AS key FROM generate_series(1, 14400) n
   UNION ALL SELECT 'product', n::text FROM generate_series(1, 3000) n
   UNION ALL SELECT 'deal', n::text FROM generate_series(1, 3000) n
   UNION ALL SELECT 'total', '' UNION ALL SELECT 'country', 'CN'
   UNION ALL SELECT 'merchant', %(merchant)s::text) k;
INSERT INTO shop_refused (at, reason)
SELECT %(at)s::timestamptz - n * interval '20 s', 'stock' FROM generate_series(1, 50000) n;
"""
TABLES = ("order", "orderline", "suborder", "tally", "refused", "discount", "contact", "refundline")


def crowded_festival() -> Festival:
    """Return a live festival beside another one, with 100,000 orders between them."""
    festival, other = make.festival(), make.festival()
    variant = make.variant(25_00, on_hand=10**6)
    deal = make.deal(of=variant, during=festival, price=20_00, allotment=500_000)
    Deal.objects.filter(pk=deal.pk).update(held=PENDING // 10)
    contact = Contact.objects.create(
        email="a@example.org", name="A", phone="1", line1="1", city="C", region="R", postcode="1",
        country="CN", made_at=NOON,
    )  # fmt: skip
    known = {
        "orders": ORDERS, "pending": PENDING, "contact": contact.pk, "at": NOON,
        "merchant": variant.product.merchant_id, "product": variant.product_id,
        "variant": variant.pk, "deal": deal.pk, "festival": festival.pk, "other": other.pk,
        "pool": variant.pool_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in STATEMENTS.split(";\n"):
            if statement.strip():
                cursor.execute(statement, known)
        for table in TABLES:
            cursor.execute(f"ANALYZE shop_{table}")
    return festival


def full_scans(sql: str) -> set[str]:
    """Return which tables that grow with orders a statement would read from end to end."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        plan = cursor.fetchone()[0][0]["Plan"]
    return {table for table in _scanned(plan) if table.removeprefix("shop_") in TABLES}


def _scanned(plan: dict) -> set[str]:
    own = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return own.union(*(_scanned(part) for part in plan.get("Plans", ())))
