"""Changes of public words and pictures: the waiting ones, before and after, and the decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import linebreaksbr, pluralize
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import get_language_info
from django.views.decorators.http import require_http_methods

from cms.dashboard.festivals.history import lines_about
from cms.dashboard.listing import ChoiceFilter, ListFilters, ListView, WordsFilter
from cms.dashboard.permissions import needs
from cms.dashboard.screens import seen_at, show, words
from cms.dashboard.tables import (
    BREAK,
    NOTHING,
    Column,
    HeadColumn,
    Table,
    element,
    joined,
    link,
    moment,
    status,
)
from shop.catalogue.models import Product
from shop.core import clock
from shop.core.errors import ShopError
from shop.merchant.moderation import decide
from shop.merchant.moderation.compare import differences, pictures
from shop.merchant.moderation.contents import new_rows
from shop.merchant.moderation.models import PendingChange
from shop.people.accounts.requests import SignedIn
from shop.storefront.listings.usual_prices import odd_prices

QUEUE = "desk:pending-changes"
STATES = (("waiting", "Waiting"), ("refused", "Refused"))
KINDS = (("product", "Products"), ("store", "Store pages"))


def _what(row: PendingChange) -> SafeString:
    note = "" if row.product else "(its page)"
    if row.product and row.product.state == Product.State.TAKEN_DOWN:
        note = status("taken down", "critical")
    return joined(" ", (link(row, reverse("desk:pending-change", args=[row.pk])), note))


class SideColumn(Column):
    """One side of a change: differences are marked, each line in its own direction."""

    facts: ClassVar[dict[str, str]] = {"dir": "auto"}

    def __init__(self, label: str, side: str, mark: str) -> None:
        super().__init__(label, side)
        self.mark = mark

    def written(self, value: Any) -> SafeString | str:
        """Return the parts of a text, one after the other."""
        lines = ((differs, linebreaksbr(text)) for differs, text in value)
        parts = (element(self.mark, text) if differs else text for differs, text in lines)
        return joined("", parts) or NOTHING


DIFFERENCES = (
    HeadColumn("What", "name"),
    SideColumn("Public now", "before", "del"), SideColumn("Proposed", "after", "ins"),
)  # fmt: skip


class PendingChangeFilters(ListFilters):
    state = ChoiceFilter("State", STATES, required=True)
    kind = ChoiceFilter(
        "Of", KINDS, every="All",
        method=lambda rows, _name, kind: rows.filter(product__isnull=kind == "store"),
    )  # fmt: skip
    q = WordsFilter("Product or store", "product__title", "shop_name", most=60)


class PendingChangesView(ListView):
    """The changes that wait for a look, the one that waits longest first."""

    needed = "review_nomination"
    filterset_class = PendingChangeFilters
    usual: Mapping[str, str] = {"state": "waiting"}
    default_ordering = ("waits_since", "pk")
    page_title = "Changes to look at"
    table_label = "Changes"
    header_icon = "edit"
    none, none_fits = "No change waits.", "Nothing fits this filter."

    @property
    def about(self) -> SafeString:
        """Return what waits here, and where changes wait that are public already."""
        return format_html(
            "What stores change of published products and of their own page waits here: shoppers "
            "see what was approved before, until somebody has looked. "
            '<a href="{}">Changes of trusted stores</a> are public and looked at later.',
            reverse("desk:later-reviews"),
        )

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list; the time of waiting ends at the moment of the request."""
        return [
            Column("What", _what), Column("Store", "store.name"),
            Column("Changes", lambda row: ", ".join(_parts(row))),
            Column("Waits since", lambda row: joined(
                BREAK, (moment(row.waits_since), timesince(row.waits_since, self.at, depth=1))
            )),
        ]  # fmt: skip

    def get_base_queryset(self) -> QuerySet[PendingChange]:
        """Return the open changes, each with the name of its store."""
        name = Coalesce(F("product__merchant__name"), F("merchant__name"))
        return open_ones().annotate(shop_name=name)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("review_nomination")
def pending_change(request: SignedIn, pk: int) -> HttpResponse:
    """Show the public words beside the proposed ones, and decide on exactly these."""
    rows = open_ones().select_related("by")
    if request.method == "POST":
        sent = rows.filter(pk=pk).first()
        return _decide(request, sent) if sent else _too_late(request)
    found = get_object_or_404(rows, pk=pk)
    context: dict[str, Any] = {
        "pending_change": found,
        "differences": Table(
            "Words before and after",
            DIFFERENCES,
            differences(found),
            classname="listing desk-before-after",
        ),
        "places": pictures(found),
        "doubts": _doubts(found, at=clock.moment_of(request)),
        "at": clock.moment_of(request),
        **lines_about(found.subject),
    }
    trail = [(reverse(QUEUE), "Changes to look at")]
    title = f"Change of {found}"
    return show(request, "pending_change.html", title, trail=trail, icon="edit", **context)


def open_ones() -> QuerySet[PendingChange]:
    """Return the changes of public words and pictures, with their products and stores."""
    public = Q(product__isnull=True) | Q(product__state__in=Product.APPROVED)
    rows = PendingChange.objects.filter(public)
    return rows.select_related(
        "product__merchant", "product__category", "merchant__logo", "merchant__banner"
    )


def waiting() -> QuerySet[PendingChange]:
    """Return the changes that wait for a look."""
    return open_ones().filter(state=PendingChange.State.WAITING)


def _decide(request: SignedIn, found: PendingChange) -> HttpResponse:
    at, title = clock.moment_of(request), str(found)
    seen, store = seen_at(request), found.store.name
    try:
        if "approve" in request.POST:
            decide.approve(found, seen=seen, at=at, by=request.user)
            said = f"The change of “{title}” is public. {store} is told by mail."
        else:
            note = words(request, "note", most=1000)
            decide.refuse(found, note, seen=seen, at=at, by=request.user)
            said = f"The change of “{title}” is refused. {store} is told by mail, with your reason."
    except ShopError as refusal:
        messages.error(request, str(refusal))
        return _look_again(found)
    messages.success(request, said)
    return redirect(QUEUE)


def _parts(row: PendingChange) -> Iterator[str]:
    """Yield the parts of a product or store that a change touches."""
    if set(row.words) - {"category_id"}:
        yield "words"
    if "category_id" in row.words:
        yield "category"
    for code in row.texts:
        yield f"words in {get_language_info(code)['name']}"
    if row.options:
        yield "labels"
    if count := len(row.variants):
        yield f"{count} new variant{pluralize(count)}"
    if row.has_pictures:
        yield "pictures"


def _doubts(found: PendingChange, *, at: datetime) -> list[str]:
    """Return a question for each new variant whose price is far from the usual one."""
    typed = {row.sku: row.price for row in new_rows(found) if row.price is not None}
    if not typed:
        return []
    product = cast("Product", found.product)
    odd = odd_prices(typed, category=product.category, product=product, kind=product.kind, at=at)
    return [f"{sku}: {text}" for sku, text in odd.items()]


def _too_late(request: SignedIn) -> HttpResponse:
    messages.info(request, "This change was decided on or taken back meanwhile.")
    return redirect(QUEUE)


def _look_again(found: PendingChange) -> HttpResponse:
    """Lead back to the change as it is now; to the list where somebody else decided."""
    is_there = open_ones().filter(pk=found.pk).exists()
    return redirect("desk:pending-change", found.pk) if is_there else redirect(QUEUE)
