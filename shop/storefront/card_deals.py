"""The statement that reads the deals beside the rows of a page of products.

OFFSET keeps deals being looked up by their variants: to guess how many a product has is to read
all deals.
"""

from shop.festivals.models.deals import in_time_sql, left_sql
from shop.festivals.models.prices import in_force_sql

# How much of a product's flash deals is claimed, all its variants together.
FLASH = f"""
  SELECT sum(d.allotment) AS allotment, sum(d.held + d.sold) AS claimed, sum(d.sold) AS sold
  FROM shop_variant v
  CROSS JOIN LATERAL (
    SELECT * FROM shop_deal i
    WHERE i.variant_id = v.id AND i.allotment IS NOT NULL AND {in_time_sql("i")} OFFSET 0
  ) AS d
  JOIN shop_slot t ON t.id = d.slot_id AND t.kind = 'flash'
  JOIN shop_festival f ON f.id = t.festival_id AND f.state = 'published'
  WHERE v.product_id = page.product_id
"""  # noqa: S608 (constants only)

# A list shows the lowest price of a product, which need not be the one of its deal: so the cheapest
# variant with a deal is named, where not all cost the same. Reads nothing for other rows.
BEST = f"""
  SELECT v.options, p.price, p.percent, {left_sql("d")} AS units
  FROM shop_variant v
  CROSS JOIN LATERAL (
    SELECT * FROM shop_pricespan s
    WHERE s.variant_id = v.id AND {in_force_sql("s")} OFFSET 0
  ) AS p
  CROSS JOIN LATERAL (SELECT * FROM shop_deal WHERE id = p.deal_id OFFSET 0) AS d
  WHERE v.product_id = page.product_id AND v.is_active AND page.price <> page.highest
    AND page.kind = 'goods'
  ORDER BY p.price, v.position, v.id LIMIT 1
"""  # noqa: S608 (constants only)

CLAIMED = f"""
WITH page AS ({{page}})
SELECT page.*, coalesce(slot.kind = 'flash', false), flash.allotment, flash.claimed, flash.sold,
  best.options, best.price, best.percent, best.units, deal.kind, deal.value, deal.paid_units
FROM page
LEFT JOIN shop_deal deal ON deal.id = page.deal_id
LEFT JOIN shop_slot slot ON slot.id = deal.slot_id
LEFT JOIN LATERAL ({FLASH}) AS flash ON true
LEFT JOIN LATERAL ({BEST}) AS best ON true
ORDER BY {{order}}
"""  # noqa: S608 (constants only)
