"""Which nominations a reviewer looks at: filters, order, pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, OrderBy, Q, QuerySet
from django.http import HttpRequest

from cms.admin.nominations.review import checks_of
from cms.admin.screens import query_of
from shop.accounts.models import User
from shop.catalogue.models import Category
from shop.delivery.names import country_name
from shop.festivals.models import Enrolment, Festival, Nomination
from shop.festivals.nominations.approve import refusals_of
from shop.merchants.own_stores import OwnStore, is_own

PAGE = 50
MOST = 1_000  # rows whose warnings are looked for at once
SOME = 200
STATES = (
    ("submitted", "Waiting"), ("approved", "Approved"), ("changes_requested", "Changes asked for"),
    ("rejected", "Rejected"), ("withdrawn", "Withdrawn"),
)  # fmt: skip
SORTS: dict[str, tuple[str, tuple[str | OrderBy, ...]]] = {
    "": ("First come", ("pk",)),
    "new": ("Last submitted", ("-submitted_at", "-pk")),
    "store": ("Store", ("product__merchant__name", "pk")),
    "product": ("Product", ("product__title", "pk")),
    "percent": ("Percent off", (F("percent").desc(nulls_last=True), "pk")),
}
WARNINGS = (("", "With and without"), ("without", "Without"), ("with", "With"))
NAMES = ("state", "slot", "country", "category", "q", "warnings", "sort")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the address asks for; what cannot be understood is left out."""

    state: str = "submitted"
    slot: str = ""
    country: str = ""
    category: str = ""
    q: str = ""
    warnings: str = ""
    sort: str = ""
    page: int = 1

    @property
    def query(self) -> str:
        """Return the filters as the query of an address, without the page."""
        return query_of(self, NAMES)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The nominations of one page; ``clean`` are those of the whole filter without warning.

    ``refused`` says by id what keeps one from being approved together with the others.
    """

    rows: list[Nomination]
    clean: list[Nomination]
    has_next: bool
    refused: Mapping[int, str] = field(default_factory=dict)


def asked_of(request: HttpRequest) -> QueueFilter:
    """Return what the address asks for."""
    told = {name: request.GET.get(name, "").replace("\0", "").strip()[:80] for name in NAMES}
    page = request.GET.get("page", "")
    told["state"] = told["state"] or "submitted"
    is_slot = told["slot"].isascii() and told["slot"].isdecimal() and len(told["slot"]) < 19
    told["slot"] = told["slot"] if is_slot else ""
    told["sort"] = told["sort"] if told["sort"] in SORTS else ""
    is_page = page.isascii() and page.isdecimal() and len(page) < 5
    return QueueFilter(**told, page=max(1, int(page)) if is_page else 1)


def of(festival: Festival) -> QuerySet[Nomination]:
    """Return the nominations of a festival with all that is said about them."""
    rows = Nomination.objects.filter(slot__festival=festival)
    return rows.select_related(
        "slot__festival", "product__merchant", "product__category", "enrolment__festival",
        "reviewer", "fund", "wanted",
    )  # fmt: skip


def filtered(festival: Festival, asked: QueueFilter) -> QuerySet[Nomination]:
    """Return the nominations that filters ask for, in their order."""
    rows = of(festival).filter(state=asked.state)
    if asked.slot:
        rows = rows.filter(slot=int(asked.slot))
    if asked.country:
        rows = rows.filter(product__merchant__country=asked.country)
    if asked.category:
        path = asked.category
        below = Q(product__category__path__startswith=f"{path}/")
        rows = rows.filter(Q(product__category__path=path) | below)
    if asked.q:
        words = Q(product__title__icontains=asked.q)
        rows = rows.filter(words | Q(product__merchant__name__icontains=asked.q))
    return rows.order_by(*SORTS[asked.sort][1])


def find(festival: Festival, asked: QueueFilter, *, by: User, at: datetime) -> QueuePage:
    """Return a page of nominations. Warnings are looked for among the first thousand.

    What is clean is judged together, so that as many are approved as the button says; those of
    ``by``'s own stores take no place of others.
    """
    rows = filtered(festival, asked)
    first = (asked.page - 1) * PAGE
    if asked.warnings not in ("with", "without"):
        page = list(rows[first : first + PAGE + 1])
        return QueuePage(page[:PAGE], [], len(page) > PAGE)
    found = list(rows.annotate(is_own=is_own("product__merchant", by=by))[:MOST])
    unclean = _unclean(found, at=at)
    refused = {}
    if asked.state == Nomination.State.SUBMITTED:
        refused = refusals_of([row for row in found if row.pk not in unclean], at=at)
    told = {pk: str(why) for pk, why in refused.items() if not isinstance(why, OwnStore)}
    is_without = asked.warnings == "without"
    kept = [row for row in found if (row.pk in unclean or row.pk in told) != is_without]
    rows_here = kept[first : first + PAGE]
    return QueuePage(rows_here, kept if is_without else [], len(kept) > first + PAGE, told)


def choices(festival: Festival) -> dict[str, object]:
    """Return what the filters offer. Three statements."""
    taking = festival.enrolments.filter(state=Enrolment.State.ACCEPTED)
    codes = taking.order_by().values_list("merchant__country", flat=True).distinct()
    return {
        "states": STATES,
        "slots": festival.slots.order_by("starts_at"),
        "countries": sorted(((c, country_name(c, "en")) for c in codes), key=lambda pair: pair[1]),
        "categories": [(row.path, row.name) for row in Category.objects.order_by("path")],
        "sorts": [(value, name) for value, (name, _order) in SORTS.items()],
        "warnings": WARNINGS,
    }


def _unclean(rows: list[Nomination], *, at: datetime) -> set[int]:
    """Return the ids of those with a problem or a warning of their own."""
    found = set()
    for first in range(0, len(rows), SOME):
        some = rows[first : first + SOME]
        checks = zip(some, checks_of(some, at=at), strict=True)
        found |= {row.pk for row, check in checks if not check.is_clean}
    return found
