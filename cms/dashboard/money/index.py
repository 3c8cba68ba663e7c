"""The money desk: what no machine can finish, the first due first, until a person closes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cms.dashboard.books.index import verdict
from cms.dashboard.listing import ChoiceFilter, ListFilters, ListView, WordsFilter
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
from shop.core.currencies import in_whole, written
from shop.core.spreadsheets.tables import streamed
from shop.money.money_tasks.gate import open_tasks
from shop.money.money_tasks.kinds import KINDS, TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.orders.models import Order
from shop.people.accounts.requests import SignedIn

TRAIL = "Money desk"
LIST = "desk:money"
STATES = [("open", "Open"), ("done", "Closed"), ("all", "All")]
OWNERS = [("me", "Me"), ("nobody", "Nobody")]
DUE = [("over", "Overdue"), ("today", "Within a day")]
HEADS = ("order", "kind", "what", "amount", "currency", "opened", "due", "owner", "outcome",
         "reason", "closed", "closed by")  # fmt: skip


def _of_words(rows: QuerySet[MoneyTask], _name: str, words: str) -> QuerySet[MoneyTask]:
    """Keep the tasks about an order by its number, or about a row of the provider by its id."""
    orders = Order.objects.numbered(words).values("pk")
    remote = (
        rows.filter(operation__remote_id=words) | rows.filter(dispute__remote_id=words)
        | rows.filter(payment__charge_id=words)
    )  # fmt: skip
    return rows.filter(order__in=orders) | remote


def _of_owner(rows: QuerySet[MoneyTask], _name: str, who: str) -> QuerySet[MoneyTask]:
    return rows.filter(owner=None) if who == "nobody" else rows  # "me": the view knows who


class MoneyFilters(ListFilters):
    q = WordsFilter("Order or reference", method=_of_words)
    kind = ChoiceFilter("Kind", [(k, found.title) for k, found in KINDS.items()], every="All")
    owner = ChoiceFilter("Owner", OWNERS, every="Everybody", method=_of_owner)
    due = ChoiceFilter("Due", DUE, every="Any day", method=lambda rows, _name, _due: rows)
    state = ChoiceFilter(
        "State", STATES, required=True,
        method=lambda rows, _name, state: rows if state == "all" else rows.filter(state=state),
    )  # fmt: skip


class MoneyView(ListView):
    """The tasks of the money desk."""

    needed = "view_settlement"
    filterset_class = MoneyFilters
    usual: Mapping[str, str] = {"state": "open"}
    queryset = MoneyTask.objects.select_related("order", "owner", "closed_by")
    default_ordering = ("due_at", "pk")
    page_title = TRAIL
    header_icon = "time"
    table_label = "Tasks"
    none = "No money waits for a person."

    def get(self, request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the list, or give what is asked for as a sheet."""
        if request.GET.get("export") == "csv":
            name = f"money-desk-{self.at:%Y-%m-%d}"
            return streamed(name, (HEADS, map(_cells, self.get_queryset().iterator())))
        return super().get(request, *args, **kwargs)

    @property
    def about(self) -> SafeString:
        """Say what stands here, and lead to the sheet of what is asked for."""
        return format_html(
            "What no machine can finish: each task stays until somebody closes it with an outcome "
            "and a reason. A monitor is red while one is overdue. "
            '<a href="?{}&amp;export=csv">Take it away as CSV</a>. {}',
            self.filters.query,
            verdict(),
        )

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            Column("What happened", _what), Column("Kind", lambda row: KINDS[row.kind].title),
            Column("Amount", _amount), WhenColumn("Due", self.due_of), Column("Owner", _owner),
            Column("State", self.state_of),
        ]  # fmt: skip

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what is asked for; whose it is, and what is due by now, the request knows."""
        rows = super().filter_queryset(queryset)
        asked = self.filters.asked
        if asked.get("owner") == "me":
            rows = rows.filter(owner=self.request.user)
        if due := asked.get("due"):
            rows = rows.filter(due_at__lte=self.at + timedelta(days=due == "today"))
        return rows

    def due_of(self, task: MoneyTask) -> str | SafeString:
        """Return by when somebody should have closed it."""
        if not task.is_open:
            return ""
        is_over = task.due_at <= self.at
        return joined(
            BREAK, (moment(task.due_at), status("overdue", "critical") if is_over else "")
        )

    def state_of(self, task: MoneyTask) -> SafeString:
        """Return the way to close a task, or how, by whom and why it was closed."""
        if task.is_open:
            where = reverse("desk:money-task", args=[task.pk])
            named = f"Look at {KINDS[task.kind].title}, {task.order or task.about}"
            return link("Look", where, class_=QUIET, aria_label=named)
        by = (task.closed_by.name or "an organizer") if task.closed_by else "nobody"
        return small(
            f"{TaskOutcome(task.outcome).label}, {moment(task.closed_at)}", task.reason, by
        )


def waiting() -> dict[str, int]:
    """Return how many tasks stand open, and how many of them are refunds to approve.

    One statement.
    """
    to_approve = Q(kind=MoneyTask.Kind.REFUND_CHECK)
    return open_tasks().aggregate(all=Count("pk"), refunds=Count("pk", filter=to_approve))


def _cells(task: MoneyTask) -> list[str]:
    amount = "" if task.amount is None else str(in_whole(task.amount, task.currency))
    moments = (moment(at) for at in (task.opened_at, task.due_at))
    return [
        task.order.number if task.order else "", KINDS[task.kind].title, task.what, amount,
        task.currency, *moments, _owner(task) if task.owner else "",
        TaskOutcome(task.outcome).label if task.outcome else "", task.reason,
        moment(task.closed_at), (task.closed_by.name or "an organizer") if task.closed_by else "",
    ]  # fmt: skip


def _what(task: MoneyTask) -> SafeString:
    name = task.order.number if task.order else KINDS[task.kind].title
    return small(link(name, reverse("desk:money-task", args=[task.pk])), task.what)


def _amount(task: MoneyTask) -> str:
    return "" if task.amount is None else written(task.amount, task.currency, "en")


def _owner(task: MoneyTask) -> str:
    return (task.owner.name or task.owner.email) if task.owner else "Nobody"
