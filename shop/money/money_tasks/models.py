from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.orders.models import Order
from shop.people.merchants.models import Merchant


class MoneyTask(Stateful):
    """Something about money that no machine can finish; it stays until a person closes it.

    One stands open for one kind and one thing. What may be done about it says ``kinds``.
    """

    class Kind(models.TextChoices):
        PAYMENT_REVIEW = "payment_review"
        REFUND_STUCK = "refund_stuck"
        EXTERNAL_REFUND = "external_refund"
        DISPUTE = "dispute"
        MESSAGE = "message"
        RETURN = "return"
        REFUND_CHECK = "refund_check"
        PAYOUT_BACK = "payout_back"
        DIFFERENCE = "difference"
        SUSPENSE = "suspense"
        COVER = "cover"
        RECEIVABLE = "receivable"
        DOCUMENT = "document"
        PAYOUT_STUCK = "payout_stuck"
        BALANCE = "balance"
        LEAVING = "leaving"
        FRAUD_WARNING = "fraud_warning"

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"

    NEXT: ClassVar[dict[str, set[str]]] = {State.OPEN: {State.DONE}, State.DONE: set()}

    kind = models.CharField(max_length=20, choices=Kind)
    state = ChoiceField(max_length=4, choices=State, default=State.OPEN)
    about = models.CharField(max_length=60, help_text="operation-184: what it is open for once.")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="money_tasks")
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True, related_name="money_tasks")
    payment = models.ForeignKey("shop.Payment", models.PROTECT, null=True, related_name="tasks")
    operation = models.ForeignKey("shop.Operation", models.PROTECT, null=True, related_name="tasks")
    dispute = models.ForeignKey("shop.Dispute", models.PROTECT, null=True, related_name="tasks")
    event = models.ForeignKey("shop.GatewayEvent", models.PROTECT, null=True, related_name="tasks")
    amount = models.PositiveBigIntegerField(null=True, help_text="Minor units.")
    currency = models.CharField(max_length=3, blank=True)
    what = models.CharField(max_length=300, help_text="What happened, in English.")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="money_tasks"
    )
    outcome = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        help_text="Empty: it solved itself.",
    )  # fmt: skip

    objects = StateQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(state="open"), name="money_task_open"
            ),
            models.Index(fields=["-closed_at", "-id"], condition=Q(state="done"),
                         name="money_task_done"),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about"], condition=Q(state="open"), name="money_task_open_once"
            ),
            models.CheckConstraint(
                name="money_task_closed_with_outcome",
                condition=Q(state="open") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Tell whether it waits for a person."""
        return self.state == self.State.OPEN
