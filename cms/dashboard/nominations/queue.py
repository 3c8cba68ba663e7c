"""Which nominations a reviewer looks at: filters, order, pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OrderBy, Q, QuerySet

from cms.dashboard.listing import ChoiceFilter, Choices, ListFilters, WordsFilter, all_of
from cms.dashboard.nominations.review import checks_of
from shop.catalogue.delivery.names import country_name
from shop.catalogue.models import Category
from shop.festivals.models import Enrolment, Festival, Nomination
from shop.festivals.nominations.approve import refusals_of
from shop.people.accounts.models import User
from shop.people.merchants.own_stores import OwnStore, is_own

MOST = 1_000  # rows whose warnings are looked for at once
SOME = 200
STATES = (
    ("submitted", "Waiting"), ("approved", "Approved"), ("changes_requested", "Changes asked for"),
    ("rejected", "Rejected"), ("withdrawn", "Withdrawn"),
)  # fmt: skip
SORTS: dict[str, tuple[str, tuple[str | OrderBy, ...]]] = {
    "new": ("Last submitted", ("-submitted_at", "-pk")),
    "store": ("Store", ("product__merchant__name", "pk")),
    "product": ("Product", ("product__title", "pk")),
    "percent": ("Percent off", (F("percent").desc(nulls_last=True), "pk")),
}
WARNINGS = (("without", "Without"), ("with", "With"))


class QueueFilters(ListFilters):
    state = ChoiceFilter("State", STATES, required=True)
    slot = ChoiceFilter("Slot", every="All")
    country = ChoiceFilter("Country", every="All", field_name="product__merchant__country")
    category = ChoiceFilter("Category", every="All", method="within")
    q = WordsFilter("Product or store", "product__title", "product__merchant__name", most=60)
    warnings = ChoiceFilter("Warnings", WARNINGS, every="With and without", method=all_of)
    sort = ChoiceFilter(
        "Order", [(value, name) for value, (name, _order) in SORTS.items()], every="First come",
        method=lambda rows, _name, sort: rows.order_by(*SORTS[sort][1]),
    )  # fmt: skip

    def within(self, rows: QuerySet[Nomination], _name: str, path: str) -> QuerySet[Nomination]:
        """Keep the products of a category and of those below it."""
        below = Q(product__category__path__startswith=f"{path}/")
        return rows.filter(Q(product__category__path=path) | below)


@dataclass(frozen=True, slots=True)
class Judged:
    """The nominations with warnings, or those without.

    ``refused`` says by id what keeps one from being approved together with the others.
    """

    rows: list[Nomination]
    refused: Mapping[int, str]


def of(festival: Festival) -> QuerySet[Nomination]:
    """Return the nominations of a festival with all that is said about them."""
    rows = Nomination.objects.filter(slot__festival=festival)
    return rows.select_related(
        "slot__festival", "product__merchant", "product__category", "enrolment__festival",
        "reviewer", "fund", "wanted",
    )  # fmt: skip


def judge(
    rows: QuerySet[Nomination], *, state: str, is_without: bool, by: User, at: datetime
) -> Judged:
    """Return those of the first thousand that have a warning, or those that have none.

    What is clean is judged together, so that as many are approved as the button says; those of
    ``by``'s own stores take no place of others.
    """
    found = list(rows.annotate(is_own=is_own("product__merchant", by=by))[:MOST])
    unclean = _unclean(found, at=at)
    refused = {}
    if state == Nomination.State.SUBMITTED:
        refused = refusals_of([row for row in found if row.pk not in unclean], at=at)
    told = {pk: str(why) for pk, why in refused.items() if not isinstance(why, OwnStore)}
    kept = [row for row in found if (row.pk in unclean or row.pk in told) != is_without]
    return Judged(kept, told)


def choices(festival: Festival) -> dict[str, Choices]:
    """Return the choices of the filters. Three statements."""
    taking = festival.enrolments.filter(state=Enrolment.State.ACCEPTED)
    codes = taking.order_by().values_list("merchant__country", flat=True).distinct()
    return {
        "slot": [(str(slot.pk), slot.label) for slot in festival.slots.order_by("starts_at")],
        "country": sorted(((c, country_name(c, "en")) for c in codes), key=lambda pair: pair[1]),
        "category": [(row.path, row.name) for row in Category.objects.order_by("path")],
    }


def _unclean(rows: list[Nomination], *, at: datetime) -> set[int]:
    """Return the ids of those with a problem or a warning of their own."""
    found = set()
    for first in range(0, len(rows), SOME):
        some = rows[first : first + SOME]
        checks = zip(some, checks_of(some, at=at), strict=True)
        found |= {row.pk for row, check in checks if not check.is_clean}
    return found
