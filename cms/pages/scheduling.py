"""Publishes and withdraws texts at the times that editors set; prices need no job."""

from __future__ import annotations

from datetime import datetime

from wagtail.models import Page, Revision


def publish_due(*, at: datetime) -> int:
    """Publish what is due and withdraw what has expired; return how many pages changed."""
    expired = list(Page.objects.live().filter(expire_at__lt=at).order_by("expire_at"))
    for page in expired:
        # Each kind of page knows that kept copies end with it.
        page.specific.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    due = list(
        Revision.objects.filter(approved_go_live_at__lte=at).order_by("approved_go_live_at", "pk")
    )
    for revision in due:
        revision.publish(log_action="wagtail.publish.scheduled")
    return len(expired) + len(due)
