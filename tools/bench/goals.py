"""What the shop sets out to reach, and whether a run has reached it."""

from tools.bench import desks, searches

GROWTH = {
    "list": 1.3,
    "product": 1.3,
    "search": 1.3,
    **dict.fromkeys(searches.NAMES, 2),
    searches.SUGGEST: 1.3,
    searches.SUGGEST_RARE: 1.3,
    **dict.fromkeys(desks.NAMES, 2),
}
"""At most so many times the CPU that it takes with the sample's 1,000 products."""

WORK, AT_ONCE = 2, 0.05
"""At most so many times as long as in the smallest shop; what takes so few seconds is done at once.

Work grows with what has changed, not with the shop.
"""

MOST_READ = {
    "home": 30_000,
    "list": 5_000,
    "list, half-way down": 5_000,
    "list, filtered": 5_000,
    "list, of a price": 20_000,
    "product": 5_000,
    "store": 5_000,
    "search": 25_000,
    searches.RARE: 25_000,
    searches.TWO: 25_000,
    searches.COUNTRY: 25_000,
    searches.NONE: 15_000,
    searches.SUGGEST: 5_000,
    searches.SUGGEST_RARE: 5_000,
    desks.PRODUCTS: 10_000,
    desks.FOUND: 50_000,
    desks.STORES: 2_000,
    desks.STORES_FOUND: 2_000,
    desks.OWN: 5_000,
    desks.OWN_FOUND: 50_000,
    desks.ORDERS: 2_000,
}
"""Rows that a page's statements may look at, however large the shop is.

What words find at a desk is looked up whole, since an index of letters knows no order.
"""


def of_growth(name: str, ratio: float | None) -> str:
    """Return whether a page grows no more than it may, in words."""
    goal = GROWTH.get(name)
    return _words(goal, ratio, is_met=goal and ratio and ratio <= goal, bound="at most")


def of_work(ratio: float | None, *, seconds: float) -> str:
    """Return whether work grows no more than it may with the shop, in words."""
    is_met = ratio and (ratio <= WORK or seconds <= AT_ONCE)
    return _words(WORK, ratio, is_met=is_met, bound="at most")


def _words(goal: float | None, ratio: float | None, *, is_met: object, bound: str) -> str:
    if goal is None or ratio is None:
        return ""
    return f"{bound} {goal:g}: {'met' if is_met else '**not met**'}"
