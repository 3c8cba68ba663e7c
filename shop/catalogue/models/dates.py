"""What a host plans of one date beside its time, seats and prices."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q

from shop.catalogue.stock.models import Pool
from shop.people.merchants.models import Membership


def promised_sql(g: str) -> str:
    """Return ``DatePlan.is_promised`` for a statement in which the plan is called ``g``."""
    return f"({g}.decides_at IS NOT NULL AND {g}.settled_at IS NULL AND {g}.if_few <> 'take-place')"


class DatePlan(models.Model):
    """Who leads a date, and from how many guests it takes place.

    With too few at ``decides_at`` that happens which was said when they booked: the host is asked,
    it is called off, or it takes place all the same.
    """

    class IfFew(models.TextChoices):
        ASK = "ask"
        CALL_OFF = "call-off"
        TAKE_PLACE = "take-place"

    pool = models.OneToOneField(Pool, models.CASCADE, primary_key=True, related_name="plan")
    guide = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="dates_led"
    )
    least_guests = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: any.")
    hours_before = models.PositiveSmallIntegerField(
        default=48, help_text="So long before it begins that is decided."
    )
    if_few = models.CharField(max_length=10, choices=IfFew, default=IfFew.ASK)
    decides_at = models.DateTimeField(
        null=True, editable=False, help_text="The instant of that; empty where any number will do."
    )
    asked_at = models.DateTimeField(null=True, editable=False, help_text="When the host was asked.")
    settled_at = models.DateTimeField(null=True, editable=False, help_text="When it was decided.")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["decides_at"],
                condition=Q(decides_at__isnull=False, settled_at__isnull=True),
                name="date_plan_to_settle",
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="date_plan_decides_about_guests",
                condition=Q(least_guests__isnull=True, decides_at__isnull=True)
                | Q(least_guests__gte=1, decides_at__isnull=False),
                violation_error_message="A least number of guests is decided at an instant.",
            )
        ]

    @property
    def decides_before(self) -> timedelta:
        """Return how long before it begins it is decided."""
        return timedelta(hours=self.hours_before)

    @property
    def is_open(self) -> bool:
        """Tell whether a least number of guests is set, and nothing is decided yet."""
        return self.decides_at is not None and self.settled_at is None

    @property
    def is_promised(self) -> bool:
        """Tell whether guests are told of it: it may be called off for want of guests."""
        return self.is_open and self.if_few != self.IfFew.TAKE_PLACE

    def lacks(self, booked: int) -> int:
        """Return how many guests are missing, nothing once it is decided."""
        return max(0, (self.least_guests or 0) - booked) if self.is_open else 0
