from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.orders.models.order import Order
from shop.orders.models.parts import OrderLine, Suborder


class Refund(models.Model):
    """Money that goes back to a shopper, with the cause. Rows are only ever added."""

    class Cause(models.TextChoices):
        SESSION_CANCELLED = "session_cancelled"
        WRONG_PRICE = "wrong_price"
        LATE = "late"  # the money came when a session had begun
        CANCELLED = "cancelled"  # by its shopper, before it was packed
        CANNOT_DELIVER = "cannot_deliver"
        RETURN = "return"
        GOODWILL = "goodwill"
        OUTSIDE = "outside"  # somebody made it at the provider
        DISPUTE = "dispute"  # the shopper's bank took it back

    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    cause = models.CharField(max_length=20, choices=Cause)
    reason = models.CharField(max_length=300, blank=True, help_text="The shopper reads it.")
    amount = models.PositiveBigIntegerField(help_text="What the shopper gets, minor units.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class RefundLine(models.Model):
    """The part of one order line that goes back: units, and each party's share of their money."""

    refund = models.ForeignKey(Refund, models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="refund_lines")
    quantity = models.PositiveIntegerField(help_text="0: money alone goes back.")
    paid = models.PositiveBigIntegerField(help_text="By the shopper.")
    funded = models.PositiveBigIntegerField(help_text="By the organizer.")
    commission = models.PositiveBigIntegerField()
    returns_allotment = models.BooleanField(
        default=False,
        help_text="Its deal ran still: its units, and what its shopper may buy, came back.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["refund", "line"], name="refund_line_once"),
            models.CheckConstraint(
                name="refund_line_of_something", condition=Q(quantity__gt=0) | Q(paid__gt=0)
            ),
        ]

    @property
    def earned(self) -> int:
        """Return the merchant's earnings from these units before they went back."""
        return self.paid + self.funded - self.commission


class RefundParcel(models.Model):
    """What goes back of a parcel's delivery: with its last unit the rest, before that a part."""

    refund = models.ForeignKey(Refund, models.CASCADE, related_name="parcels")
    suborder = models.ForeignKey(Suborder, models.PROTECT, related_name="refund_parcels")
    paid = models.PositiveBigIntegerField(help_text="By the shopper.")
    funded = models.PositiveBigIntegerField(help_text="By the organizer.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["refund", "suborder"], name="refund_parcel_once")
        ]

    @property
    def earned(self) -> int:
        """Return the merchant's earnings from it; there is no commission on delivery."""
        return self.paid + self.funded
