"""The review queue of a festival: all that a reviewer weighs on one row, and approving many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from wagtail.admin.paginator import WagtailPaginator

from cms.dashboard.listing import Choices, FestivalListView
from cms.dashboard.nominations import queue
from cms.dashboard.nominations.review import ReviewRow, checks_of, review_rows
from cms.dashboard.paging import BoundedPaginator
from cms.dashboard.permissions import own_stores
from cms.dashboard.screens import seen_at
from cms.dashboard.tables import (
    BREAK,
    NOTHING,
    Column,
    Table,
    element,
    hidden,
    joined,
    link,
    moment,
    row_of,
    small,
)
from shop.core.errors import NotPossible
from shop.core.forms.numbers import ids_of
from shop.festivals.models import Festival, Fund, Nomination
from shop.people.accounts.requests import SignedIn
from shop.storefront.listings import bulk


def _product(row: ReviewRow) -> SafeString:
    found = row.nomination
    product, around = found.product, row.around
    url = reverse("desk:nomination", args=[found.slot.festival_id, found.pk])
    picture = around.picture and element(
        "img", src=around.picture, alt=around.alt, width=48, height=48
    )
    name = joined(" ", (picture, link(product.title, url)))
    return small(name, f"{product.merchant.name}, {row.country}")


def _price(row: ReviewRow) -> SafeString:
    most = row.nomination.per_shopper
    return small(row.price, joined(BREAK, (row.off, most and f"at most {most} each")))


def _payout(row: ReviewRow) -> SafeString:
    payer = row.nomination.fund or "the organizer"
    return small(row.payout, row.subsidy and f"with {row.subsidy} of {payer}")


def _beside(row: ReviewRow) -> SafeString:
    return joined(BREAK, (element("small", text) for text in row.around.other_deals))


COLUMNS = (
    Column("Product", _product),
    Column("Slot", lambda row: small(
        row.nomination.slot.label, row.nomination.wanted and "answers your wish"
    )),
    Column("Regular", "regular"), Column("Deal", _price),
    Column("Lowest in 30 days", lambda row: small(
        row.prior or NOTHING, f"{row.percent}: {row.crossed_out}"
    )),
    Column("Set aside", lambda row: small(
        row.allotment, f"{row.on_hand} on hand, {row.free} free"
    )),
    Column("Store gets", _payout), Column("Beside it", _beside),
)  # fmt: skip


class QueueTable(Table):
    """Nominations, each with its problems and the decision below."""

    def __init__(self, view: NominationsView, rows: Sequence[ReviewRow], none: object) -> None:
        tick = Column(hidden("Approve"), view.tick, empty="")
        super().__init__(
            "Nominations", (tick, *COLUMNS), rows, classname="listing desk-queue", none=none
        )
        self.view = view

    def bodies(self, columns: Sequence[Column]) -> Iterator[Iterable[SafeString]]:
        """Yield two rows for each nomination."""
        yield (part for row in self.data for part in (row_of(columns, row), self.view.below(row)))


class NominationsView(FestivalListView):
    """The queue of a festival; posting approves those without a warning, ticked or all of them."""

    needed, to_post = "view_nomination", "review_nomination"
    http_method_names: ClassVar[list[str]] = ["get", "head", "post"]
    template_name = "cms/dashboard/nominations.html"
    filterset_class = queue.QueueFilters
    usual: Mapping[str, str] = {"state": "submitted"}
    default_ordering = ("pk",)
    page_title = "Nominations"
    header_icon = "tag"
    none = "Nothing waits. Stores nominate products on their own desk once they take part."
    none_fits = "Nothing fits this filter."

    @property
    def paginator_class(self) -> type[WagtailPaginator]:
        """Return the paginator of the list: rows that are judged are all there already."""
        return WagtailPaginator if self.judged else BoundedPaginator

    def get_choices(self) -> dict[str, Choices]:
        """Return the choices of the filters."""
        return queue.choices(self.festival)

    def get_base_queryset(self) -> QuerySet[Nomination]:
        """Return the nominations of the festival."""
        return queue.of(self.festival)

    def get_queryset(self) -> QuerySet[Nomination] | list[Nomination]:
        """Return the nominations that are asked for; where warnings are, as a list."""
        return self.judged.rows if self.judged else super().get_queryset()

    @cached_property
    def judged(self) -> queue.Judged | None:
        """Return the rows with warnings or those without; None where both are asked for."""
        asked = self.filters.asked
        if "warnings" not in asked:
            return None
        return queue.judge(
            super().get_queryset(), state=asked["state"], by=self.request.user, at=self.at,
            is_without=asked["warnings"] == "without",
        )  # fmt: skip

    @property
    def clean(self) -> list[Nomination]:
        """Return all rows of the filter that have no warning, if those are asked for."""
        is_without = self.filters.asked.get("warnings") == "without"
        return cast("queue.Judged", self.judged).rows if is_without else []

    @cached_property
    def own(self) -> set[int]:
        """Return the stores on which others decide."""
        return own_stores(self.request)

    @cached_property
    def can_review(self) -> bool:
        """Tell whether the person decides on nominations."""
        return self.may("review_nomination")

    @cached_property
    def token(self) -> str:
        """Return the token that forms bring back."""
        return get_token(self.request)

    @cached_property
    def funds(self) -> list[Fund]:
        """Return the sponsors who could pay a part."""
        return list(self.festival.funds.all()) if self.can_review else []

    def tick(self, row: ReviewRow) -> SafeString | str:
        """Return a box to tick, where a nomination may be approved with others."""
        found = row.nomination
        is_others = found.product.merchant_id not in self.own
        if not (row.is_open and self.can_review and row.check.is_clean and is_others):
            return ""
        about = {"form": "bulk", "aria_label": f"Approve {found.product.title}"}
        seen = moment(found.submitted_at, "c")
        return joined("", (
            element("input", type="checkbox", name="nomination", value=found.pk, **about),
            element("input", type="hidden", form="bulk", name=f"seen-{found.pk}", value=seen),
        ))  # fmt: skip

    def below(self, row: ReviewRow) -> SafeString:
        """Return the row below a nomination: warnings, who decided, and the decision."""
        context = {
            "row": row, "nomination": row.nomination, "festival": self.festival, "own": self.own,
            "can_review": self.can_review, "funds": self.funds, "csrf_token": self.token,
            "back": self.filters.query,
        }  # fmt: skip
        return render_to_string("cms/dashboard/review_row.html", context)

    def get_table(self, object_list: Sequence[Nomination]) -> Table:
        """Return a page of nominations with all that is known about them."""
        refused = self.judged.refused if self.judged else {}
        rows = review_rows(list(object_list), at=self.at, refused=refused)
        return QueueTable(self, rows, self.none_fits if self.filters.is_narrow else self.none)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the screen, and how many rows one press would approve."""
        is_waiting = self.filters.asked["state"] == Nomination.State.SUBMITTED
        others = [row for row in self.clean if row.product.merchant_id not in self.own]
        can_approve = is_waiting and self.can_review
        return super().get_context_data(**kwargs) | {
            "can_approve": can_approve,
            "clean": len(others) if can_approve else 0,
            "at": self.at,
        }

    def post(self, request: SignedIn, pk: int) -> HttpResponse:
        """Have the clean rows approved: those ticked, or all that were there to see."""
        if "all" in request.POST:
            shown_at = seen_at(request, "shown")
            newer = [row for row in self.clean if not _was_there(row, shown_at)]
            seen = {row.pk: row.submitted_at for row in self.clean if _was_there(row, shown_at)}
            _warn(request, len(newer), "submitted again since you looked: read it first.")
        else:
            seen = _ticked(request, self.festival, at=self.at)
        try:
            made = bulk.ask(self.festival, seen, at=self.at, by=request.user)
        except bulk.InWork as other:
            messages.warning(request, str(other))
            made = other.approval
        except NotPossible as refusal:
            messages.warning(request, str(refusal))
            return redirect(f"{request.path}?{self.filters.query}")
        return redirect("desk:bulk-approval", self.festival.pk, made.pk)


def _was_there(row: Nomination, shown_at: datetime | None) -> bool:
    """Tell whether a nomination stood on the page as it is now."""
    return shown_at is not None and (row.submitted_at is None or row.submitted_at <= shown_at)


def _ticked(request: SignedIn, festival: Festival, *, at: datetime) -> dict[int, datetime | None]:
    """Return when the clean ones among those ticked were submitted, as the reviewer saw them."""
    ids = ids_of(request.POST.getlist("nomination"), most=cast("int", NominationsView.paginate_by))
    rows = list(queue.of(festival).filter(pk__in=ids, state="submitted").order_by("pk"))
    checks = checks_of(rows, at=at)
    clean = [row for row, check in zip(rows, checks, strict=True) if check.is_clean]
    _warn(request, len(rows) - len(clean), "a warning: look at each and decide by hand.", "has")
    return {row.pk: seen_at(request, f"seen-{row.pk}") for row in clean}


def _warn(request: SignedIn, count: int, why: str, verb: str = "was") -> None:
    if count:
        many = {"was": "were", "has": "have"}[verb]
        messages.warning(
            request, f"{count} {'row ' + verb if count == 1 else 'rows ' + many} {why}"
        )
