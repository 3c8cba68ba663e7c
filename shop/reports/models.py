from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from shop.festivals.models import Festival
from shop.orders.models import Order, Refund
from shop.people.merchants.models import Merchant


class Tally(models.Model):
    """The sales of a festival, added up by one thing: a minute, a country, a store, a deal.

    Written by the beat from paid orders and refunds, and by nobody else; it can be thrown away
    and added up again. Amounts are minor units.
    """

    class Kind(models.TextChoices):
        TOTAL = "total"
        MINUTE = "minute"
        COUNTRY = "country"
        SLOT = "slot"
        MERCHANT = "merchant"
        PRODUCT = "product"
        DEAL = "deal"
        PROMOTION = "promotion"
        FUND = "fund"

    FIGURES = (
        "orders", "units", "paid", "commission", "by_merchant", "by_organizer", "by_funds",
        "refunded_units", "refunded", "refunded_funded", "refunded_commission", "new_shoppers",
    )  # fmt: skip

    festival = models.ForeignKey(Festival, models.CASCADE, related_name="tallies", db_index=False)
    kind = models.CharField(max_length=9, choices=Kind)
    key = models.CharField(
        max_length=20, blank=True, help_text="An id, a country, a minute in UTC; empty: in all."
    )
    orders = models.BigIntegerField(default=0)
    units = models.BigIntegerField(default=0)
    paid = models.BigIntegerField(default=0, help_text="By shoppers, for goods.")
    commission = models.BigIntegerField(default=0)
    by_merchant = models.BigIntegerField(default=0, help_text="Given by stores below the regular.")
    by_organizer = models.BigIntegerField(default=0)
    by_funds = models.BigIntegerField(default=0, help_text="Given by sponsors.")
    refunded_units = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0, help_text="To shoppers, of goods.")
    refunded_funded = models.BigIntegerField(default=0, help_text="To organizer and sponsors.")
    refunded_commission = models.BigIntegerField(default=0)
    new_shoppers = models.BigIntegerField(default=0, help_text="Who had bought nothing before.")

    class Meta:
        indexes = [models.Index(fields=["festival", "kind", "-paid"], name="tally_most_paid")]
        constraints = [
            models.UniqueConstraint(fields=["festival", "kind", "key"], name="tally_once")
        ]

    @staticmethod
    def instant_of(minute: str) -> datetime:
        """Return the instant that the key of a minute names."""
        return datetime.fromisoformat(f"{minute}+00:00")


class CountedOrder(models.Model):
    """An order that stands in the tallies; so that none is counted twice, whoever counts."""

    order = models.OneToOneField(Order, models.CASCADE, primary_key=True, related_name="+")
    is_new = models.BooleanField(help_text="The first paid order from its e-mail address.")


class CountedRefund(models.Model):
    """A refund that stands in the tallies."""

    refund = models.OneToOneField(Refund, models.CASCADE, primary_key=True, related_name="+")


class Refused(models.Model):
    """An order that was not placed, and why. It names nobody, and is only ever added."""

    at = models.DateTimeField()
    reason = models.CharField(max_length=20)

    class Meta:
        indexes = [models.Index(fields=["at", "reason"], name="refused_at")]


class Check(models.Model):
    """The result of the last check of one part of the shop."""

    class Standing(models.TextChoices):
        GOOD = "good"
        WARN = "warn"
        BAD = "bad"

    name = models.CharField(max_length=30, unique=True)
    standing = models.CharField(max_length=4, choices=Standing)
    words = models.CharField(max_length=200)
    counts = models.JSONField(default=dict, help_text="How many of what, where it counts things.")
    at = models.DateTimeField()


class FinalReport(models.Model):
    """The figures of a festival as they stood when it was closed; never computed again."""

    festival = models.OneToOneField(Festival, models.PROTECT, related_name="final_report")
    at = models.DateTimeField()
    figures = models.JSONField()


class FinalStatement(models.Model):
    """A store's statement as it stood when its festival was closed."""

    report = models.ForeignKey(
        FinalReport, models.CASCADE, related_name="statements", db_index=False
    )
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    lines = models.JSONField(help_text="As Statement.kept gives them.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "merchant"], name="final_statement_once")
        ]


class PublicResult(models.Model):
    """The public part of a festival's result, as the organizer chose it."""

    festival = models.OneToOneField(Festival, models.CASCADE, related_name="public_result")
    is_shown = models.BooleanField(default=False)
    shows = models.JSONField(default=list, help_text="Names of the parts that are shown.")
    figures = models.JSONField(default=dict, help_text="As they stood when it was published.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
