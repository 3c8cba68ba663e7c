"""Links that are shared: those of stores and of the programme, with what they brought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods
from wagtail.admin.widgets.button import HeaderButton

from cms.dashboard.confirm import Act, perform
from cms.dashboard.listing import ChoiceFilter, ListFilters, ListView, WordsFilter
from cms.dashboard.permissions import needs
from cms.dashboard.screens import Trail, button, show
from cms.dashboard.tables import (
    QUIET,
    Column,
    NumberColumn,
    WhenColumn,
    joined,
    link,
    small,
    status,
)
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.fields import LineField
from shop.core.spreadsheets.tables import sheet
from shop.festivals.models import Festival
from shop.merchant.share_kits.results import LinkSums, results_of
from shop.people.accounts.requests import SignedIn
from shop.storefront.share_links import links
from shop.storefront.share_links.models import ShareLink

LIST, TITLE = "desk:share-links", "Links"
SEES, CHANGES = "view_festival", "change_festival"
MOST = 5_000  # rows of a sheet
OWNERS = [("own", "Of the programme"), ("store", "Of stores")]
HEAD = ("Link", "Name", "Leads to", "Store", "Festival", "Visits", "Carts", "Orders", "Stopped")
type Row = tuple[ShareLink, LinkSums]


def of_owner(rows: QuerySet[ShareLink], _name: str, owner: str) -> QuerySet[ShareLink]:
    """Keep the links of the programme, or those of stores."""
    return rows.filter(merchant__isnull=owner == "own")


def of_festival(rows: QuerySet[ShareLink], _name: str, festival: str) -> QuerySet[ShareLink]:
    """Keep the links of a festival, and those of the stores that take part in it."""
    if not festival.isdecimal():
        return rows.none()
    taking = Q(merchant__enrolments__festival=festival, merchant__enrolments__state="accepted")
    return rows.filter(Q(festival=festival) | taking).distinct()


class LinkFilters(ListFilters):
    """Whose links, of which festival, and by words."""

    words = WordsFilter("Name, code or store", "name", "code", "merchant__name")
    owner = ChoiceFilter("Whose", OWNERS, every="All", method=of_owner)
    festival = ChoiceFilter("Festival", every="All", method=of_festival)

    class Meta:
        model = ShareLink
        fields = ("words", "owner", "festival")


class LinksView(ListView):
    """All links, the newest first; the sheet holds the same."""

    needed = SEES
    queryset = ShareLink.objects.select_related("merchant", "product", "festival")
    default_ordering = ("-pk",)
    filterset_class = LinkFilters
    page_title = TITLE
    header_icon = "link"
    table_label = TITLE
    none = "No link yet. Stores make theirs under Share; make those of the programme here."
    about = (
        "What came by each link in twelve weeks. Nobody is followed: visits and carts are sums by "
        "day, and an order counts once it is paid, for the link that was opened last within the "
        "days that the settings say. One that was called off does not count; one that was returned "
        "does."
    )

    def get_choices(self) -> dict[str, Any]:
        """Return the festivals that can be chosen."""
        rows = Festival.objects.order_by("-starts_at").values_list("pk", "title")[:100]
        return {"festival": [(str(pk), title) for pk, title in rows]}

    def rows_of(self, found: Sequence[ShareLink]) -> list[Row]:
        """Return the links with what they brought."""
        rows = list(found)
        results = results_of(rows, at=self.at)
        return [(row, results.by_link[row.pk]) for row in rows]

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Lead to the sheet, and those who may to a new link."""
        query = self.filters.query if self.filters else ""
        found = [button("Download CSV", f"?{query}&export=csv", "download")]
        if self.may(CHANGES):
            found.append(button("Make a link", reverse("desk:share-link-add"), "plus"))
        return found

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            Column("Link", _named), Column("Leads to", _target),
            Column("Whose", lambda row: row[0].merchant or "Programme"),
            Column("Festival", lambda row: row[0].festival or ""),
            NumberColumn("Visits", lambda row: row[1].visits),
            NumberColumn("Carts", lambda row: row[1].carts),
            NumberColumn("Orders", lambda row: row[1].orders),
            WhenColumn("Made", lambda row: row[0].made_at, "j M Y"),
            Column("Do", self.acts_of, "desk-acts"),
        ]  # fmt: skip

    def acts_of(self, row: Row) -> SafeString | str:
        """Return what those who may can do with a link."""
        if not self.may(CHANGES):
            return ""
        found, _brought = row
        first = ("Count again", "go-on") if found.stopped_at else ("Stop", "stop")
        return joined(" ", (
            link(word, reverse("desk:share-link-act", args=[found.pk, what]), class_=QUIET,
                 aria_label=f"{word}: {found}")
            for word, what in (first, ("Remove", "remove"))
        ))  # fmt: skip

    def get(self, request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the list, or give it away as a sheet."""
        if request.GET.get("export") != "csv":
            return super().get(request, *args, **kwargs)
        rows = list(self.get_queryset()[:MOST])
        return sheet("links", "csv", {TITLE: (HEAD, map(_line, self.rows_of(rows)))})


class OwnLinkForm(forms.Form):
    """A link of the programme."""

    fields: dict[str, Any]

    name = LineField(max_length=60, help_text="Where it stands: radio, newsletter, the bus.")
    path = LineField(
        label="Leads to", max_length=200, initial="/",
        help_text="The address of a page of this shop, such as /products/?festival=1. Each "
        "reader gets it in the own language.",
    )  # fmt: skip
    festival: Any = forms.ModelChoiceField(
        Festival.objects.order_by("-starts_at"), required=False, empty_label="None",
        help_text="For whose figures it is counted.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGES)
def add(request: SignedIn) -> HttpResponse:
    """Make a link of the programme."""
    form = OwnLinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        at = clock.moment_of(request)
        try:
            made = links.make_own(
                told["path"], told["name"], told["festival"], at=at, by=request.user
            )
        except ShopError as refusal:
            form.add_error("path", str(refusal))
        else:
            messages.success(request, f"Made: {links.address_of(made)}")
            return redirect(LIST)
    return show(
        request, "form.html", "New link", trail=_trail(), icon="link", form=form, save="Make it",
        status=422 if form.errors else 200,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGES)
def act(request: SignedIn, pk: int, what: str) -> HttpResponse:
    """Stop a link, let it go on, or remove it, once that is confirmed."""
    found = get_object_or_404(ShareLink, pk=pk)
    at, by = clock.moment_of(request), request.user

    def stop(_answers: dict[str, Any]) -> str:
        links.stop(found, at=at, by=by)
        return "Stopped."

    def go_on(_answers: dict[str, Any]) -> str:
        links.go_on(found, at=at, by=by)
        return "It counts again."

    def remove(_answers: dict[str, Any]) -> str:
        links.remove(found, at=at, by=by)
        return "Removed."

    acts = {
        "stop": Act(f"Stop {found}", "Stop it",
                    ["It still leads to its page, and counts no more."], stop),
        "go-on": Act(f"Count {found} again", "Count again",
                     ["Visits are counted from now on."], go_on),
        "remove": Act(f"Remove {found}", "Remove it",
                      ["Its address leads nowhere any more, on posters too.",
                       "What it counted is gone. Orders stay as they are."], remove,
                      is_grave=True),
    }  # fmt: skip
    if what not in acts:
        raise Http404
    return perform(request, acts[what], back=reverse(LIST), trail=_trail())


def _trail() -> Trail:
    return [(reverse(LIST), TITLE)]


def _named(row: Row) -> SafeString:
    found, _brought = row
    name = joined(" ", (found, status("stopped", "critical"))) if found.stopped_at else str(found)
    return small(name, links.shown_address(found))


def _target(row: Row) -> str:
    found, _brought = row
    return str(found.product or found.path or found.merchant)


def _line(row: Row) -> tuple[Any, ...]:
    found, brought = row
    return (
        links.address_of(found), str(found), _target(row), str(found.merchant or ""),
        str(found.festival or ""), brought.visits, brought.carts, brought.orders,
        found.stopped_at.date() if found.stopped_at else "",
    )  # fmt: skip
