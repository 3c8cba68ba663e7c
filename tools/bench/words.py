"""Picks the words that are searched for: of the same kinds however large the shop is."""

from dataclasses import dataclass

import psycopg

SEARCH = "coffee"
"""The word of the front, if there is a page of it."""
NOTHING = "qvxzkj wqzzxv"
PAGE = 24

IN_FRONT = "SELECT count(*) FROM shop_listing WHERE is_front AND text @@ %s::tsquery"
COMMON = """
SELECT word FROM shop_searchword WHERE word ~ '^[a-z]{4,}$' ORDER BY titles DESC, word LIMIT 20
"""
# Nobody has bought what has it; where everything is in the front, it is one of the rarest there.
RARE = """
SELECT k.word FROM shop_searchword k WHERE k.titles > 0 AND k.word ~ '^[a-z]{5,}$'
ORDER BY EXISTS (SELECT 1 FROM shop_listing l WHERE l.is_front AND l.text @@ k.word::tsquery),
  k.listings, k.word LIMIT 1
"""
SECOND = """
SELECT w.lexeme FROM shop_listing l, unnest(l.text) w
WHERE l.is_front AND l.text @@ %(query)s::tsquery AND 'A' = ANY(w.weights)
  AND w.lexeme ~ '^[a-z]{4,}$' AND NOT starts_with(w.lexeme, %(word)s)
GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
"""
COUNTRY = """
SELECT country FROM shop_listing WHERE is_front AND text @@ %s::tsquery
GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Words:
    """What is searched for.

    A page or more of the most bought products has ``front`` in title, store or tags, some of them
    ``second`` in their titles beside it, and most of them come from ``country``. ``rare`` is in
    the titles of a few products, none of which is among the most bought.
    """

    front: str
    second: str
    country: str
    rare: str

    @property
    def begun(self) -> str:
        """The front word, half typed."""
        return self.front[:3]


def pick(connection: psycopg.Connection) -> Words | None:
    """Pick the words; none where there are not all kinds, or the shop keeps no front."""
    try:
        with connection.transaction():
            return _picked(connection)
    except (psycopg.Error, LookupError):  # an earlier commit's database
        return None


def _picked(connection: psycopg.Connection) -> Words:
    front = _front(connection)
    query = f"{front}:AB"
    return Words(
        front=front,
        second=_one(connection, SECOND, {"query": query, "word": front}),
        country=_one(connection, COUNTRY, [query]),
        rare=_one(connection, RARE, None),
    )


def _front(connection: psycopg.Connection) -> str:
    common = [word for (word,) in connection.execute(COMMON)]
    for word in (SEARCH, *common):
        if connection.execute(IN_FRONT, [f"{word}:AB"]).fetchone()[0] >= PAGE:
            return word
    raise LookupError


def _one(connection: psycopg.Connection, statement: str, values: object) -> str:
    row = connection.execute(statement, values).fetchone()
    if row is None:
        raise LookupError
    return row[0]
