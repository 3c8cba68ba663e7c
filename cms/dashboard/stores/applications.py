"""Applications of new stores: the queue, and what is known of each beside what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from cms.dashboard.listing import ChoiceFilter, Choices, ListFilters, ListView, WordsFilter
from cms.dashboard.tables import BREAK, Column, joined, link, moment, small, status
from shop.catalogue.delivery.names import country_name
from shop.core.spreadsheets.tables import Cell, streamed
from shop.merchant.applications.models import Application
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Membership, Merchant

State = Application.State
QUEUE = "desk:applications"
COLUMNS: dict[str, Callable[[Application], Cell]] = {
    "number": lambda row: row.number, "state": lambda row: row.state,
    "business": lambda row: row.business, "sells": lambda row: row.sells,
    "country": lambda row: row.country, "town": lambda row: row.city,
    "name": lambda row: row.name, "mail": lambda row: row.email, "phone": lambda row: row.phone,
    "begun": lambda row: row.begun_at, "sent": lambda row: row.sent_at,
    "decided": lambda row: row.decided_at,
}  # fmt: skip
HEADS, CELLS = tuple(COLUMNS), tuple(COLUMNS.values())
TRAIL = "Applications"


class ApplicationFilters(ListFilters):
    state = ChoiceFilter("State", [(one.value, one.label) for one in Application.SEEN],
                         required=True)  # fmt: skip
    country = ChoiceFilter("Country", every="All")
    q = WordsFilter("Business, name or address", "business", "name", "email", most=60)


class ApplicationsView(ListView):
    """The applications, the one that waits longest first."""

    needed = "change_merchant"
    filterset_class = ApplicationFilters
    usual: Mapping[str, str] = {"state": State.SENT}
    default_ordering = ("sent_at", "pk")
    page_title = TRAIL
    table_label = "Applications"
    header_icon = "group"
    none, none_fits = "Nobody waits for an answer.", "Nothing fits this filter."

    def get(self, request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Return the list, or what it holds as CSV, without papers and what was said."""
        if request.GET.get("export") == "csv":
            rows = self.get_queryset().iterator()
            name = f"applications-{self.at:%Y-%m-%d}"
            return streamed(name, (HEADS, ([value(row) for value in CELLS] for row in rows)))
        return super().get(request, *args, **kwargs)

    @property
    def about(self) -> SafeString:
        """Return what the list is, and where it is taken away."""
        return format_html(
            "Who wants to sell here. Each is promised an answer within five working days; while "
            "you wait for one of theirs, an application stands under Asked. "
            '<a href="?{}&amp;export=csv">Take it away as CSV</a>.',
            self.filters.query,
        )

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list; what is late is told by the day of the request."""
        today = self.at.date()
        return [
            Column("Business", lambda row: small(
                link(row.business, reverse("desk:application", args=[row.pk])), row.number
            )),
            Column("Country", lambda row: country_name(row.country, "en")),
            Column("Waits since", lambda row: joined(
                BREAK, (moment(row.sent_at), timesince(row.sent_at, self.at, depth=1))
            )),
            Column("Promised by", lambda row: promised(row, today)),
            Column("Taken by", lambda row: row.taken_by.name if row.taken_by else ""),
        ]  # fmt: skip

    def get_choices(self) -> dict[str, Choices]:
        """Return the countries from which somebody has applied."""
        codes = seen().order_by().values_list("country", flat=True).distinct()
        return {"country": sorted(((code, country_name(code, "en")) for code in codes),
                                  key=lambda pair: pair[1])}  # fmt: skip

    def get_base_queryset(self) -> QuerySet[Application]:
        """Return the applications that were ever sent."""
        return seen().select_related("taken_by")


def seen() -> QuerySet[Application]:
    """Return the applications that organizers read."""
    return Application.objects.filter(state__in=Application.SEEN)


def promised(row: Application, today: date) -> SafeString | str:
    """Return the day by which an applicant hears, marked where it is over."""
    if row.answer_by is None or row.state != State.SENT:
        return ""
    said = f"{row.answer_by:%-d %b %Y}"
    return joined(" ", (said, status("late", "critical"))) if row.answer_by < today else said


def findings(row: Application) -> Iterator[tuple[bool, str]]:
    """Yield what the shop itself finds: whether it is fine, and a sentence. Three statements."""
    yield row.proved_at is not None, f"The mail of {row.email} is read."
    others = seen().exclude(pk=row.pk)
    same = Q(email=row.email) | Q(business__iexact=row.business)
    for name in ("registration", "tax_number"):
        if value := getattr(row, name):
            same |= Q(**{f"{name}__iexact": value})
    names = [f"{one.business} ({one.number})" for one in others.filter(same).order_by("pk")[:5]]
    yield not names, (
        f"Another application has the same name, address or number: {', '.join(names)}."
        if names else "No other application has this name, address or number."
    )  # fmt: skip
    stores = Merchant.objects.filter(
        Q(name__iexact=row.business)
        | (Q(tax_number__iexact=row.tax_number) if row.tax_number else Q(pk=None))
        | Q(
            Exists(
                Membership.objects.filter(merchant=OuterRef("pk"), user__email__iexact=row.email)
            )
        )
    ).exclude(application=row)
    known = list(stores.order_by("name").values_list("name", flat=True)[:5])
    yield not known, (
        f"A store has this name, number or member already: {', '.join(known)}."
        if known else "No store has this name, number or member."
    )  # fmt: skip
    refused = sum(bool(paper.refused) for paper in row.papers.all())
    yield (
        not refused,
        (f"{refused} of its papers cannot be read." if refused else "No paper was sent back."),
    )
