"""Finds which of many nominations cannot be approved, before anything is written.

What it says may be overtaken at once: the guards under their locks have the last word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from shop.errors import FenceBroken, NotPossible
from shop.festivals.deals import reserved_stock
from shop.festivals.models import Deal, Fund, Nomination
from shop.festivals.nominations.approval_checks import Refused
from shop.festivals.prices.reductions import dearer_nominations, rising_nominations
from shop.festivals.promotions import sponsors
from shop.stock.models import Pool


def sift(
    rows: Sequence[Nomination], deals: Mapping[int, Sequence[Deal]], *, at: datetime
) -> Refused:
    """Return which nominations would be refused, and why. Eight statements at the most.

    What is scarce (money, units) goes to the earlier ones.
    """
    made = [deal for row in rows for deal in deals[row.pk]]
    refused: Refused = {
        pk: NotPossible(text)
        for pk, text in (rising_nominations(made) | dearer_nominations(made, since=at)).items()
    }
    refused |= _short_of_money([row for row in rows if row.pk not in refused], deals)
    left = [row for row in rows if row.pk not in refused]
    return refused | _short_of_units(left, deals, at=at)


def promised(rows: Iterable[Nomination], deals: Mapping[int, Sequence[Deal]]) -> dict[Fund, int]:
    """Return what deals may draw on each fund, in minor units, funds in the order of their ids."""
    found: dict[Fund, int] = defaultdict(int)
    for row in rows:
        if row.fund and (amount := most_drawn(deals[row.pk])):
            found[row.fund] += amount
    return dict(sorted(found.items(), key=lambda pair: pair[0].pk))


def most_drawn(deals: Iterable[Deal]) -> int:
    """Return the subsidy of all units set aside for deals, in minor units."""
    return sum(deal.subsidy * (deal.allotment or 0) for deal in deals)


def _short_of_money(rows: Sequence[Nomination], deals: Mapping[int, Sequence[Deal]]) -> Refused:
    asking = [row for row in rows if row.fund_id]
    known = Fund.objects.in_bulk({row.fund_id for row in asking}) if asking else {}
    refused: Refused = {}
    for row in asking:
        fund, amount = known[row.fund_id], most_drawn(deals[row.pk])
        if fund.committed + amount > fund.amount:
            refused[row.pk] = sponsors.short(fund, amount)
        else:
            fund.committed += amount
    return refused


def _short_of_units(
    rows: Sequence[Nomination], deals: Mapping[int, Sequence[Deal]], *, at: datetime
) -> Refused:
    asked: dict[int, dict[int, int]] = {row.pk: defaultdict(int) for row in rows}
    for row in rows:
        for deal in deals[row.pk]:
            if deal.allotment:
                units = deal.allotment * deal.variant.units_per_item
                asked[row.pk][deal.variant.pool_id] += units
    ids = {pool_id for pools in asked.values() for pool_id in pools}
    if not ids:
        return {}
    waiting = reserved_stock.promised(ids, at=at)
    pools = Pool.objects.in_bulk(ids)
    refused: Refused = {}
    for row in rows:
        after = {pk: waiting.get(pk, 0) + units for pk, units in asked[row.pk].items()}
        broken = [pk for pk, units in after.items() if units > pools[pk].free]
        for pk in broken[:1]:
            pool = pools[pk]
            refused[row.pk] = FenceBroken(after[pk] + pool.held + pool.sold, pool.on_hand)
        if not broken:
            waiting |= after
    return refused
