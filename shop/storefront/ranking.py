"""Puts what a search finds in order: the work does not grow with the catalogue.

The most bought products are the front of the shop, a fixed number of them with an index of its
own. What is found there fills a page most of the time. Only if it does not, or further down, the
rest is looked at, and of it a fixed number too.
"""

from __future__ import annotations

PAGE = 24
MOST_RANKED = 1_000  # of those behind the front
FEW_BEHIND = 500  # of a shop with no more behind its front all is looked at

# From here on keys are of the front, with all that is searched for, and in a good place: what comes
# from behind the front is never before these, so that they can be shown without looking there.
GOOD = 100_000_000_000_000_000
# Then come the weights of the parts that fit; words in the title, then in the store or the tags,
# then in a text; the front; weight; whether there are units left; and how much was bought.
COVERED = 10_000_000_000_000
KEY = f"""(
  CASE WHEN l.is_front AND l.text @@ %(query)s::tsquery AND l.text @@ %(strong)s::tsquery
       THEN {GOOD} ELSE 0 END
  + coalesce((SELECT sum(u.weight) FROM units u WHERE l.text @@ u.query), 0)::bigint * {COVERED}
  + ((CASE WHEN l.text @@ %(titled)s::tsquery THEN 400
        WHEN l.text @@ %(strong)s::tsquery THEN 200 ELSE 0 END
   + CASE WHEN l.is_front THEN 100 ELSE 0 END
   + least(99, (ts_rank('{{0.02, 0.1, 0.4, 1}}', l.text, %(own)s::tsquery) * 50)::int)
  )::bigint * 2 + l.is_available::int) * 1000000000 + least(l.popularity, 999999999)
)"""  # noqa: S608 (constants only)
UNITS = """units AS MATERIALIZED (
  SELECT u.query::tsquery AS query, u.weight
  FROM unnest(%(units)s::text[], %(weights)s::int[]) AS u (query, weight)),"""
# The price of each listing that was found is looked up: joined plainly, the planner may read all
# prices of a large shop for a thousand listings.
PRICED = """shop_listing l CROSS JOIN LATERAL (
    SELECT * FROM shop_productspan s WHERE s.product_id = l.product_id
      AND s.starts_at <= %(at)s AND s.ends_at > %(at)s OFFSET 0) AS s"""
FRONT = """
  SELECT l.product_id, {key} AS key
  FROM {priced}
  WHERE l.is_front AND {where}"""
REST = """
  SELECT l.product_id, {key} AS key
  FROM {priced}
  WHERE NOT l.is_front AND {where}
    AND ({enough} OR (SELECT n FROM behind) <= {few}) LIMIT {most}"""
FRONT_IS_SHORT = "(SELECT count(*) FROM front WHERE key >= {good} AND {range}) <= %(page)s"
PLACE_IS_BEHIND = f"%(place_key)s < {GOOD}"
BEHIND = """
  SELECT count(*) AS n
  FROM (SELECT 1 FROM shop_listing WHERE NOT is_front LIMIT {few} + 1) AS hits"""
STATEMENT = """
  WITH {units} behind AS ({behind}), front AS MATERIALIZED ({front}), rest AS MATERIALIZED ({rest}),
  best AS (
    SELECT * FROM (SELECT * FROM front UNION ALL SELECT * FROM rest) AS hits
    WHERE {range} ORDER BY key {way}, product_id {id_way} LIMIT %(in_all)s)
  SELECT 0 AS branch, best.key, {columns}
  FROM best JOIN shop_listing l ON l.product_id = best.product_id
  JOIN shop_productspan s ON s.product_id = l.product_id
    AND s.starts_at <= %(at)s AND s.ends_at > %(at)s"""
LATER = "(key < %(place_key)s OR (key = %(place_key)s AND product_id > %(place_id)s))"
EARLIER = "(key > %(place_key)s OR (key = %(place_key)s AND product_id < %(place_id)s))"


def best_statement(where: str, columns: str, *, is_later: bool, is_before: bool) -> str:
    """Return the statement of a page, best first, or of the one before a place backwards.

    Args:
        where: conditions on the listing ``l`` and its span ``s``.
        is_later: the page begins after a place.
        is_before: the page ends before a place.
    """
    # What comes before a place was found by the pages before it, in the front or behind.
    short = FRONT_IS_SHORT.format(good=GOOD, range=LATER if is_later else "true")
    enough = PLACE_IS_BEHIND if is_before else short
    return STATEMENT.format(
        units=UNITS,
        behind=BEHIND.format(few=FEW_BEHIND),
        front=FRONT.format(key=KEY, priced=PRICED, where=where),
        rest=REST.format(
            key=KEY,
            priced=PRICED,
            where=where,
            enough=enough,
            few=FEW_BEHIND,
            most=MOST_RANKED,
        ),
        range=LATER if is_later else EARLIER if is_before else "true",
        way="ASC" if is_before else "DESC",
        id_way="DESC" if is_before else "ASC",
        columns=columns,
    )
