"""The failures of periodic work: the list for a person, and closing one by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from cms.dashboard.confirm import Act, perform, reason_form
from cms.dashboard.failed_jobs.subjects import FailedJobSubject, shown_of
from cms.dashboard.listing import ChoiceFilter, Choices, ListFilters, ListView, WordsFilter
from cms.dashboard.permissions import needs
from cms.dashboard.tables import (
    BREAK,
    QUIET,
    Column,
    WhenColumn,
    joined,
    link,
    moment,
    small,
    status,
)
from shop.core import clock
from shop.core.jobs import failed_jobs
from shop.core.jobs.models import FailedJob
from shop.core.stored_names import stored_label
from shop.money.payments.models import Operation, Payment
from shop.orders.models import NUMBER_START
from shop.people.accounts.requests import SignedIn

SHORT = "j M, H:i T"
NUMBER = re.compile(r"(?<!\d)\d{6,12}$")  # of an order
LIST = "desk:failed-jobs"
STATES = [("open", "Open"), ("closed", "Closed"), ("all", "All")]


class FailedJobFilters(ListFilters):
    q = WordsFilter("Order or words", method=lambda rows, _name, words: rows.filter(_has(words)))
    round = ChoiceFilter("Work", every="All")
    state = ChoiceFilter(
        "State", STATES, required=True, method=lambda rows, _name, state:
        rows if state == "all" else rows.filter(closed_at__isnull=state == "open"),
    )  # fmt: skip


type Row = tuple[FailedJob, FailedJobSubject]


def _said(row: Row) -> SafeString:
    failed_job, _thing = row
    return small(": ".join(filter(None, (failed_job.error, failed_job.words))), failed_job.place)


class FailedJobsView(ListView):
    """The failures, the latest first; those that wait for a person unless others are asked."""

    needed = "view_festival"
    filterset_class = FailedJobFilters
    usual: Mapping[str, str] = {"state": "open"}
    queryset = FailedJob.objects.select_related("closed_by")
    default_ordering = ("-last_at", "-pk")
    page_title = "What failed"
    header_icon = "warning"
    about = (
        "Work that nobody waits for is done every 15 seconds, one thing after the other. What "
        "fails is tried again and keeps nothing else from its turn; when it succeeds it closes "
        "itself. What stays here needs a person."
    )
    none = "Nothing waits for a person."

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list, with the button to close a row for those who may."""
        return [
            Column("What", lambda row: link(row[1].name, row[1].url)), Column("Work", "0.round"),
            Column("What was said", _said), Column("Times", "0.count"),
            WhenColumn("First", "0.first_at", SHORT), WhenColumn("Last", "0.last_at", SHORT),
            Column("State", self.state_of),
        ]  # fmt: skip

    def get_choices(self) -> dict[str, Choices]:
        """Offer the kinds of work that ever failed."""
        rounds = FailedJob.objects.order_by("round").values_list("round", flat=True).distinct()
        return {"round": [(name, name) for name in rounds]}

    def rows_of(self, found: Sequence[FailedJob]) -> list[Row]:
        """Return each failed job with its subject."""
        return shown_of(found)

    def state_of(self, row: Row) -> SafeString:
        """Return how a failed job stands: a way to close it, or who did so, when and why."""
        failed_job, thing = row
        if failed_job.is_open:
            what = f"Close {thing.name}, {failed_job.round}"
            url = reverse("desk:failed-job-close", args=[failed_job.pk])
            way = link("Close", url, class_=f"{QUIET} w-mt-2", aria_label=what)
            ways = [way] if self.may("change_festival") else []
            return joined(BREAK, [status("open", "critical"), *ways])
        by = f" ({failed_job.closed_by.name or 'an organizer'})" if failed_job.closed_by else ""
        when = joined(" ", (status("closed"), moment(failed_job.closed_at, SHORT)))
        return small(when, f"{failed_job.reason}{by}")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_festival")
def close(request: SignedIn, pk: int) -> HttpResponse:
    """Close a failed job with a reason."""
    found = get_object_or_404(FailedJob, pk=pk)
    back = reverse(LIST)

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        failed_jobs.close(found, answers["reason"], at=at, by=request.user)
        return "Closed. When it fails again, it stands here again."

    ((_row, thing),) = shown_of([found])
    often = f"{found.count} time{pluralize(found.count)}"
    effects = [
        f"{found.round.capitalize()}: {thing.name}, {often} until now.",
        "It leaves the list of what waits for a person. Nothing else is changed.",
        "The work goes on trying. When it fails again, that is listed anew.",
    ]
    form = reason_form("Whoever looks next reads it.")
    act = Act("Close what failed", "Close it", effects, run, form)
    return perform(
        request, act, back=back, trail=[(back, "What failed")], barred=lambda: _barred(pk)
    )


def _barred(pk: int) -> str:
    is_open = FailedJob.objects.filter(pk=pk, closed_at=None).exists()
    return "" if is_open else "It is closed already."


def _has(words: str) -> Q:
    """Return the condition that finds words in a failed job's texts, or the number of an order."""
    number = NUMBER.search(words)
    orders = [str(int(number[0]) - NUMBER_START)] if number else []
    found = Q(words__icontains=words) | Q(error__icontains=words) | Q(round__icontains=words)
    found |= Q(key=words) | Q(kind="shop.order", key__in=orders)
    for model, way in ((Payment, "order"), (Operation, "payment__order")):
        keys = model.objects.filter(**{f"{way}__in": orders}).values_list("pk", flat=True)
        found |= Q(kind=stored_label(model), key__in=[str(pk) for pk in keys])
    return found
