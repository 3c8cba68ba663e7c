"""Changes the rules of tax: each stands in the change log, and no order that was placed moves."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from shop.catalogue.delivery.models import TaxRule
from shop.festivals.changelog import log, refuse_if_changed
from shop.orders.documents.kept import remove_row, write_row
from shop.people.accounts.models import User


@dataclass(frozen=True, slots=True)
class TaxRuleFacts:
    """What a rule says; empty countries are every country, no value is any value."""

    seller: str
    buyer: str
    up_to: int | None
    treatment: str
    rate_bp: int | None
    source: str
    seen_on: date

    @classmethod
    def of(cls, rule: TaxRule) -> TaxRuleFacts:
        """Return what a rule says."""
        return cls(**{name: getattr(rule, name) for name in cls.__slots__})

    @property
    def told(self) -> dict[str, Any]:
        """Return it as the change log keeps it."""
        return asdict(self) | {"seen_on": self.seen_on.isoformat()}


@transaction.atomic
def keep_rule(
    facts: TaxRuleFacts, rule: TaxRule | None = None, *, seen: int = 0, at: datetime, by: User
) -> TaxRule:
    """Make a rule, or change one: it counts for orders from then on.

    Args:
        seen: the version of the rule that the form showed.

    Raises:
        ChangedMeanwhile: somebody else changed it in between.
        NotPossible: it contradicts itself, or there is one for the same countries and value.
    """
    before, now = {}, TaxRule()
    if rule is not None:
        refuse_if_changed(rule, seen=seen)
        now = TaxRule.objects.get(pk=rule.pk)
        before = TaxRuleFacts.of(now).told
    values = asdict(facts)
    write_row(now, values, twice="There is a rule for these countries and this value.")
    log(now, "change" if rule else "create", at=at, by=by, festival=None,
        before=before, after=facts.told | {"label": str(now)})  # fmt: skip
    return now


def remove_rule(rule: TaxRule, *, at: datetime, by: User) -> None:
    """Remove a rule.

    Raises:
        StaleState: somebody else has removed it.
    """
    remove_row(rule, lambda now: TaxRuleFacts.of(now).told | {"label": str(now)}, at=at, by=by)
