"""How far a festival has come, and what is missing before it can be published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from shop.catalogue.models import Product
from shop.festivals.models import Enrolment, Festival, Nomination, Participation, Slot
from shop.festivals.walltime import is_moved
from shop.merchants.models import Merchant


@dataclass(frozen=True, slots=True)
class Target:
    """A figure on its way to what was planned."""

    label: str
    count: int
    target: int

    @property
    def percent(self) -> int:
        """Return how far it is, at most 100."""
        return min(100, self.count * 100 // self.target) if self.target else 100


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is missing; a blocker keeps the festival from being published."""

    text: str
    is_blocker: bool
    code: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """The whole board."""

    targets: tuple[Target, ...]
    enrolments: dict[str, int]
    nominations: dict[str, int]
    countries: tuple[tuple[str, int], ...]
    countries_missing: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def blockers(self) -> tuple[Finding, ...]:
        """Return what keeps it from being published."""
        return tuple(finding for finding in self.findings if finding.is_blocker)


def readiness(festival: Festival, *, at: datetime) -> Readiness:
    """Return the board of a festival. Seven statements, however large it is."""
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
    every = set(
        Merchant.objects.filter(state=Merchant.State.APPROVED)
        .values_list("country", flat=True)
        .distinct()
        .order_by()
    )
    products = Participation.objects.filter(
        festival=festival, product__state=Product.State.PUBLISHED
    ).count()
    slots = list(
        festival.slots.annotate(
            approved=Count("nominations", Q(nominations__state=Nomination.State.APPROVED))
        ).order_by("starts_at")
    )
    stores = enrolments[Enrolment.State.ACCEPTED]
    return Readiness(
        targets=(
            Target("Stores", stores, festival.target_stores),
            Target("Products", products, festival.target_products),
            Target("Countries", len(countries), festival.target_countries),
        ),
        enrolments=dict(enrolments),
        nominations=dict(nominations),
        countries=countries,
        countries_missing=tuple(sorted(every - {code for code, _ in countries})),
        findings=tuple(_findings(festival, slots, stores, nominations, at=at)),
    )


def _findings(
    festival: Festival, slots: list[Slot], stores: int, nominations: Counter, *, at: datetime
) -> Iterator[Finding]:
    if festival.starts_at <= at and festival.state == Festival.State.DRAFT:
        yield Finding("Its start has passed. Move it before publishing.", True, "past")
    if not stores:
        yield Finding("No store takes part yet.", True, "stores")
    for slot in slots:
        if not slot.approved:
            yield Finding(f"“{slot.label}” has no approved deal.", slot.kind == "whole", "slot")
    waiting = nominations[Nomination.State.SUBMITTED]
    if waiting:
        text = "1 nomination waits" if waiting == 1 else f"{waiting} nominations wait"
        yield Finding(f"{text} for a decision.", False, "waiting")
    yield from _words_missing(festival)
    yield from moved(festival, slots)


def _words_missing(festival: Festival) -> Iterator[Finding]:
    if not festival.texts.get("en", {}).get("tagline"):
        yield Finding("It has no line under its title yet.", False, "words")


def moved(festival: Festival, slots: list[Slot]) -> Iterator[Finding]:
    """Say which typed times would mean another instant by today's rules of the zone.

    A country may change its clock after a festival was planned. Nothing moves by itself.
    """
    rows = [("The festival", row) for row in (festival,)] + [(f"“{s.label}”", s) for s in slots]
    for name, row in rows:
        for end in ("starts", "ends"):
            kept, at = getattr(row, f"{end}_wall"), getattr(row, f"{end}_at")
            if is_moved(kept, festival.zone, at):
                text = (
                    f"{name} {end} at {at:%Y-%m-%d %H:%M} UTC. The rules of {festival.zone}"
                    f" changed: {kept} there is another instant now. Check it and type it again."
                )
                yield Finding(text, False, "zone")
