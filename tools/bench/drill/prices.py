"""Holds the prices that pages showed against the deals and closures of their moments."""

from collections import defaultdict
from collections.abc import Sequence

import psycopg

from tools.bench.drill.notes import Sight

SLACK = 5.0
"""Seconds: a closure bears the moment of the request that sold the last unit, or gave it back,
and is seen by others when that request has ended."""
DEALS = """
SELECT p.slug, extract(epoch FROM d.effective_from)::float
FROM shop_deal d JOIN shop_variant v ON v.id = d.variant_id
JOIN shop_product p ON p.id = v.product_id
WHERE d.state = 'approved' AND p.slug = ANY(%s)
"""
CLOSED = """
SELECT p.slug, extract(epoch FROM c.starts_at)::float, extract(epoch FROM c.ends_at)::float
FROM shop_closure c JOIN shop_deal d ON d.id = c.deal_id
JOIN shop_variant v ON v.id = d.variant_id JOIN shop_product p ON p.id = v.product_id
WHERE d.state = 'approved' AND p.slug = ANY(%s)
"""


def sights_wrong(address: str, sights: Sequence[Sight]) -> list[str]:
    """Say which pages showed a price that did not hold at any moment of their being asked for."""
    slugs = sorted({sight.slug for sight in sights})
    with psycopg.connect(address) as connection:
        begins = dict(connection.execute(DEALS, [slugs]).fetchall())
        closed: dict[str, list[tuple[float, float | None]]] = defaultdict(list)
        for slug, start, end in connection.execute(CLOSED, [slugs]).fetchall():
            closed[slug].append((start, end))
    return [
        _said(sight, begins[sight.slug], closed[sight.slug])
        for sight in sights
        if not _is_right(sight, begins[sight.slug], closed[sight.slug])
    ]


def _said(sight: Sight, begins: float, closed: list[tuple[float, float | None]]) -> str:
    what = "its deal" if sight.has_deal else "its regular price"
    times = [(start - begins, end and end - begins) for start, end in closed]
    return (
        f"{sight.slug} showed {what} from {sight.asked - begins:.2f} to"
        f" {sight.answered - begins:.2f} s after its start; closed {times}"
    )


def _is_right(sight: Sight, begins: float, closed: list[tuple[float, float | None]]) -> bool:
    if sight.has_deal:
        return sight.answered >= begins and not any(
            start + SLACK < sight.asked and (end is None or sight.answered < end)
            for start, end in closed
        )
    return sight.asked < begins or any(
        start <= sight.answered and (end is None or sight.asked <= end + SLACK)
        for start, end in closed
    )
