"""The holdings of an order: the sum of its frozen lines, by counter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class HeldLine(Protocol):
    """A frozen line as holdings see it: an order's line."""

    quantity: int
    deal_id: int | None
    pool_id: int
    pool_units: int
    is_set_aside: bool


class HeldDiscount(Protocol):
    """A frozen benefit as holdings see it: an order's discount row."""

    promotion_id: int
    claim_id: int | None
    amount: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """Units and amounts by row id.

    ``everyday`` are the pool units that no allotment covers; ``promotions`` maps to the amount,
    each being used once; ``shopper_id`` is the mailbox that owns the usage counters.
    """

    pools: Mapping[int, int] = field(default_factory=dict)
    everyday: Mapping[int, int] = field(default_factory=dict)
    deals: Mapping[int, int] = field(default_factory=dict)
    promotions: Mapping[int, int] = field(default_factory=dict)
    claims: frozenset[int] = frozenset()
    shopper_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the holdings as JSON data, which a cart can keep."""
        return {
            "pools": _keyed(self.pools),
            "everyday": _keyed(self.everyday),
            "deals": _keyed(self.deals),
            "promotions": _keyed(self.promotions),
            "claims": sorted(self.claims),
            "shopper": self.shopper_id,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Holdings:
        """Return the holdings that ``as_json`` wrote; empty ones for an empty mapping."""
        if not kept:
            return cls()
        counters = [
            {int(key): value for key, value in kept[name].items()}
            for name in ("pools", "everyday", "deals", "promotions")
        ]
        pools, everyday, deals, promotions = counters
        claims = frozenset(kept["claims"])
        return cls(pools, everyday, deals, promotions, claims, kept["shopper"])


def holdings_of(
    lines: Iterable[HeldLine], discounts: Iterable[HeldDiscount], *, shopper_id: int | None
) -> Holdings:
    """Add up the units, amounts and claims that frozen lines and discounts hold."""
    pools: dict[int, int] = {}
    everyday: dict[int, int] = {}
    deals: dict[int, int] = {}
    for line in lines:
        _add(pools, line.pool_id, line.pool_units)
        if not line.is_set_aside:
            _add(everyday, line.pool_id, line.pool_units)
        if line.deal_id is not None:
            _add(deals, line.deal_id, line.quantity)
    promotions: dict[int, int] = {}
    claims: set[int] = set()
    for discount in discounts:
        _add(promotions, discount.promotion_id, discount.amount)
        if discount.claim_id is not None:
            claims.add(discount.claim_id)
    return Holdings(pools, everyday, deals, promotions, frozenset(claims), shopper_id)


def _add(counter: dict[int, int], key: int, amount: int) -> None:
    counter[key] = counter.get(key, 0) + amount


def _keyed(counter: Mapping[int, int]) -> dict[str, int]:
    return {str(key): value for key, value in counter.items()}
