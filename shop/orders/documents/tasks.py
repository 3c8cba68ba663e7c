"""Makes papers after a payment and after a refund. The beat makes those that were missed."""

from __future__ import annotations

from django.tasks import task

from shop.core import clock
from shop.orders.documents.issue import issue_papers


@task
def make_papers(order_id: int) -> None:
    """Make the papers of an order that are not there yet."""
    issue_papers(order_id, at=clock.now())
