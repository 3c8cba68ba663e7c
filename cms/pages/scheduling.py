"""Publishes and withdraws texts at the times that editors set; prices need no job."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from wagtail.models import Page, Revision

log = logging.getLogger(__name__)


def publish_due(*, at: datetime) -> int:
    """Publish what is due and withdraw what has expired; return how many pages changed.

    A page that cannot be published stops no other: it is logged and tried again.
    """
    expired = list(Page.objects.live().filter(expire_at__lt=at).order_by("expire_at"))
    due = list(
        Revision.objects.filter(approved_go_live_at__lte=at).order_by("approved_go_live_at", "pk")
    )
    done = [_done(_withdraw, page) for page in expired]
    done += [_done(_publish, revision) for revision in due]
    return sum(done)


def _withdraw(page: Page) -> None:
    # Each kind of page knows that kept copies end with it.
    page.specific.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")


def _publish(revision: Revision) -> None:
    revision.publish(log_action="wagtail.publish.scheduled")


def _done[Row](change: Callable[[Row], None], row: Row) -> bool:
    try:
        with transaction.atomic():
            change(row)
    except Exception:  # whatever it is, the other pages must go on
        log.exception("%s of %r failed and is tried again", change.__name__.strip("_"), row)
        return False
    return True
