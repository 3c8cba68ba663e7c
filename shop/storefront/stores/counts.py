"""How many products a store has, for a statement that shows it beside other things."""

MOST = 500  # are counted; of more it is known what was counted within the last minute

OF_STORE = f"""(
  SELECT CASE WHEN few.n <= {MOST} THEN few.n ELSE greatest(few.n, (
    SELECT coalesce(sum(c.listings), 0) FROM shop_listingcell c WHERE c.merchant_id = {{id}})) END
  FROM (
    SELECT count(*) AS n
    FROM (SELECT 1 FROM shop_listing l WHERE l.merchant_id = {{id}} LIMIT {MOST + 1}) AS counted
  ) AS few)"""  # noqa: S608 (constants only)
