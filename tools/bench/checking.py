"""Holds what was sold in an opening against the prices and allotments of its instants."""

from collections.abc import Sequence

import psycopg

# A line at a deal's price: the deal ran when the order was placed. One at the regular price: none
# ran, or the units that were set aside for it were gone by then.
WRONG = """
SELECT * FROM (
  SELECT l.id, o.placed_at, l.price, d.value, d.effective_from, l.regular,
         d.id IS NOT NULL, own.id, own.effective_from, own.allotment
  FROM shop_orderline l JOIN shop_order o ON o.id = l.order_id
  LEFT JOIN shop_deal d ON d.id = l.deal_id
  LEFT JOIN shop_deal own ON own.variant_id = l.variant_id AND own.state = 'approved'
  WHERE o.placed_at >= to_timestamp(%s) - interval '1 minute'
) AS line (line, placed, price, deal_price, deal_from, regular, has_deal, own, own_from, allotment)
WHERE (has_deal AND (price <> deal_price OR placed < deal_from))
   OR (NOT has_deal AND price <> regular)
   OR (NOT has_deal AND placed >= own_from AND allotment >
       (SELECT coalesce(sum(b.quantity), 0) FROM shop_orderline b JOIN shop_order p
          ON p.id = b.order_id
        WHERE b.deal_id = own AND p.placed_at <= placed + interval '2 seconds'))
"""
OVERSOLD = """
SELECT d.id, d.held + d.sold, d.allotment, lines.units
FROM shop_deal d LEFT JOIN (
  SELECT l.deal_id, sum(l.quantity) AS units FROM shop_orderline l
  JOIN shop_order o ON o.id = l.order_id WHERE o.state IN ('pending', 'paid') GROUP BY 1
) AS lines ON lines.deal_id = d.id
WHERE d.held + d.sold > d.allotment OR d.held + d.sold <> coalesce(lines.units, 0)
"""
CLOSED = """
SELECT min(c.starts_at) FROM shop_closure c JOIN shop_deal d ON d.id = c.deal_id
JOIN shop_variant v ON v.id = d.variant_id JOIN shop_product p ON p.id = v.product_id
WHERE p.slug = %s AND c.reason = 'sold_out'
"""


def prices_wrong(address: str, since: float) -> list[str]:
    """Say which lines of orders do not have the price of the instant at which they were placed.

    Args:
        since: seconds since 1970; orders before it are no business of this opening.
    """
    with psycopg.connect(address) as connection:
        rows = connection.execute(WRONG, [since]).fetchall()
    return [f"line {row[0]} was sold at {row[2]} at {row[1]}" for row in rows]


def sold_too_often(address: str) -> list[str]:
    """Say which deals sold more than was set aside, or count otherwise than their orders."""
    with psycopg.connect(address) as connection:
        rows = connection.execute(OVERSOLD).fetchall()
    return [f"deal {row[0]}: {row[1]} of {row[2]} are gone, orders say {row[3]}" for row in rows]


def shown_too_long(address: str, seen: Sequence[tuple[str, float]]) -> list[str]:
    """Say which pages showed the regular price though the deal had begun and was not sold out.

    Args:
        seen: products' slugs, and when their page came, in seconds since 1970.
    """
    with psycopg.connect(address) as connection:
        closed = {
            slug: connection.execute(CLOSED, [slug]).fetchone()[0] for slug in {s for s, _ in seen}
        }
    late = [
        (slug, at) for slug, at in seen if not closed[slug] or at < closed[slug].timestamp() - 0.001
    ]
    return [f"{slug} showed its regular price at {at:.2f}" for slug, at in late]
