from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

from shop.festivals.models import Claim, Fund
from shop.orders.models.order import Order
from shop.orders.models.parts import OrderLine, Suborder

SUSPECTED = gettext_noop("The bank that issued the card suspects that its owner did not use it.")


class Refund(models.Model):
    """Money that goes back to a shopper, with the cause. Rows are only ever added."""

    class Cause(models.TextChoices):
        SESSION_CANCELLED = "session_cancelled"
        WRONG_PRICE = "wrong_price"
        LATE = "late"  # the money came when a session had begun
        CANCELLED = "cancelled"  # by its shopper, before it was packed
        CANNOT_DELIVER = "cannot_deliver"
        LOST = "lost"  # on its way
        RETURN = "return"
        GOODWILL = "goodwill"
        OUTSIDE = "outside"  # somebody made it at the provider
        DISPUTE = "dispute"  # the shopper's bank took it back
        FRAUD = "fraud"  # the card's bank suspects it, and warned before it took anything

    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    cause = models.CharField(max_length=20, choices=Cause)
    reason = models.CharField(max_length=300, blank=True, help_text="The shopper reads it.")
    amount = models.PositiveBigIntegerField(help_text="What the shopper gets, minor units.")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(
        null=True, help_text="Of a dispute that an appeal turned: its stores have their money back."
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    @property
    def said_reason(self) -> str:
        """Return the reason in the reader's language where it is ours; a person's as written."""
        return gettext(SUSPECTED) if self.cause == self.Cause.FRAUD else self.reason


class RefundLine(models.Model):
    """The part of one order line that goes back: units, and each party's share of their money."""

    refund = models.ForeignKey(Refund, models.CASCADE, related_name="lines", db_index=False)
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="refund_lines")
    quantity = models.PositiveIntegerField(help_text="0: money alone goes back.")
    unsent = models.PositiveIntegerField(
        null=True, help_text="Of the units, those that had not left. Empty: from before."
    )
    paid = models.PositiveBigIntegerField(help_text="By the shopper.")
    funded = models.PositiveBigIntegerField(help_text="By the organizer.")
    commission = models.PositiveBigIntegerField()
    returns_allotment = models.BooleanField(
        default=False,
        help_text="Its deal ran still: its units, and what its shopper may buy, came back.",
    )
    is_restocked = models.BooleanField(
        null=True, help_text="Its units can be sold again. Empty: from before it was written down."
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

    refund = models.ForeignKey(Refund, models.CASCADE, related_name="parcels", db_index=False)
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


class RefundGoodwill(models.Model):
    """Money beside goods and delivery, with who gives it: a store, the platform, a sponsor.

    Below zero where it is kept after all, since all that was paid goes back.
    """

    refund = models.ForeignKey(Refund, models.CASCADE, related_name="goodwill", db_index=False)
    suborder = models.ForeignKey(Suborder, models.PROTECT, related_name="goodwill")
    by_merchant = models.BigIntegerField(default=0)
    by_platform = models.BigIntegerField(default=0)
    by_fund = models.BigIntegerField(default=0)
    fund = models.ForeignKey(Fund, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["refund", "suborder", "fund"],
                name="refund_goodwill_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="refund_goodwill_of_something",
                condition=~Q(by_merchant=0, by_platform=0, by_fund=0),
            ),
            models.CheckConstraint(
                name="refund_goodwill_names_its_fund",
                condition=Q(by_fund=0) | Q(fund__isnull=False),
            ),
        ]

    @property
    def paid(self) -> int:
        """Return what the shopper gets, from all payers; below zero what is kept."""
        return self.by_merchant + self.by_platform + self.by_fund


class ReturnedClaim(models.Model):
    """A voucher that came back, since all that it was used for was refunded.

    Where its time was over and the shopper is not to blame, ``instead`` is a new one of its terms.
    """

    refund = models.ForeignKey(Refund, models.CASCADE, related_name="claims", db_index=False)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+")
    instead = models.OneToOneField(Claim, models.PROTECT, null=True, related_name="+")
    amount = models.PositiveBigIntegerField(help_text="What it took off that order.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["refund", "claim"], name="returned_claim_once")
        ]
