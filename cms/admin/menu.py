"""What the organizers' menu and first screen lead to.

The menu names what waits for people first, then the lists (92 to 95), then what is decided rarely.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from cms.admin.amendments import waiting as waiting_amendments
from cms.admin.permissions import may
from shop import clock
from shop.catalogue.models import Product
from shop.festivals.models import Enrolment, Festival, Nomination

AHEAD = timedelta(days=400)
COMING = 6  # festivals that are named whether anything waits in them or not


class Allowed(MenuItem):
    """An entry for those who have a permission."""

    def __init__(self, label: str, url: str, *, permission: str, **facts: object) -> None:
        super().__init__(label, url, **facts)
        self.permission = permission

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether the person may go there."""
        return may(request.user, self.permission)


def festivals_entry() -> MenuItem:
    """Return the entry of the festivals."""
    return Allowed(
        "Festivals", reverse("desk:festivals"), permission="view_festival",
        name="festivals", icon_name="calendar-alt", order=86,
    )  # fmt: skip


def calendar_entry() -> MenuItem:
    """Return the entry of the calendar."""
    return Allowed(
        "Calendar", reverse("desk:calendar"), permission="view_festival",
        name="calendar", icon_name="calendar", order=85,
    )  # fmt: skip


def new_products_entry() -> MenuItem:
    """Return the entry of the products that wait for a decision."""
    return Allowed(
        "New products", reverse("desk:product-queue"), permission="review_nomination",
        name="new-products", icon_name="tag", order=87,
    )  # fmt: skip


def amendments_entry() -> MenuItem:
    """Return the entry of the changes that wait for a look."""
    return Allowed(
        "Changes", reverse("desk:amendments"), permission="review_nomination",
        name="amendments", icon_name="edit", order=88,
    )  # fmt: skip


def fairness_entry() -> MenuItem:
    """Return the entry of the limits that keep openings fair."""
    return Allowed(
        "Fairness", reverse("desk:fairness"), permission="change_festival",
        name="fairness", icon_name="group", order=96,
    )  # fmt: skip


def mishaps_entry() -> MenuItem:
    """Return the entry of what periodic work failed at."""
    return Allowed(
        "What failed", reverse("desk:mishaps"), permission="view_festival",
        name="mishaps", icon_name="warning", order=90,
    )  # fmt: skip


def money_entry() -> MenuItem:
    """Return the entry of the money that waits for a person."""
    return Allowed(
        "Money that waits", reverse("desk:money"), permission="view_order",
        name="money", icon_name="time", order=89,
    )  # fmt: skip


def colleagues_entry() -> MenuItem:
    """Return the entry of who works at the desk."""
    return Allowed(
        "Colleagues", reverse("desk:colleagues"), permission="cms.manage_colleagues",
        name="colleagues", icon_name="user", order=98,
    )  # fmt: skip


def sign_in_entry() -> MenuItem:
    """Return the entry of what members of stores need to sign in."""
    return Allowed(
        "Sign-in of stores", reverse("desk:sign-in"), permission="change_festival",
        name="sign-in", icon_name="lock", order=97,
    )  # fmt: skip


class WaitingPanel(Component):
    """What waits for somebody, and the festivals to come, on the first screen."""

    name = "waiting"
    template_name = "cms/admin/waiting.html"
    order = 10

    def get_context_data(self, parent_context: dict) -> dict:
        """Return the festivals with what waits in each. Five statements."""
        at = clock.moment_of(parent_context["request"])
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
            "amendments": waiting_amendments().count(),
            "products": Product.objects.filter(state=Product.State.SUBMITTED).count(),
            "may_decide": may(parent_context["request"].user, "review_nomination"),
        }


def _counts(rows: QuerySet, festival: str) -> dict[int, int]:
    """Return how many rows there are of each festival."""
    return dict(rows.order_by().values_list(festival).annotate(n=Count("pk")))
