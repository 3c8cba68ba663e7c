from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.catalogue.stock.models import Pool
from shop.orders.models import Order, OrderLine

# Without letters and digits that are taken for each other when somebody reads them out.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 16


def new_code() -> str:
    """Return a random code that nobody guesses: 79 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


class Ticket(models.Model):
    """The right of one person, or of one family, to come to a session; it is used once."""

    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="tickets", db_index=False)
    code = models.CharField(max_length=LENGTH, unique=True, default=new_code, editable=False)
    position = models.PositiveIntegerField(help_text="From 0 within its line.")
    admits = models.PositiveSmallIntegerField(default=1, help_text="People.")
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was last good again after a mistake."
    )
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    # Only where a page adds it.
    needs: str

    class Meta:
        ordering = ["line", "position"]
        constraints = [
            models.UniqueConstraint(fields=["line", "position"], name="ticket_once"),
            models.CheckConstraint(
                name="ticket_used_or_cancelled",
                condition=Q(used_at__isnull=True) | Q(cancelled_at__isnull=True),
                violation_error_message="A ticket that was used cannot be cancelled.",
            ),
        ]

    @property
    def number(self) -> str:
        """Return the code as people read it out: ABCD-EFGH-JKMN-PQRS."""
        return "-".join(self.code[i : i + 4] for i in range(0, LENGTH, 4))


class GuestNeeds(models.Model):
    """What the guests of an order asked the host of a date to know: a wheelchair, a meal, a child.

    Read by the host alone, and gone soon after the date: it may tell of somebody's health.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="needs")
    pool = models.ForeignKey(Pool, models.CASCADE, related_name="needs", db_index=False)
    words = models.CharField(max_length=200)
    at = models.DateTimeField(help_text="When they were written last.")
    until = models.DateTimeField(db_index=True, help_text="When they are forgotten.")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["pool", "order"], name="guest_needs_once")]


class DoorEntry(models.Model):
    """What a host did at the door while the telephone had no line; sent later, counted once."""

    class Outcome(models.TextChoices):
        DONE = "done"
        IN_ALREADY = "in-already"
        OTHER_DAY = "other-day"
        NOT_POSSIBLE = "not-possible"

    key = models.UUIDField(primary_key=True, help_text="Made by the telephone.")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="entries")
    is_in = models.BooleanField(help_text="Let in; or else a mistake that was taken back.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    happened_at = models.DateTimeField()
    taken_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=Outcome, default=Outcome.DONE)

    class Meta:
        indexes = [models.Index("taken_at", name="door_entry_age")]
