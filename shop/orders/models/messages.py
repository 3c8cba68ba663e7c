from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.orders.models.parts import Suborder


class OrderMessageQuerySet(models.QuerySet["OrderMessage"]):
    """Messages by what organizers have to do about them."""

    def to_look_at(self) -> OrderMessageQuerySet:
        """Keep those that the other side reported, and that no organizer has looked at."""
        return self.filter(OrderMessage.REPORTED)


class OrderMessage(models.Model):
    """What a shopper writes to a store about a parcel, or the store to its shopper.

    Rows are only ever added. An organizer takes one away by a reason; it is kept for organizers.
    """

    class Side(models.TextChoices):
        SHOPPER = "shopper"
        STORE = "store"

    REPORTED = Q(reported_at__isnull=False, looked_at__isnull=True)

    suborder = models.ForeignKey(Suborder, models.CASCADE, related_name="messages", db_index=False)
    side = models.CharField(max_length=7, choices=Side, help_text="Who wrote it.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        help_text="Empty: a guest, by the order’s link and a code.",
    )  # fmt: skip
    text = models.TextField(
        max_length=2000, blank=True, help_text="Empty: forgotten with the contact."
    )
    at = models.DateTimeField()
    reported_at = models.DateTimeField(
        null=True, help_text="When the other side told the organizers."
    )
    looked_at = models.DateTimeField(
        null=True, help_text="When an organizer took it away after that, or left it."
    )
    hidden_at = models.DateTimeField(null=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    hidden_reason = models.CharField(max_length=300, blank=True, help_text="Who wrote it reads it.")

    objects = OrderMessageQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["suborder", "-id"], name="order_message_thread"),
            models.Index(
                fields=["id"],
                condition=Q(reported_at__isnull=False, looked_at__isnull=True),
                name="order_message_reported",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="order_message_hidden_with_reason",
                condition=Q(hidden_at__isnull=True) | ~Q(hidden_reason=""),
            )
        ]

    @property
    def is_hidden(self) -> bool:
        """Tell whether an organizer took it away."""
        return self.hidden_at is not None

    @property
    def waits_for_look(self) -> bool:
        """Tell whether an organizer has to look at it, as ``REPORTED`` does for many."""
        return self.reported_at is not None and self.looked_at is None
