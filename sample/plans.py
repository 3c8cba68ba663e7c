"""What a festival of the sample is to hold, as values; ``flagship`` works them out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sample.sheets import moment_in


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """A window in which deals run. Hours are wall time in the zone; 24 ends the day."""

    key: str
    kind: str
    label: str
    zone: str
    start_day: int
    start_hour: int
    end_day: int
    end_hour: int
    hold_minutes: int | None
    names: Mapping[str, str]

    def window(self, loaded_on: date) -> tuple[datetime, datetime]:
        """Return its half-open time, in the festival's zone."""
        return (
            moment_in(self.zone, loaded_on, self.start_day, self.start_hour),
            moment_in(self.zone, loaded_on, self.end_day, self.end_hour),
        )


@dataclass(frozen=True, slots=True)
class NominationPlan:
    """One product in one slot.

    ``allotments`` are units by variant SKU (per session for an outing); a variant that is sold
    out is not in it. ``subsidy`` is cents per unit, paid by the organizer.
    """

    sku: str
    slot: str
    percent: int
    allotments: Mapping[str, int]
    per_shopper: int | None
    subsidy: int


@dataclass(frozen=True, slots=True)
class PromotionPlan:
    """One benefit on the whole order.

    ``value`` is whole percent for the kind *percent*, else cents; all other sums are cents.
    Days are midnights, from and to.
    """

    key: str
    title: str
    titles: Mapping[str, str]
    group: str
    kind: str
    trigger: str
    value: int
    organizer_share: int
    use_days: tuple[int, int]
    claim_days: tuple[int, int] | None = None
    code: str = ""
    every: int | None = None
    max_steps: int | None = None
    min_spend: int = 0
    cap: int | None = None
    max_claims: int | None = None
    max_uses: int | None = None
    per_shopper: int | None = None
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class EarlierPrice:
    """What a variant cost, in cents, from its listing until the midnight so many days ago."""

    sku: str
    variant: str
    days_ago: int
    price: int


@dataclass(frozen=True, slots=True)
class EntryRules:
    """What the festival asks of every nomination."""

    min_percent_off: int
    min_allotment: int
    must_beat_prior_price: bool


@dataclass(frozen=True, slots=True)
class FlagshipPlan:
    """All that the flagship festival needs beside its copy. The first slot is the whole one."""

    festival: str
    rules: EntryRules
    listed_days_ago: int
    slots: tuple[SlotPlan, ...]
    nominations: tuple[NominationPlan, ...]
    promotions: tuple[PromotionPlan, ...]
    earlier_prices: tuple[EarlierPrice, ...]
