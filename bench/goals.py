"""What the shop sets out to reach, and whether a run has reached it."""

from bench.pages import ADDING, CHECKOUT

CHEAPER = {"list": 20, "product": 5, "search": 10, ADDING: 5, CHECKOUT: 5}
"""So many times less CPU than django-oscar takes for the same."""

GROWTH = {"list": 1.3, "search": 1.3}
"""At most so many times the CPU that it takes with the sample's 1,000 products."""


def of_cheaper(name: str, ratio: float | None) -> str:
    """Return whether a page is as many times cheaper as it should be, in words."""
    goal = CHEAPER.get(name)
    return _words(goal, ratio, is_met=goal and ratio and ratio >= goal, bound="at least")


def of_growth(name: str, ratio: float | None) -> str:
    """Return whether a page grows no more than it may, in words."""
    goal = GROWTH.get(name)
    return _words(goal, ratio, is_met=goal and ratio and ratio <= goal, bound="at most")


def _words(goal: float | None, ratio: float | None, *, is_met: object, bound: str) -> str:
    if goal is None or ratio is None:
        return ""
    return f"{bound} {goal:g}: {'met' if is_met else '**not met**'}"
