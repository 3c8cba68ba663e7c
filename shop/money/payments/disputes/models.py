from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar, TypedDict

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.core.forms.private_files import PrivateFile
from shop.core.states import ChoiceField, CurrencyField, Stateful, StateQuerySet
from shop.money.payments.models import Payment
from shop.money.payments.provider.doubts import Doubted
from shop.orders.models import Suborder


class BookedAs(TypedDict):
    """What an entry of the books about an order says of itself."""

    reference: str
    at: datetime
    currency: str


class Dispute(Stateful):
    """A shopper's bank that takes a charge back until it has decided."""

    class State(models.TextChoices):
        INQUIRY = "inquiry"  # the bank asks, and has taken nothing
        OPEN = "open"
        ANSWERED = "answered"
        ACCEPTED = "accepted"
        WON = "won"
        LOST = "lost"
        CLOSED = "closed"  # an inquiry that came to nothing

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.INQUIRY: {
            State.OPEN, State.ANSWERED, State.ACCEPTED, State.CLOSED, State.WON, State.LOST,
        },
        State.OPEN: {State.ANSWERED, State.ACCEPTED, State.WON, State.LOST, State.CLOSED},
        State.ANSWERED: {State.OPEN, State.ACCEPTED, State.WON, State.LOST, State.CLOSED},
        State.ACCEPTED: {State.OPEN, State.LOST, State.WON, State.CLOSED},
        State.WON: {State.LOST},
        State.LOST: {State.WON},  # by an appeal
        State.CLOSED: {State.OPEN, State.WON, State.LOST},
    }  # fmt: skip
    WITH_BANK = (State.OPEN, State.ANSWERED, State.ACCEPTED)
    """The bank has taken the money, and has not decided."""
    LIVE = (State.INQUIRY, State.OPEN, State.ANSWERED, State.ACCEPTED)

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="disputes")
    remote_id = models.CharField(max_length=120, unique=True)
    remote_status = models.CharField(max_length=40, help_text="In the provider's own word.")
    state = ChoiceField(max_length=8, choices=State)
    reason = models.CharField(max_length=60, help_text="In the provider's own word.")
    amount = models.PositiveBigIntegerField(help_text="Minor units.")
    currency = CurrencyField()
    withdrawn = models.PositiveBigIntegerField(
        default=0, help_text="What the books have as taken by the bank until now."
    )
    fee = models.PositiveBigIntegerField(default=0, help_text="The provider's, as booked.")
    covered = models.PositiveBigIntegerField(
        default=0, help_text="Of a lost one: what a refund owed to the same shopper was for anyway."
    )
    times_booked = models.PositiveSmallIntegerField(default=0, db_default=0)
    borne = models.JSONField(
        null=True, help_text="Of a lost one: who bears it, minor units by suborder or platform."
    )
    due_by = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    answered_at: datetime | None  # Only where a query adds it.

    objects = StateQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_by"],
                condition=Q(state__in=["inquiry", "open", "answered", "accepted"]),
                name="dispute_live",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.remote_id

    @property
    def is_live(self) -> bool:
        """Tell whether the bank has not decided."""
        return self.state in self.LIVE

    @property
    def is_being_answered(self) -> bool:
        """Return whether an answer of ours is on its way to the bank."""
        return self.answers.filter(state__in=DisputeAnswer.UNDER_WAY).exists()

    def next_entry(self, *, at: datetime) -> BookedAs:
        """Return what the next entry of the books about it says of itself; saved with the row."""
        self.times_booked += 1
        return {"reference": f"{self.pk}-{self.times_booked}", "at": at, "currency": self.currency}

    @property
    def to_bear(self) -> int:
        """Return what somebody has to bear of a lost one."""
        is_lost = self.state == self.State.LOST
        return max(0, self.withdrawn - self.covered) if is_lost else 0


class DisputeEvidence(models.Model):
    """What a store says about a disputed order, for the answer to the bank: words stay."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="evidence")
    suborder = models.ForeignKey(Suborder, models.PROTECT, related_name="evidence")
    text = models.TextField(max_length=2000, blank=True)
    tracking_number = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    paper_count: int  # Only where a query adds it.

    class Meta:
        ordering = ["-pk"]


class EvidenceDocument(PrivateFile):
    """A paper that a store hands in with what it says about a dispute, such as a signed slip."""

    evidence = models.ForeignKey(DisputeEvidence, models.CASCADE, related_name="papers")

    class Meta:
        db_table = "shop_evidencepaper"
        ordering = ["pk"]


class DisputeAnswer(Stateful, Doubted):
    """What an organizer sends to the bank about a dispute: written down first, sent once."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"  # whether the provider has it is not known yet
        SENT = "sent"
        BLOCKED = "blocked"  # a person has to look

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.QUEUED: {State.SENDING},
        State.SENDING: {State.SENDING, State.QUEUED, State.SENT, State.BLOCKED},
        State.SENT: set(),
        State.BLOCKED: set(),
    }
    UNDER_WAY = (State.QUEUED, State.SENDING)

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="answers")
    state = ChoiceField(max_length=7, choices=State, default=State.QUEUED)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    texts = models.JSONField(help_text="By the provider's fields. Blanked with the order's words.")
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    run_after = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    objects = StateQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(state__in=["queued", "sending"]),
                name="one_answer_at_once",
            ),
            models.CheckConstraint(
                name="answer_sent_at_a_time",
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at=None)),
            ),
        ]  # fmt: skip


class AnswerFile(models.Model):
    """A paper that goes to the bank with an answer, and as what."""

    answer = models.ForeignKey(DisputeAnswer, models.CASCADE, related_name="files")
    paper = models.ForeignKey(EvidenceDocument, models.SET_NULL, null=True, related_name="sent_as")
    field = models.CharField(max_length=40, help_text="The provider's.")
    sha256 = models.CharField(max_length=64)
    remote_id = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["answer", "field"], name="one_file_for_each_field")
        ]
