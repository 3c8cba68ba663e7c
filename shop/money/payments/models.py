from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shop.core.money import Money
from shop.core.states import ChoiceField, CurrencyField, Stateful, StateQuerySet
from shop.money.payments.provider.doubts import Doubted
from shop.orders.models import Order, Refund, Suborder

PAYABLE = Q(state__in=("creating", "open")) | (Q(state="superseded") & ~Q(session_url=""))
STUCK = ("blocked", "failed")  # while nobody has resolved it
UNDECIDED = Q(state__in=("processing", "review"))


class PaymentQuerySet(StateQuerySet["Payment"]):
    """Payments by the steps that are left: payable, undecided."""

    def payable(self) -> PaymentQuerySet:
        """Return those that a shopper can still pay.

        A superseded one is among them until the provider has said that its page is closed.
        """
        return self.filter(PAYABLE)

    def undecided(self) -> PaymentQuerySet:
        """Return those on which a bank or a person has to decide; nobody else can end them."""
        return self.filter(UNDECIDED)

    def live(self) -> PaymentQuerySet:
        """Return those that keep an order from ending: payable or undecided."""
        return self.filter(PAYABLE | UNDECIDED)


class Payment(Stateful):
    """One try to take an order's money through one Checkout session of the provider."""

    class State(models.TextChoices):
        CREATING = "creating"
        OPEN = "open"
        PROCESSING = "processing"
        PAID = "paid"
        EXPIRED = "expired"
        SUPERSEDED = "superseded"
        FAILED = "failed"
        REFUNDING = "refunding"
        REFUNDED = "refunded"
        REVIEW = "review"

    # Money can arrive for a try that was given up, so the ended states lead on, too.
    NEXT: ClassVar[dict[str, set[str]]] = {
        State.CREATING: {
            State.OPEN, State.PROCESSING, State.PAID, State.EXPIRED, State.SUPERSEDED,
            State.FAILED, State.REFUNDING, State.REVIEW,
        },
        State.OPEN: {
            State.PROCESSING, State.PAID, State.EXPIRED, State.SUPERSEDED, State.FAILED,
            State.REFUNDING, State.REVIEW,
        },
        State.PROCESSING: {State.PAID, State.FAILED, State.REFUNDING, State.REVIEW},
        State.EXPIRED: {State.PAID, State.REFUNDING, State.REVIEW},
        State.SUPERSEDED: {
            State.PROCESSING, State.PAID, State.FAILED, State.REFUNDING, State.REVIEW,
        },
        State.FAILED: {State.PAID, State.REFUNDING, State.REVIEW},
        State.PAID: {State.REFUNDING},
        State.REFUNDING: {State.REFUNDED},
        State.REFUNDED: set(),
        State.REVIEW: {State.PAID, State.REFUNDING, State.REFUNDED},
    }  # fmt: skip
    UNSETTLED = (State.CREATING, State.OPEN, State.PROCESSING)
    HAS_MONEY = (State.PAID, State.REFUNDING, State.REFUNDED, State.REVIEW)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="payments")
    state = ChoiceField(max_length=10, choices=State, default=State.CREATING)
    amount = models.PositiveBigIntegerField(help_text="Minor units.")
    currency = CurrencyField()
    received = models.PositiveBigIntegerField(
        null=True, help_text="What came, where it is another amount, or of another currency."
    )
    received_currency = models.CharField(max_length=3, blank=True)
    request = models.JSONField(help_text="What was asked of the provider, so that it can repeat.")
    session_id = models.CharField(max_length=120, null=True, unique=True)
    session_url = models.TextField(blank=True)  # emptied when it leads nowhere any more
    session_ends_at = models.DateTimeField()
    intent_id = models.CharField(max_length=120, null=True, unique=True)
    charge_id = models.CharField(max_length=120, null=True, unique=True)
    method = models.CharField(max_length=60, blank=True, help_text="Visa 4242")
    made_at = models.DateTimeField()
    more_time_at = models.DateTimeField(null=True, help_text="When the last minutes were given.")
    keys_used = models.PositiveSmallIntegerField(
        default=0, help_text="Keys under which the provider keeps an error of its own."
    )
    asked_at = models.DateTimeField(null=True, help_text="When a round last asked about it.")
    checked_at = models.DateTimeField(null=True, help_text="When the provider last answered.")
    balance_txn = models.CharField(
        max_length=120, null=True, unique=True, help_text="Its charge's line of the balance."
    )
    fee = models.BigIntegerField(null=True, help_text="What the provider kept, as booked.")
    net = models.BigIntegerField(null=True)
    available_on = models.DateTimeField(null=True, help_text="From when its money can be used.")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["session_ends_at"],
                condition=Q(state__in=["creating", "open", "processing"]),
                name="payment_unsettled",
            ),
            models.Index(
                fields=["made_at"],
                condition=Q(charge_id__isnull=False, balance_txn=None),
                name="payment_without_line",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="paid"), name="order_paid_once"
            )
        ]

    @property
    def key(self) -> str:
        """Return the idempotency key of its session: the same key finds the same session."""
        return f"{self.uuid}-{self.keys_used}" if self.keys_used else str(self.uuid)

    @property
    def asked(self) -> Money:
        """Return the amount that the shopper is asked for."""
        return Money(self.amount, self.currency)

    @property
    def came(self) -> Money:
        """Return what came of it: what was asked for, unless it differs."""
        if self.received is None:
            return self.asked
        return Money(self.received, self.received_currency)

    @property
    def is_undecided(self) -> bool:
        """Tell whether a bank or a person has to decide, as ``undecided`` does for many."""
        return self.state in (self.State.PROCESSING, self.State.REVIEW)

    @property
    def is_live(self) -> bool:
        """Tell whether it keeps its order from ending, as ``live`` does for many."""
        is_closing = self.state == self.State.SUPERSEDED and bool(self.session_url)
        return is_closing or self.is_undecided or self.state in self.UNSETTLED

    @classmethod
    def of_charge(cls, charge_id: str) -> Payment | None:
        """Return the payment of a charge; none where the provider names no charge."""
        return cls.objects.filter(charge_id=charge_id).first() if charge_id else None

    def save_as(self, state: str) -> None:
        """Change the state of a row that the caller holds locked; its other changes are saved.

        Raises:
            StaleState: the step is not allowed.
        """
        self.enter(state)
        self.save()


