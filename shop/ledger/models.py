from django.db import models

from shop.merchants.models import Merchant
from shop.orders.models import Order


class LedgerTransaction(models.Model):
    """A balanced set of entries for one business event. Rows are only ever added."""

    reference = models.CharField(max_length=60, unique=True, help_text="sale-184")
    order = models.ForeignKey(Order, models.PROTECT, related_name="ledger")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.reference


class LedgerEntry(models.Model):
    """One signed amount on one account; those of a transaction sum to zero."""

    class Account(models.TextChoices):
        CASH = "cash"
        BANK = "bank"  # what the operator pays from an account of his own
        PROMOTIONS = "promotions"
        PAYABLE = "payable"
        COMMISSION = "commission"
        TAX = "tax"
        REFUNDS_DUE = "refunds_due"

    transaction = models.ForeignKey(LedgerTransaction, models.CASCADE, related_name="entries")
    account = models.CharField(max_length=12, choices=Account)
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True, related_name="ledger")
    amount = models.BigIntegerField(help_text="Minor units; signed.")
    currency = models.CharField(max_length=3)

    class Meta:
        indexes = [models.Index(fields=["account", "merchant"], name="ledger_of_account")]
