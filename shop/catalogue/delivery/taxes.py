"""Who owes the tax inside a sale, by the rules that organizers keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shop.catalogue.delivery.models import TaxRule

Treatment = TaxRule.Treatment


@dataclass(frozen=True, slots=True)
class KnownRule:
    """A rule as it is read with the catalogue version; ``up_to`` None for any value."""

    seller: str
    buyer: str
    up_to: int | None
    treatment: str
    rate_bp: int | None

    def covers(self, seller: str, buyer: str, value: int) -> bool:
        """Tell whether it speaks of a sale."""
        countries = self.seller in ("", seller) and self.buyer in ("", buyer)
        return countries and (self.up_to is None or value <= self.up_to)

    @property
    def breadth(self) -> tuple[bool, bool, bool, int]:
        """Return how much it speaks of: of two rules the narrower one counts, the buyer first."""
        return not self.buyer, not self.seller, self.up_to is None, self.up_to or 0


@dataclass(frozen=True, slots=True)
class TaxTreatment:
    """How a sale is treated, and the rate inside its price in hundredths of a percent."""

    kind: str
    vat_bp: int


def rules_of(rows: Iterable[Mapping[str, Any]]) -> tuple[KnownRule, ...]:
    """Return rules, the narrowest first."""
    names = KnownRule.__slots__
    rules = (KnownRule(**{name: row[name] for name in names}) for row in rows)
    return tuple(sorted(rules, key=lambda rule: rule.breadth))


def treatment(
    rules: Iterable[KnownRule], *, seller: str, buyer: str, value: int, own_bp: int
) -> TaxTreatment:
    """Return how a sale is treated; without a rule by whether a border is crossed.

    Args:
        rules: the narrowest first.
        value: what the shopper pays for the goods of the store, in minor units.
        own_bp: the store's rate; 0 where it is not registered, and has no tax to put inside.
    """
    found = next((rule for rule in rules if rule.covers(seller, buyer, value)), None)
    if found is None:
        kind = Treatment.DOMESTIC if seller == buyer and own_bp else Treatment.EXPORT
        return TaxTreatment(kind, own_bp if kind == Treatment.DOMESTIC else 0)
    if found.treatment == Treatment.EXPORT:
        return TaxTreatment(found.treatment, 0)
    return TaxTreatment(found.treatment, own_bp if found.rate_bp is None else found.rate_bp)
