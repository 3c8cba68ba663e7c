from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.festivals.models.festival import Festival, Nomination


class BulkApproval(models.Model):
    """Nominations that a reviewer approves together; the worker processes them."""

    festival = models.ForeignKey(Festival, models.CASCADE, related_name="bulk_approvals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    worked_at = models.DateTimeField(help_text="When it was last queued or worked on.")
    ended_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(
        default=0, help_text="Starts of the work since it last got any further."
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["at"], name="bulk_approval_age")]
        constraints = [
            models.UniqueConstraint(
                fields=["festival"],
                condition=Q(ended_at__isnull=True),
                name="bulk_approval_one_at_a_time",
            )
        ]


class BulkRow(Stateful):
    """One nomination of a bulk approval, with its outcome."""

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        REFUSED = "refused"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.WAITING: {State.APPROVED, State.REFUSED},
        State.APPROVED: set(),
        State.REFUSED: {State.APPROVED},  # it was stopped while it was being approved
    }

    approval = models.ForeignKey(BulkApproval, models.CASCADE, related_name="rows", db_index=False)
    nomination = models.ForeignKey(Nomination, models.CASCADE, related_name="+")
    seen = models.DateTimeField(null=True, help_text="When what the reviewer saw was submitted.")
    state = ChoiceField(max_length=8, choices=State, default=State.WAITING)
    text = models.TextField(blank=True, help_text="Why it was refused, as the reviewer reads it.")

    objects = StateQuerySet.as_manager()

    class Meta:
        ordering = ["nomination"]
        indexes = [
            models.Index(
                fields=["approval", "nomination"],
                condition=Q(state="waiting"),
                name="bulk_row_waits",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["approval", "nomination"], name="bulk_row_once")
        ]
