"""Changes the rules of tax: each stands in the change log, and no order that was placed moves."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from shop.accounts.models import User
from shop.delivery.models import TaxRule
from shop.errors import NotPossible, StaleState
from shop.festivals.changelog import log, refuse_if_changed
from shop.locks import lock


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
    for name, value in asdict(facts).items():
        setattr(now, name, value)
    try:
        now.full_clean()
        with transaction.atomic():
            now.save()
    except ValidationError as wrong:
        raise NotPossible(" ".join(wrong.messages)) from None
    except IntegrityError:
        raise NotPossible("There is a rule for these countries and this value.") from None
    log(now, "change" if rule else "create", at=at, by=by, festival=None,
        before=before, after=facts.told | {"label": str(now)})  # fmt: skip
    return now


@transaction.atomic
def remove_rule(rule: TaxRule, *, at: datetime, by: User) -> None:
    """Remove a rule.

    Raises:
        StaleState: somebody else has removed it.
    """
    now = next(iter(lock(TaxRule.objects.filter(pk=rule.pk))), None)
    if now is None:
        raise StaleState
    told = TaxRuleFacts.of(now).told | {"label": str(now)}
    log(now, "remove", at=at, by=by, festival=None, before=told)
    TaxRule.objects.filter(pk=now.pk).delete()