class GatewayEvent(Stateful):
    """One stored message from the provider: a wake-up call, never a source of truth."""

    class State(models.TextChoices):
        NEW = "new"
        DONE = "done"
        DEAD = "dead"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.NEW: {State.DONE, State.DEAD},
        State.DONE: set(),
        State.DEAD: {State.NEW, State.DONE},
    }

    gateway_id = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=80)
    object_id = models.CharField(max_length=120, blank=True)
    context = models.CharField(
        max_length=120, blank=True, db_default="", help_text="Whose it is, where it is not ours."
    )
    is_live = models.BooleanField()
    api_version = models.CharField(max_length=40, blank=True)
    body = models.JSONField(null=True, help_text="Blanked after 90 days.")
    state = ChoiceField(max_length=4, choices=State, default=State.NEW)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    objects = StateQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="new"), name="event_waiting"),
            models.Index(fields=["object_id"], name="event_about"),
            models.Index(
                fields=["received_at"], condition=Q(body__isnull=False), name="event_told"
            ),
        ]


class Operation(Stateful, Doubted):
    """Money to be moved at the provider: written with its cause, carried out afterwards.

    Its UUID makes the idempotency key, so that carrying it out twice moves the money once.
    """

    class Kind(models.TextChoices):
        REFUND = "refund"

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        PENDING = "pending"
        DONE = "done"
        FAILED = "failed"
        BLOCKED = "blocked"
        VOID = "void"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.QUEUED: {State.SENDING, State.PENDING, State.DONE, State.FAILED, State.VOID},
        State.SENDING: {
            State.SENDING, State.QUEUED, State.PENDING, State.DONE, State.FAILED, State.BLOCKED,
        },
        State.PENDING: {State.DONE, State.FAILED, State.VOID},
        State.DONE: {State.FAILED, State.VOID},
        State.FAILED: {State.QUEUED, State.DONE, State.VOID},
        State.BLOCKED: {State.QUEUED, State.PENDING, State.DONE, State.FAILED, State.VOID},
        State.VOID: set(),
    }  # fmt: skip

    class Cause(models.TextChoices):
        LATE = "late"  # the money came when the goods were gone
        SURPLUS = "surplus"  # the order was already paid
        RETURNED = "returned"  # what was bought is not delivered, or came back
        DIFFERS = "differs"  # another amount came than was asked
        OUTSIDE = "outside"  # somebody made it at the provider

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = ChoiceField(max_length=8, choices=Kind)
    state = ChoiceField(max_length=8, choices=State, default=State.QUEUED)
    cause = ChoiceField(max_length=8, choices=Cause)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="operations")
    suborder = models.ForeignKey(Suborder, models.PROTECT, null=True, related_name="operations")
    refund = models.OneToOneField(Refund, models.PROTECT, null=True, related_name="operation")
    amount = models.PositiveBigIntegerField(help_text="Minor units.")
    matched = models.PositiveBigIntegerField(
        default=0, db_default=0,
        help_text="Of one that was made outside: the amount of which it is known what it is for.",
    )  # fmt: skip
    currency = CurrencyField()
    request = models.JSONField(help_text="Frozen, so that a repeat asks for the same.")
    made_at = models.DateTimeField(null=True)
    first_sent_at = models.DateTimeField(null=True, help_text="Written before the first call.")
    run_after = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    remote_id = models.CharField(max_length=120, null=True, unique=True)
    balance_txn = models.CharField(
        max_length=120, null=True, unique=True, help_text="Its line of the balance."
    )
    bank_reference = models.CharField(
        max_length=60, blank=True, db_default="",
        help_text="By which banks find it (ARN); known some days after it was sent.",
    )  # fmt: skip
    error = models.CharField(max_length=300, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    resolution = models.JSONField(
        null=True, help_text="How a person closed it: day, reference and reason."
    )

    objects = StateQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["run_after"],
                condition=Q(state__in=["queued", "sending", "pending"]),
                name="operation_waiting",
            ),
            models.Index(
                fields=["made_at"],
                condition=Q(state__in=["blocked", "failed"], resolved_at=None),
                name="operation_unresolved",
            ),
            models.Index(
                fields=["made_at"],
                condition=Q(state="done", balance_txn=None, resolved_at=None),
                name="operation_without_line",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "kind", "cause"],
                condition=Q(kind="refund", cause__in=["late", "surplus"]),
                name="one_refund_of_each_cause",
            ),
            models.CheckConstraint(
                name="operation_matched_in_part", condition=Q(matched__lte=F("amount"))
            ),
        ]

    def renew(self, *, at: datetime) -> None:
        """Let it be sent again under a new key, for the amount that it has now; not saved.

        Called with its row locked, and only where the old key moved nothing.
        """
        self.uuid = uuid.uuid4()
        self.request = self.request | {"operation": str(self.uuid), "amount": self.amount}
        if self.state != self.State.QUEUED:
            self.enter(self.State.QUEUED)
        self.run_after, self.tries, self.error = at, 0, ""
        self.keys_used, self.doubted_at = 0, None
        self.remote_id = self.first_sent_at = self.key_until = None

    @property
    def is_stuck(self) -> bool:
        """Tell whether it waits for a person: the provider will not carry it out by itself."""
        return self.state in STUCK and self.resolved_at is None

    @property
    def is_from_outside(self) -> bool:
        """Tell whether somebody made it at the provider, and not we."""
        return self.cause == self.Cause.OUTSIDE

    @property
    def unmatched(self) -> int:
        """Return the amount of a refund from outside of which nobody knows what it is for."""
        return self.amount - self.matched if self.is_from_outside else 0


class RefundProposal(Stateful):
    """A refund that somebody asks for and a second person has to look at."""

    class State(models.TextChoices):
        ASKED = "asked"
        DONE = "done"
        DROPPED = "dropped"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.ASKED: {State.DONE, State.DROPPED},
        State.DONE: set(),
        State.DROPPED: set(),
    }

    order = models.ForeignKey(Order, models.PROTECT, related_name="proposals")
    state = ChoiceField(max_length=7, choices=State, default=State.ASKED)
    plan = models.JSONField(help_text="What is to go back, as payments.proposals reads it.")
    amount = models.PositiveBigIntegerField(help_text="What it came to when it was asked.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    refund = models.OneToOneField(Refund, models.PROTECT, null=True, related_name="+")

    objects = StateQuerySet.as_manager()
