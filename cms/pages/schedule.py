"""Publishes and withdraws texts at the times that editors set; prices need no job."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from wagtail.models import Page, Revision

from shop.core.jobs import each


def publish_due(*, at: datetime) -> int:
    """Publish due pages and withdraw expired ones; return how many pages changed.

    A page that cannot be published stops no other: it is listed for a person, and tried again.
    """
    expired = Page.objects.live().filter(expire_at__lt=at).order_by("expire_at", "pk")
    due = Revision.page_revisions.filter(approved_go_live_at__lte=at)
    done = each("withdraw texts", expired, _withdraw, at=at)
    return done + each("publish texts", due.order_by("approved_go_live_at", "pk"), _publish, at=at)


@transaction.atomic
def _withdraw(page: Page) -> None:
    # Each kind of page knows that kept copies end with it.
    page.specific.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")


@transaction.atomic
def _publish(revision: Revision) -> None:
    revision.publish(log_action="wagtail.publish.scheduled")
