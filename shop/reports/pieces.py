"""The statement that adds paid orders and refunds to a festival's tallies, piece by piece.

A piece is one line, one benefit on a line or parcel, or one line of a refund, with everything that
it can be added up by. A line counts for the festival whose deal or list its product is in; a
benefit counts for the festival that gives it.
"""

# The first paid order from its e-mail address; of two at one instant the one placed first.
FIRST = """NOT EXISTS (
  SELECT 1 FROM shop_order p WHERE p.state = 'paid' AND p.email_key = o.email_key
    AND (p.paid_at, p.id) < (o.paid_at, o.id))"""

PIECES = """
WITH sale AS (
  SELECT o.id, o.paid_at, c.country, m.is_new
  FROM shop_countedorder m JOIN shop_order o ON o.id = m.order_id
  JOIN shop_contact c ON c.id = o.contact_id WHERE m.order_id = ANY(%(orders)s)),
piece AS (
  SELECT 'sale' AS what, l.festival_id, s.id AS order_id, s.paid_at AS at, s.country, s.is_new,
    sub.merchant_id, l.product_id, l.deal_id, d.slot_id, NULL::bigint AS promotion_id, l.fund_id,
    l.quantity AS units, l.paid, l.commission, l.funded AS funded,
    greatest((l.regular - l.price) * l.quantity + l.reduced - l.subsidy, 0) AS by_merchant,
    l.subsidy AS given
  FROM sale s JOIN shop_orderline l ON l.order_id = s.id
  JOIN shop_suborder sub ON sub.id = l.suborder_id LEFT JOIN shop_deal d ON d.id = l.deal_id
  WHERE l.festival_id IS NOT NULL
  UNION ALL
  SELECT 'benefit', p.festival_id, s.id, s.paid_at, s.country, s.is_new,
    sub.merchant_id, l.product_id, d.id, d.slot_id, x.promotion_id, x.fund_id,
    coalesce(l.quantity, 0), coalesce(l.paid, 0), 0, 0, x.merchant_part, x.organizer_part
  FROM sale s JOIN shop_discount x ON x.order_id = s.id
  JOIN shop_promotion p ON p.id = x.promotion_id LEFT JOIN shop_orderline l ON l.id = x.line_id
  LEFT JOIN shop_deal d ON d.id = l.deal_id AND l.festival_id = p.festival_id
  JOIN shop_suborder sub ON sub.id = coalesce(x.suborder_id, l.suborder_id)
  UNION ALL
  SELECT 'refund', l.festival_id, f.order_id, f.at, c.country, false,
    sub.merchant_id, l.product_id, l.deal_id, d.slot_id, NULL, NULL,
    r.quantity, r.paid, r.commission, r.funded, 0, 0
  FROM shop_refund f JOIN shop_refundline r ON r.refund_id = f.id
  JOIN shop_orderline l ON l.id = r.line_id JOIN shop_suborder sub ON sub.id = l.suborder_id
  JOIN shop_order o ON o.id = f.order_id JOIN shop_contact c ON c.id = o.contact_id
  LEFT JOIN shop_deal d ON d.id = l.deal_id
  WHERE f.id = ANY(%(refunds)s) AND l.festival_id IS NOT NULL
  UNION ALL
  SELECT 'returned', p.festival_id, f.order_id, f.at, NULL, false,
    NULL, NULL, NULL, NULL, x.promotion_id, NULL, r.quantity, r.paid, r.commission, r.funded, 0, 0
  FROM shop_refund f JOIN shop_refundline r ON r.refund_id = f.id
  JOIN shop_discount x ON x.line_id = r.line_id JOIN shop_promotion p ON p.id = x.promotion_id
  WHERE f.id = ANY(%(refunds)s))
"""

# What went back of a benefit's lines counts for the benefit alone: as goods it stands there once.
# A slot without a key is whatever has no deal of the festival, delivery included: so slots add up.
EXPANDED = """
SELECT festival_id, k.kind, k.key,
  count(DISTINCT order_id) FILTER (WHERE what IN ('sale', 'benefit')) AS orders,
  coalesce(sum(units) FILTER (WHERE counts), 0) AS units,
  coalesce(sum(paid) FILTER (WHERE counts), 0) AS paid,
  coalesce(sum(commission) FILTER (WHERE what = 'sale'), 0) AS commission,
  coalesce(sum(by_merchant), 0) AS by_merchant,
  coalesce(sum(given) FILTER (WHERE fund_id IS NULL), 0) AS by_organizer,
  coalesce(sum(given) FILTER (WHERE fund_id IS NOT NULL), 0) AS by_funds,
  coalesce(sum(units) FILTER (WHERE went_back), 0) AS refunded_units,
  coalesce(sum(paid) FILTER (WHERE went_back), 0) AS refunded,
  coalesce(sum(funded) FILTER (WHERE went_back), 0) AS refunded_funded,
  coalesce(sum(commission) FILTER (WHERE went_back), 0) AS refunded_commission,
  count(DISTINCT order_id) FILTER (WHERE is_new) AS new_shoppers
FROM piece CROSS JOIN LATERAL (VALUES
  ('total', CASE WHEN what <> 'returned' THEN '' END),
  ('minute', CASE WHEN what <> 'returned'
    THEN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI') END),
  ('country', country),
  ('slot', CASE WHEN what <> 'returned' THEN coalesce(slot_id::text, '') END),
  ('merchant', merchant_id::text), ('product', product_id::text), ('deal', deal_id::text),
  ('promotion', promotion_id::text), ('fund', fund_id::text)) AS k(kind, key)
CROSS JOIN LATERAL (SELECT
  what = 'sale' OR (what = 'benefit' AND k.kind = 'promotion') AS counts,
  what IN ('refund', 'returned') AS went_back) AS flags
WHERE k.key IS NOT NULL GROUP BY festival_id, k.kind, k.key
"""
