"""The progress of a festival, and the findings to clear before it can be published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from shop.catalogue.models import Product
from shop.core.conditions import under
from shop.festivals.models import Deal, Enrolment, Festival, Nomination, Participation
from shop.festivals.schedule.findings import Finding, findings, with_overrides
from shop.people.merchants.models import Merchant

SINGULAR = {"Stores": "store", "Products": "product", "Countries": "country"}


@dataclass(frozen=True, slots=True)
class Target:
    """A count of stores, products or the like, beside the planned one."""

    label: str
    count: int
    target: int

    @property
    def is_short(self) -> bool:
        """Tell whether the count is below the target."""
        return self.count < self.target

    @property
    def finding(self) -> Finding:
        """Return the sentence on the shortfall; a festival may be smaller than hoped."""
        verb = "takes" if self.target == 1 else "take"
        name = self.label.lower() if self.target != 1 else SINGULAR[self.label]
        text = f"{self.count:,} of {self.target:,} planned {name} {verb} part."
        return Finding(text, False, f"target-{self.label.lower()}")

    @property
    def percent(self) -> int:
        """Return the count in percent of the target, at most 100."""
        return min(100, self.count * 100 // self.target) if self.target else 100


@dataclass(frozen=True, slots=True)
class Readiness:
    """The board of a festival before it is published: targets, counts by state, findings."""

    targets: tuple[Target, ...]
    enrolments: dict[str, int]
    nominations: dict[str, int]
    countries: tuple[tuple[str, int], ...]
    countries_missing: tuple[str, ...]
    findings: tuple[Finding, ...]

    deals: int

    @property
    def blockers(self) -> tuple[Finding, ...]:
        """Return the findings that block publication: neither cleared nor overridden."""
        return tuple(finding for finding in self.findings if finding.blocks)


def readiness(festival: Festival, *, at: datetime, others: Iterable[Finding] = ()) -> Readiness:
    """Return the board of a festival. Sixteen statements, however large it is.

    Args:
        others: what is known to be missing outside the shop, such as words of its page.
    """
    enrolments = Counter(
        dict(festival.enrolments.values_list("state").annotate(n=Count("pk")).order_by())
    )
    nominations = Counter(
        dict(
            Nomination.objects.filter(slot__festival=festival)
            .values_list("state")
            .annotate(n=Count("pk"))
            .order_by()
        )
    )
    accepted = Q(enrolments__festival=festival, enrolments__state=Enrolment.State.ACCEPTED)
    joined = Merchant.objects.filter(accepted)
    countries = tuple(
        joined.values_list("country").annotate(n=Count("pk")).order_by("-n", "country")
    )
    every = set(Merchant.objects.trading().values_list("country", flat=True).distinct().order_by())
    products = Participation.objects.filter(
        under("product", Product.PUBLIC), festival=festival
    ).count()
    slots = list(
        festival.slots.annotate(
            approved=Count("nominations", Q(nominations__state=Nomination.State.APPROVED))
        ).order_by("starts_at")
    )
    stores = enrolments[Enrolment.State.ACCEPTED]
    targets = (
        Target("Stores", stores, festival.target_stores),
        Target("Products", products, festival.target_products),
        Target("Countries", len(countries), festival.target_countries),
    )
    short = [target.finding for target in targets if target.is_short]
    found = [*findings(festival, slots, stores, nominations, at=at), *short, *others]
    return Readiness(
        targets=targets,
        enrolments=dict(enrolments),
        nominations=dict(nominations),
        countries=countries,
        countries_missing=tuple(sorted(every - {code for code, _ in countries})),
        findings=with_overrides(festival, found),
        deals=Deal.objects.filter(slot__festival=festival, state=Deal.State.APPROVED).count(),
    )
