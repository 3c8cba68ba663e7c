"""The public result of a festival that is over: chosen by the organizer, no person in it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from shop.core.errors import NotPossible
from shop.festivals.changelog import log
from shop.festivals.models import Festival
from shop.festivals.prices.spans import mark_change
from shop.people.accounts.models import User
from shop.reports.models import PublicResult
from shop.reports.report import Figures, report

# A smaller number could tell of single people; it is not shown.
LEAST = 5
MOST_NAMES = 10
PARTS = {
    "stores": "Stores that took part",
    "products": "Products that took part",
    "countries": "Countries of the stores, with how many stores",
    "units": "Units sold, and countries they went to",
    "top": "The ten stores that sold most units, by name",
}


@transaction.atomic
def publish_result(
    festival: Festival, parts: Collection[str], *, at: datetime, by: User
) -> PublicResult:
    """Show parts of the result to everybody, as the figures stand now.

    Raises:
        NotPossible: it is not over, was never public, or nothing was chosen.
    """
    chosen = [name for name in PARTS if name in parts]
    if festival.state not in Festival.SHOWN:
        raise NotPossible("Only the result of a published festival can be shown.")
    if at < festival.ends_at:
        raise NotPossible("It is not over yet. Its result can be shown after its end.")
    if not chosen:
        raise NotPossible("Choose what is shown.")
    facts = {"is_shown": True, "shows": chosen, "at": at, "by": by,
             "figures": public_figures(report(festival, at=at))}  # fmt: skip
    result, _made = PublicResult.objects.update_or_create(festival=festival, defaults=facts)
    mark_change("festival result shown", at=at)
    log(festival, "show_result", at=at, by=by, festival=festival, after={"parts": chosen})
    return result


@transaction.atomic
def hide_result(festival: Festival, *, at: datetime, by: User) -> None:
    """Take the result off the shop again.

    Raises:
        NotPossible: it is not shown.
    """
    shown = PublicResult.objects.filter(festival=festival, is_shown=True)
    if not shown.update(is_shown=False):
        raise NotPossible("Its result is not shown.")
    mark_change("festival result hidden", at=at)
    log(festival, "hide_result", at=at, by=by, festival=festival)


def public_figures(figures: Figures) -> dict[str, Any]:
    """Return the figures that may be public: no amount of money, no number below five.

    A number that is too small is None; of countries and stores below five units nothing is left.
    """
    evidence = figures["evidence"]
    units = _net(figures["total"])
    went_to = [row for row in figures["countries"] if _net(row) >= LEAST]
    best = sorted(figures["merchants"], key=lambda row: (-_net(row), row["name"]))
    top = [row for row in best if _net(row) >= LEAST][:MOST_NAMES]
    return {
        "stores": _enough(len(evidence["stores"])),
        "products": _enough(len(evidence["products"])),
        "countries": [[row["key"], _enough(row["stores"])] for row in evidence["countries"]],
        "units": _enough(units),
        "went_to": [row["key"] for row in went_to],
        "top": [[row["name"], row["country"], _net(row)] for row in top],
    }


def _net(row: Figures) -> int:
    return max(0, row["units"] - row["refunded_units"])


def _enough(count: int) -> int | None:
    return count if count >= LEAST else None
