from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.core.forms.private_files import PrivateFile
from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.festivals.local_time import wall_of
from shop.people.merchants.models import Merchant


class Certification(Stateful):
    """What a store says somebody has certified, with the paper and the day on which it ends."""

    class State(models.TextChoices):
        MISSING = "missing", "Paper missing"
        WAITING = "waiting", "To look at"
        COUNTS = "counts", "Counts"
        REFUSED = "refused", "Refused"
        STOPPED = "stopped", "Stopped"
        ENDED = "ended", "Ended"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.MISSING: {State.WAITING},
        State.WAITING: {State.COUNTS, State.REFUSED, State.WAITING},
        State.REFUSED: {State.WAITING},
        State.COUNTS: {State.STOPPED, State.ENDED},
        State.STOPPED: {State.COUNTS},
        State.ENDED: set(),
    }
    IN_HAND = (State.MISSING, State.WAITING, State.REFUSED)
    """Not decided for good: the store sends its paper, or mends it."""

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="certificates")
    title = models.CharField(max_length=60, help_text="One of ``names.CERTIFICATES``, or older.")
    number = models.CharField(max_length=60, blank=True)
    issuer = models.CharField(max_length=120, blank=True, help_text="Who gave it.")
    until = models.DateField(null=True, help_text="The last day on which it counts.")
    state = ChoiceField(max_length=7, choices=State, default=State.WAITING)
    note = models.TextField(blank=True, help_text="Why it does not count; the store reads it.")
    sent_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    reminded_at = models.DateTimeField(null=True, help_text="When the store heard that it ends.")

    objects = StateQuerySet.as_manager()

    class Meta:
        db_table = "shop_certificate"
        default_permissions = ()
        indexes = [
            models.Index(fields=["state", "sent_at", "id"], name="certificate_queue"),
            models.Index(fields=["state", "until"], name="certificate_ends"),
            models.Index(fields=["state", "decided_at"], name="certificate_age"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "title"], name="certificate_once_in_hand",
                condition=Q(state__in=["missing", "waiting", "refused"]),
            ),
            models.UniqueConstraint(
                fields=["merchant", "title"], name="certificate_counts_once",
                condition=Q(state="counts"),
            ),
            models.CheckConstraint(
                name="certificate_counts_when_seen",
                condition=~Q(state="counts")
                | Q(until__isnull=False, decided_at__isnull=False) & ~Q(issuer=""),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.title}, {self.merchant}"

    @property
    def is_in_hand(self) -> bool:
        """Tell whether the store may still change it."""
        return self.state in self.IN_HAND

    def is_over(self, *, at: datetime) -> bool:
        """Tell whether its last day is over where its store is."""
        return self.until is None or self.until < wall_of(at, self.merchant.zone).date()

    @property
    def version(self) -> int:
        """Return which edition it is, for a form that decides on what was read."""
        return round(self.sent_at.timestamp() * 1_000_000)


class CertificationDocument(PrivateFile):
    """A page of a certificate: its store and organizers alone read it."""

    certificate = models.ForeignKey(Certification, models.CASCADE, related_name="papers")
    added_at = models.DateTimeField()

    class Meta:
        db_table = "shop_certificatepaper"
        default_permissions = ()
        ordering = ["pk"]
