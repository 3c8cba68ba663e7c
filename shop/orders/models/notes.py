from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.orders.models.order import Order


class OrderNoteQuerySet(models.QuerySet["OrderNote"]):
    """Notes by whether somebody has to do something about them."""

    def due(self, day: date) -> OrderNoteQuerySet:
        """Keep those whose day to call back has come, and nobody has."""
        return self.filter(OrderNote.OPEN, due_on__lte=day)


class OrderNote(models.Model):
    """What an organizer writes down about an order, for colleagues alone.

    A struck note keeps who wrote it and who struck it; its words are gone.
    """

    OPEN = Q(due_on__isnull=False, done_at__isnull=True, struck_at__isnull=True)

    order = models.ForeignKey(Order, models.CASCADE, related_name="notes")
    text = models.TextField(
        max_length=2000, blank=True, help_text="Empty: struck, or forgotten with the contact."
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    due_on = models.DateField(null=True, help_text="When the shopper is called back.")
    done_at = models.DateTimeField(null=True, help_text="When the shopper was.")
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    struck_at = models.DateTimeField(null=True)
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects = OrderNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(due_on__isnull=False, done_at__isnull=True, struck_at__isnull=True),
                name="order_note_due",
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="order_note_struck_says_nothing",
                condition=Q(struck_at__isnull=True) | Q(text=""),
            )
        ]

    @property
    def is_open(self) -> bool:
        """Tell whether somebody has still to call back, as ``OPEN`` does for many."""
        return bool(self.due_on) and self.done_at is None and self.struck_at is None
