"""Ranks the products that a search finds: the work does not grow with the catalogue.

The most bought products are the front of the shop, those that come next its floor: fixed numbers of
them, each with an index of its own. What is found in the front fills a page most of the time. Only
if it does not, or further down, the floor is looked at, and then the rest, of each a fixed number
too.
"""

from __future__ import annotations

from shop.festivals.models.prices import in_force_sql

PAGE = 24
MOST_RANKED = 400  # of the floor, and of the rest
FEW_BEHIND = 500  # of a shop with no more behind its front all is looked at

# From here on keys are of the floor, and from twice as much of the front, with all that is searched
# for in a good place: what comes from behind is never before these, so that they can be shown
# without looking there.
GOOD = 100_000_000_000_000_000
# Then come the weights of the parts that fit, each up to twice as heavy by where its words stand
# and how often; whether all parts fit; whether there are units left; and how much was bought.
ALL_PARTS, WEIGHT = 2_000_000_000, 10_000_000_000
KEY = f"""(
  CASE WHEN (l.is_front OR l.is_floor) AND t.words @@ %(query)s::tsquery
         AND t.words @@ %(strong)s::tsquery
       THEN CASE WHEN l.is_front THEN 2 ELSE 1 END ELSE 0 END * {GOOD}
  + coalesce((
      SELECT sum(u.weight * (100 + 100 * ts_rank('{{0.05, 0.05, 1, 1}}', t.words, u.query)))
      FROM units u WHERE t.words @@ u.query), 0)::bigint * {WEIGHT}
  + (t.words @@ %(parts)s::tsquery)::int * {ALL_PARTS}
  + l.is_available::int * 1000000000 + least(l.popularity, 999999999)
)"""  # noqa: S608 (constants only)
UNITS = """units AS MATERIALIZED (
  SELECT u.query::tsquery AS query, u.weight
  FROM unnest(%(units)s::text[], %(weights)s::int[]) AS u (query, weight)),"""
# The price of each listing that was found is looked up: joined plainly, the planner may read all
# prices of a large shop for a thousand listings.
PRICED = f"""shop_listing l CROSS JOIN LATERAL (
    SELECT * FROM shop_productspan s WHERE s.product_id = l.product_id
      AND {in_force_sql("s")} OFFSET 0) AS s"""  # noqa: S608 (constants only)
# A listing's words lie apart from its row: they are fetched once, and not for each comparison.
WORDED = "{priced} CROSS JOIN LATERAL (SELECT l.text || ''::tsvector AS words OFFSET 0) AS t"
FRONT = """
  SELECT l.product_id, {key} AS key
  FROM {worded}
  WHERE l.is_front AND {where}"""
FURTHER = """
  SELECT l.product_id, {key} AS key
  FROM {worded}
  WHERE {tier} AND {where}
    AND ({short} OR (SELECT n FROM behind) <= {few}) LIMIT {most}"""
FLOOR, REST = "l.is_floor", "NOT l.is_front AND NOT l.is_floor"
IS_SHORT = "(SELECT count(*) FROM {hits} AS hits WHERE key >= {good} AND {range}) <= {page}"
IN_FRONT, ON_FLOOR = "front", "(SELECT * FROM front UNION ALL SELECT * FROM floor)"
PLACE_IS_BEHIND = "%(place_key)s < {good}"
# How many stand behind the front, and of them behind the floor: more than a few are not counted.
BEHIND = f"""
  SELECT deep, deep + (
    SELECT count(*) FROM (
      SELECT 1 FROM shop_listing l WHERE l.is_floor AND l.popularity >= 0 LIMIT {{few}} + 1
    ) AS some_of_them) AS n
  FROM (SELECT count(*) AS deep FROM (
    SELECT 1 FROM shop_listing l WHERE {REST} LIMIT {{few}} + 1) AS some_of_them) AS counted"""  # noqa: S608
STATEMENT = """
  WITH {asked} {units} behind AS ({behind}), front AS MATERIALIZED ({front}),
  floor AS MATERIALIZED ({floor}), rest AS MATERIALIZED ({rest}),
  best AS (
    SELECT * FROM (
      SELECT * FROM front UNION ALL SELECT * FROM floor UNION ALL SELECT * FROM rest) AS hits
    WHERE {range} ORDER BY key {way}, product_id {id_way} LIMIT {in_all})
  SELECT 0 AS branch, best.key, {columns}
  FROM best JOIN shop_listing l ON l.product_id = best.product_id
  JOIN shop_productspan s ON s.product_id = l.product_id
    AND {in_force}"""
LATER = "(key < %(place_key)s OR (key = %(place_key)s AND product_id > %(place_id)s))"
EARLIER = "(key > %(place_key)s OR (key = %(place_key)s AND product_id < %(place_id)s))"


def fits_all_parts(key: int) -> bool:
    """Tell whether what has a key fits in every part of the search."""
    return key % WEIGHT >= ALL_PARTS


def best_statement(where: str, columns: str, *, asked: str, is_later: bool, is_before: bool) -> str:
    """Return the statement of a page, best first, or of the one before a place backwards.

    Args:
        where: conditions on the listing ``l`` and its span ``s``.
        asked: what they need in a WITH.
        is_later: the page begins after a place.
        is_before: the page ends before a place.
    """
    worded = WORDED.format(priced=PRICED)
    onwards = LATER if is_later else "true"

    def further(tier: str, hits: str, good: int) -> str:
        short = IS_SHORT.format(hits=hits, good=good, page=PAGE, range=onwards)
        return FURTHER.format(
            key=KEY,
            worded=worded,
            tier=tier,
            where=where,
            # What comes before a place was found by the pages before it, here or further behind.
            short=PLACE_IS_BEHIND.format(good=good) if is_before else short,
            few=FEW_BEHIND,
            most=MOST_RANKED,
        )

    return STATEMENT.format(
        asked=f"{asked}," if asked else "",
        units=UNITS,
        behind=BEHIND.format(few=FEW_BEHIND),
        front=FRONT.format(key=KEY, worded=worded, where=where),
        floor=further(FLOOR, IN_FRONT, 2 * GOOD),
        rest=further(REST, ON_FLOOR, GOOD),
        range=EARLIER if is_before else onwards,
        way="ASC" if is_before else "DESC",
        in_force=in_force_sql("s"),
        id_way="DESC" if is_before else "ASC",
        columns=columns,
        in_all=PAGE + 1,
    )
