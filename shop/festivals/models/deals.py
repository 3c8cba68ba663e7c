from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shop.accounts.models import Mailbox
from shop.catalogue.models import Variant
from shop.festivals.models.festival import Nomination, Slot


class Deal(models.Model):
    """One variant at a lower price in one slot; it comes into being by approval."""

    class Kind(models.TextChoices):
        FIXED = "fixed"
        PERCENT = "percent"

    class State(models.TextChoices):
        APPROVED = "approved"
        PAUSED = "paused"
        WITHDRAWN = "withdrawn"
        VOID = "void"

    # These give no price any more and set nothing aside; a void one did before it ended.
    GONE: ClassVar[tuple[str, ...]] = (State.WITHDRAWN, State.VOID)

    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="deals")
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="deals")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="deals")
    state = models.CharField(max_length=10, choices=State, default=State.APPROVED)
    kind = models.CharField(max_length=8, choices=Kind)
    value = models.PositiveBigIntegerField(help_text="Minor units, or whole percent off.")
    subsidy = models.PositiveBigIntegerField(
        default=0, help_text="Per unit, paid by the organizer, minor units."
    )
    allotment = models.PositiveIntegerField(
        null=True, blank=True, help_text="Items set aside; empty: sold from everyday stock."
    )
    per_shopper = models.PositiveIntegerField(null=True, blank=True)
    effective_from = models.DateTimeField()
    effective_to = models.DateTimeField()
    held = models.PositiveIntegerField(default=0, editable=False)
    sold = models.PositiveIntegerField(default=0, editable=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["variant", "effective_from"], name="deal_of_variant")]
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "variant"],
                condition=~Q(state__in=("withdrawn", "void")),
                name="deal_once_per_slot",
            ),
            models.CheckConstraint(
                name="deal_within_allotment",
                condition=Q(allotment__isnull=True) | Q(allotment__gte=F("held") + F("sold")),
                violation_error_message="More units are sold than the allotment holds.",
            ),
            models.CheckConstraint(
                name="deal_ends_after_start",
                condition=Q(effective_to__gte=F("effective_from")),
                violation_error_message="The end must be after the start.",
            ),
            models.CheckConstraint(
                name="deal_value_in_range",
                condition=Q(value__gte=1) & (Q(kind="fixed") | Q(value__lte=99)),
                violation_error_message="A price is at least one unit, a percentage 1 to 99.",
            ),
        ]

    def is_running(self, at: datetime) -> bool:
        """Tell whether its slot runs for it at an instant, paused or not."""
        return self.state not in self.GONE and self.effective_from <= at < self.effective_to


class Closure(models.Model):
    """A time in which a deal gives no price: paused, or all its units sold.

    Kept as intervals so that the public price at any past instant can be computed again.
    """

    class Reason(models.TextChoices):
        PAUSED = "paused"
        SOLD_OUT = "sold_out"

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="closures")
    reason = models.CharField(max_length=8, choices=Reason)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Empty: until further notice.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "reason"],
                condition=Q(ends_at__isnull=True),
                name="one_open_closure",
            )
        ]


class WrongPrice(models.Model):
    """A deal that was voided since its price was a mistake; kept for whoever asks later."""

    deal = models.OneToOneField(Deal, models.PROTECT, related_name="wrong_price")
    reason = models.TextField(help_text="Shoppers whose order is refunded read it.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class DealUsage(models.Model):
    """How many units of a limited deal one shopper, known by the mailbox, holds or has bought."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="usages")
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="+")
    held = models.PositiveIntegerField(default=0)
    sold = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "mailbox"], name="deal_usage_once")]
