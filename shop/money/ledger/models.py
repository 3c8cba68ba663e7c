from __future__ import annotations

from django.db import models
from django.db.models import Q

from shop.core.states import ChoiceField, CurrencyField
from shop.festivals.models import Festival, Fund
from shop.orders.models import Order, Suborder
from shop.people.merchants.models import Merchant


class LedgerTransaction(models.Model):
    """A balanced set of entries for one business event. Rows are only ever added: see triggers."""

    class Kind(models.TextChoices):
        # Money in.
        SALE = "sale"
        CHARGE_FEE = "charge_fee"
        UNWANTED = "unwanted"
        REVIEW = "review"
        REVIEW_ACCEPTED = "review_accepted"
        REVIEW_REFUSED = "review_refused"
        # Refunds.
        REFUND = "refund"
        GOODWILL = "goodwill"
        REFUND_DONE = "refund_done"
        REFUND_FAILED = "refund_failed"
        REFUND_ELSEWHERE = "refund_elsewhere"
        REFUND_FOUND = "refund_found"
        REFUND_MATCHED = "refund_matched"
        # Disputes.
        DISPUTE_OPENED = "dispute_opened"
        DISPUTE_WON = "dispute_won"
        DISPUTE_LOST = "dispute_lost"
        DISPUTE_FEE = "dispute_fee"
        # Money out.
        TRANSFER = "transfer"
        TOP_UP = "top_up"
        REVERSAL = "reversal"
        RESERVE_HELD = "reserve_held"
        RESERVE_RELEASED = "reserve_released"
        FUNDING = "funding"
        PAYOUT_SENT = "payout_sent"
        PAYOUT_POSTED = "payout_posted"
        PAYOUT_FEE = "payout_fee"
        PAYOUT_FAILED = "payout_failed"
        PAYOUT_RETURNED = "payout_returned"
        PAYOUT_TARIFF = "payout_tariff"
        PAYOUT_PROVED = "payout_proved"
        CARRIED = "carried"
        NETTED = "netted"
        RECEIVABLE_CLOSED = "receivable_closed"
        # The operator's own accounts.
        WITHDRAWAL = "withdrawal"
        DEPOSIT = "deposit"
        SPONSOR_PAID = "sponsor_paid"
        SPONSOR_REPAID = "sponsor_repaid"
        COMMISSION_TAX = "commission_tax"
        TAX_PAID = "tax_paid"
        UNKNOWN = "unknown"
        SUSPENSE_CLOSED = "suspense_closed"
        PAID_IN = "paid_in"

    reference = models.CharField(max_length=60, unique=True, help_text="sale-184")
    kind = ChoiceField(max_length=20, choices=Kind)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="ledger")
    operation = models.ForeignKey(
        "shop.Operation", models.PROTECT, null=True, related_name="ledger",
        help_text="The movement of money that it books.",
    )  # fmt: skip
    festival = models.ForeignKey(Festival, models.PROTECT, null=True, related_name="+")
    fund = models.ForeignKey(Fund, models.PROTECT, null=True, related_name="ledger")
    at = models.DateTimeField(help_text="When it was booked: its month is made of this.")
    happened_at = models.DateTimeField(
        null=True, help_text="When it happened, where that was before it was booked."
    )
    made_in = models.BigIntegerField(
        null=True, editable=False,
        help_text="The database's number of the transaction that wrote it, and its entries.",
    )  # fmt: skip

    class Meta:
        indexes = [models.Index(fields=["at", "id"], name="ledger_by_moment")]

    def __str__(self) -> str:
        return self.reference


class LedgerEntry(models.Model):
    """One signed amount on one account, debit positive; those of a transaction sum to zero."""

    class Account(models.TextChoices):
        PROVIDER = "provider"  # the balance of payments at the provider
        STORAGE = "storage"  # its financial account, from which payouts are sent
        BANK = "bank"  # the operator's own accounts
        TRANSIT = "transit"  # sent, and not yet gone from where it is
        PAYABLE = "payable"
        RESERVE = "reserve"
        RECEIVABLE = "receivable"
        REFUNDS_DUE = "refunds_due"
        DISPUTED = "disputed"
        SUSPENSE = "suspense"  # there, and nobody knows yet for what
        FUNDS = "funds"
        PROMOTIONS = "promotions"
        COMMISSION = "commission"
        TAX = "tax"
        FEES = "fees"
        LOSSES = "losses"
        FX = "fx"

    OF_MERCHANTS = (Account.PAYABLE, Account.RESERVE, Account.RECEIVABLE)

    transaction = models.ForeignKey(
        LedgerTransaction, models.PROTECT, related_name="entries",
        db_index=False,  # ledger_of_transaction begins with it
    )  # fmt: skip
    account = ChoiceField(max_length=12, choices=Account)
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True, related_name="ledger")
    suborder = models.ForeignKey(Suborder, models.PROTECT, null=True, related_name="ledger")
    fund = models.ForeignKey(Fund, models.PROTECT, null=True, related_name="entries")
    amount = models.BigIntegerField(help_text="Minor units; signed.")
    currency = CurrencyField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "merchant"], name="ledger_of_account"),
            models.Index(fields=["account", "fund"], condition=Q(fund__isnull=False),
                         name="ledger_of_fund"),
            models.Index(fields=["transaction"], include=["account", "currency", "amount"],
                         name="ledger_of_transaction"),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                name="ledger_merchant_where_owed",
                condition=~Q(account__in=("payable", "reserve", "receivable"))
                | Q(merchant__isnull=False),
            ),
            models.CheckConstraint(
                name="ledger_fund_where_funds",
                condition=~Q(account="funds") | Q(fund__isnull=False),
            ),
            models.CheckConstraint(name="ledger_entry_of_something", condition=~Q(amount=0)),
        ]


class ClosedMonth(models.Model):
    """A month (UTC) in which nothing is booked any more: a trigger refuses what is earlier."""

    month = models.DateField(unique=True, help_text="Its first day.")
    ends_at = models.DateTimeField(unique=True, help_text="Its end, exclusive.")
    closed_at = models.DateTimeField()
    balanced_at = models.DateTimeField(null=True, help_text="When its balances were written.")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class ClosedBalance(models.Model):
    """The sum of an account at the end of a closed month, debit positive; none where it is zero."""

    month = models.ForeignKey(
        ClosedMonth, models.PROTECT, related_name="balances",
        db_index=False,  # closed_balance_of_account begins with it
    )  # fmt: skip
    account = ChoiceField(max_length=12, choices=LedgerEntry.Account)
    currency = CurrencyField()
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True, related_name="+")
    fund = models.ForeignKey(Fund, models.PROTECT, null=True, related_name="+")
    amount = models.BigIntegerField(help_text="Minor units; signed.")

    class Meta:
        indexes = [
            models.Index(fields=["month", "account", "merchant"], name="closed_balance_of_account")
        ]
