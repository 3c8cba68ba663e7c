from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import Q

from shop.core.states import ChoiceField, CurrencyField
from shop.orders.models import Refund, Suborder
from shop.people.merchants.models import Merchant

SELLER = "Empty: the operator of the shop."


class Series(models.Model):
    """The counter of one seller's papers of a kind in a year: no number is left out or used twice.

    ``prefix`` stays as it was with the first number. Rows only count upwards: see triggers.
    """

    merchant = models.ForeignKey(
        Merchant,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=SELLER,
        db_index=False,
    )
    kind = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    prefix = models.CharField(max_length=10)
    next = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "kind", "year"], nulls_distinct=False, name="series_once"
            )
        ]


class Document(models.Model):
    """A paper as it was issued, for good: its facts are never changed, only a fiscal number added.

    ``frozen`` is text, so that the digest is of the very bytes that are kept. See triggers.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice"
        CREDIT_NOTE = "credit_note"
        COMMISSION = "commission"
        COMMISSION_CREDIT = "comm_credit", "Commission credited"

    CREDITS = (Kind.CREDIT_NOTE, Kind.COMMISSION_CREDIT)

    series = models.ForeignKey(Series, models.PROTECT, related_name="documents", db_index=False)
    kind = ChoiceField(max_length=12, choices=Kind)
    merchant = models.ForeignKey(
        Merchant,
        models.PROTECT,
        null=True,
        related_name="papers",
        help_text=SELLER,
        db_index=False,
    )
    n = models.PositiveIntegerField(help_text="Its place in the series.")
    number = models.CharField(max_length=40)
    suborder = models.ForeignKey(Suborder, models.PROTECT, null=True, related_name="papers")
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="papers")
    invoice = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="corrections", help_text="It corrects this."
    )
    issued_at = models.DateTimeField()
    total = models.PositiveBigIntegerField(help_text="Minor units, as its facts have it.")
    currency = CurrencyField()
    frozen = models.TextField(help_text="Its facts as JSON.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the facts.")
    fiscal_number = models.CharField(
        max_length=80, blank=True, default="", help_text="Of the tax office's device; filled once."
    )

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-id"], name="document_of_seller"),
            models.Index(fields=["issued_at", "id"], name="document_by_moment"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["series", "n"], name="document_number_once"),
            models.UniqueConstraint(
                fields=["suborder"], condition=Q(kind="invoice"), name="one_invoice_per_suborder"
            ),
            models.UniqueConstraint(
                fields=["refund", "suborder"],
                condition=Q(kind="credit_note"),
                name="one_credit_note_per_refund",
            ),
            models.CheckConstraint(
                name="document_is_about_something",
                condition=Q(kind="invoice", suborder__isnull=False, refund__isnull=True)
                & Q(invoice__isnull=True)
                | Q(kind="credit_note", suborder__isnull=False, refund__isnull=False)
                & Q(invoice__isnull=False)
                | Q(kind__in=("commission", "comm_credit")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def facts(self) -> dict[str, Any]:
        """Return what it says."""
        return json.loads(self.frozen)

    @property
    def waits_for_device(self) -> bool:
        """Tell whether it is no fiscal receipt yet, in a country that asks for one."""
        return bool(self.facts["device"]) and not self.fiscal_number
