"""The entries of the organizers' menu and first screen.

The menu names what waits for people first, then the lists (92 to 95), then what is decided rarely.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from cms.dashboard.catalogue.later_reviews import waiting_later
from cms.dashboard.catalogue.pending_changes import waiting as waiting_pending_changes
from cms.dashboard.money.index import waiting as money_waiting
from cms.dashboard.payouts.index import payouts_waiting
from cms.dashboard.permissions import may
from cms.dashboard.stores.certificates import certificates_waiting
from shop.catalogue.models import Product
from shop.core import clock
from shop.core.jobs.models import FailedJob
from shop.festivals.models import Enrolment, Festival, Nomination
from shop.merchant.applications.models import Application
from shop.merchant.content_reports.models import ContentReport
from shop.orders.models import OrderMessage, OrderNote, Suborder
from shop.people.accounts.requests import SignedIn

AHEAD = timedelta(days=400)
COMING = 6  # festivals that are named whether anything waits in them or not


class Allowed(MenuItem):
    """An entry for those who have a permission."""

    def __init__(self, label: str, url: str, *, permission: str, **facts: object) -> None:
        super().__init__(label, url, **facts)
        self.permission = permission

    def is_shown(self, request: SignedIn) -> bool:
        """Tell whether the person may go there."""
        return may(request.user, self.permission)


# Words, the screen, who may go there, the icon, and the place.
ENTRIES = (
    ("Calendar", "calendar", "view_festival", "calendar", 85),
    ("Festivals", "festivals", "view_festival", "calendar-alt", 86),
    ("Applications", "applications", "change_merchant", "group", 87),
    ("New products", "product-queue", "review_nomination", "tag", 87),
    ("Changes", "pending-changes", "review_nomination", "edit", 88),
    ("Notices", "content-reports", "review_nomination", "comment", 88),
    ("Certificates", "certificates", "review_nomination", "doc-full-inverse", 88),
    ("Money desk", "money", "view_settlement", "time", 89),
    ("Settlements", "settlements", "view_settlement", "tasks", 89),
    ("Books", "books", "view_settlement", "list-ul", 90),
    ("Papers", "papers", "view_settlement", "doc-full", 91),
    ("What failed", "failed-jobs", "view_festival", "warning", 90),
    ("Disturbances", "incidents", "view_festival", "warning", 90),
    ("Academy", "learned", "change_merchant", "glasses", 92),
    ("Links", "share-links", "view_festival", "link", 94),
    ("Carriers", "carriers", "view_order", "redirect", 95),
    ("Channels", "channels", "view_product", "site", 95),
    ("Fairness", "fairness", "change_festival", "group", 96),
    ("Sign-in of stores", "sign-in", "change_festival", "lock", 97),
    ("Colleagues", "colleagues", "cms.manage_colleagues", "user", 98),
    ("Erase a person", "person-erase", "erase_user", "bin", 99),
)


def entry(label: str, screen: str, permission: str, icon: str, order: int) -> MenuItem:
    """Return the entry of one of the desk's own screens."""
    return Allowed(
        label, reverse(f"desk:{screen}"), permission=permission, name=screen, icon_name=icon,
        order=order,
    )  # fmt: skip


class WaitingPanel(Component):
    """The work that waits for somebody, and the festivals to come, on the first screen."""

    name = "waiting"
    template_name = "cms/dashboard/waiting.html"
    order = 10

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        """Return the festivals with what waits in each, and other work. Seventeen statements."""
        request = parent_context["request"]
        at = clock.moment_of(request)
        festivals = Festival.objects.filter(ends_at__gt=at, starts_at__lt=at + AHEAD)
        festivals = festivals.exclude(state=Festival.State.CANCELLED).order_by("starts_at")
        nominations = Nomination.objects.filter(
            state=Nomination.State.SUBMITTED, slot__ends_at__gt=at
        )
        waiting = _counts(nominations, "slot__festival")
        applied = _counts(Enrolment.objects.filter(state=Enrolment.State.APPLIED), "festival")
        rows = list(festivals)
        shown = rows[:COMING] + [row for row in rows[COMING:] if row.pk in {*waiting, *applied}]
        return {
            "festivals": [(row, waiting.get(row.pk, 0), applied.get(row.pk, 0)) for row in shown],
            "pending_changes": waiting_pending_changes().count(),
            "products": Product.objects.filter(state=Product.State.SUBMITTED).count(),
            "may_decide": may(request.user, "review_nomination"),
            "money": money_waiting() if may(request.user, "view_settlement") else {},
            "payouts": payouts_waiting() if may(request.user, "publish_festival") else {},
            "late": late_orders(at) if may(request.user, "view_order") else 0,
            "calls": calls_due(at) if may(request.user, "change_order") else 0,
            "reported": reported_orders() if may(request.user, "change_order") else 0,
            "applications": (
                Application.objects.waiting().count() if may(request.user, "change_merchant") else 0
            ),
            "later": waiting_later(),
            "certificates": certificates_waiting(),
            "content_reports": ContentReport.objects.filter(state=ContentReport.State.OPEN).count(),
            "failed_jobs": FailedJob.objects.filter(closed_at=None).count(),
        }


def late_orders(at: datetime) -> int:
    """Return how many orders have a parcel that should have left. One statement."""
    return Suborder.objects.late(at.date()).values("order").distinct().count()


def reported_orders() -> int:
    """Return of how many orders a message was reported and nobody has looked. One statement."""
    return OrderMessage.objects.to_look_at().values("suborder__order").distinct().count()


def calls_due(at: datetime) -> int:
    """Return of how many orders the shopper is to be called back by now. One statement."""
    return OrderNote.objects.due(at.date()).values("order").distinct().count()


def _counts(rows: QuerySet[Any], festival: str) -> dict[int, int]:
    """Return how many rows there are of each festival."""
    return dict(rows.order_by().values_list(festival).annotate(n=Count("pk")))
