from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.orders.models import OrderLine, Refund, Replacement, Suborder


class ReturnQuerySet(StateQuerySet["ReturnRequest"]):
    """Returns by whose turn it is."""

    def alive(self) -> ReturnQuerySet:
        """Keep those that are not decided to the end: they keep the parcel's earnings."""
        return self.filter(state__in=ReturnRequest.ALIVE)

    def to_answer(self) -> ReturnQuerySet:
        """Keep those that wait for the store's word."""
        return self.filter(state=ReturnRequest.State.ASKED)


class ReturnRequest(Stateful):
    """What a shopper asks for after paying: to cancel a parcel, to search for it, to return it."""

    class Kind(models.TextChoices):
        CANCEL = "cancel"
        MISSING = "missing"
        RETURN = "return"

    class State(models.TextChoices):
        ASKED = "asked"
        AGREED = "agreed"
        SENT = "sent"
        RECEIVED = "received"
        REFUNDED = "refunded"
        REPLACED = "replaced"
        REFUSED = "refused"
        APPEALED = "appealed"  # its shopper asks an organizer to decide
        LAPSED = "lapsed"

    class Carriage(models.TextChoices):
        STORE = "store"
        SHOPPER = "shopper"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.ASKED: {
            State.AGREED, State.REFUNDED, State.REPLACED, State.REFUSED, State.LAPSED,
        },
        State.AGREED: {
            State.SENT, State.RECEIVED, State.REFUNDED, State.REPLACED, State.LAPSED,
        },
        State.SENT: {State.RECEIVED, State.REFUNDED, State.REFUSED, State.LAPSED},
        State.RECEIVED: {State.REFUNDED, State.REPLACED, State.REFUSED},
        State.REFUNDED: set(),
        State.REPLACED: {State.ASKED, State.APPEALED},  # its replacement was cancelled
        State.REFUSED: {State.APPEALED, State.AGREED, State.REFUNDED, State.REPLACED},
        State.APPEALED: {
            State.AGREED, State.REFUNDED, State.REPLACED, State.REFUSED, State.LAPSED,
        },
        State.LAPSED: {State.RECEIVED},  # it was on its way all the same
    }  # fmt: skip
    ALIVE = (State.ASKED, State.AGREED, State.SENT, State.RECEIVED, State.APPEALED)

    suborder = models.ForeignKey(Suborder, models.PROTECT, related_name="returns")
    kind = ChoiceField(max_length=7, choices=Kind)
    state = ChoiceField(max_length=8, choices=State, default=State.ASKED)
    carriage = models.CharField(
        max_length=7, choices=Carriage, blank=True, help_text="Who pays the way back."
    )
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField(help_text="After that an organizer decides.")
    answer = models.CharField(max_length=300, blank=True, help_text="Of the store; they read it.")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    send_by = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    carrier = models.CharField(max_length=80, blank=True)
    tracking_number = models.CharField(max_length=60, blank=True)
    received_at = models.DateTimeField(null=True)
    appealed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    has_pictures = models.BooleanField(default=False)
    refund = models.OneToOneField(Refund, models.PROTECT, null=True, related_name="return_request")
    replacement = models.OneToOneField(
        Replacement, models.PROTECT, null=True, related_name="return_request"
    )

    is_answered_by_store: bool

    objects = ReturnQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["answer_by"], condition=Q(state="asked"), name="return_to_answer"),
            models.Index(fields=["send_by"], condition=Q(state="agreed"), name="return_to_send"),
            models.Index(
                fields=["closed_at"], condition=Q(has_pictures=True), name="return_with_pictures"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="return_refunded_by_a_refund",
                condition=~Q(state="refunded") | Q(refund__isnull=False),
            ),
            models.CheckConstraint(
                name="return_replaced_by_a_replacement",
                condition=~Q(state="replaced") | Q(replacement__isnull=False),
            ),
        ]

    @property
    def number(self) -> str:
        """Return the name by which people speak of it."""
        return f"R-{self.asked_at.year}-{self.pk:04d}"

    @property
    def is_alive(self) -> bool:
        """Tell whether it is not decided to the end, as ``alive`` does for many."""
        return self.state in self.ALIVE

    @property
    def may_come(self) -> bool:
        """Tell whether goods may be on their way to the store: it was agreed that they come."""
        after = self.NEXT[self.state]
        is_sent = self.kind == self.Kind.RETURN and self.send_by is not None
        return is_sent and self.State.RECEIVED in after


class ReturnLine(models.Model):
    """Units of one line that are asked to go back, and why."""

    class Reason(models.TextChoices):
        WRONG = "wrong"
        BROKEN = "broken"
        DIFFERS = "differs"
        INCOMPLETE = "incomplete"
        SIZE = "size"
        MIND = "mind"
        MISSING = "missing"

    AT_FAULT = frozenset(
        {Reason.WRONG, Reason.BROKEN, Reason.DIFFERS, Reason.INCOMPLETE, Reason.MISSING}
    )

    request = models.ForeignKey(ReturnRequest, models.CASCADE, related_name="lines", db_index=False)
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="returns")
    quantity = models.PositiveIntegerField()
    reason = models.CharField(max_length=10, choices=Reason)
    words = models.CharField(max_length=300, blank=True)
    picture_count: int  # Only where a query adds it.

    class Meta:
        ordering = ["line__position"]
        constraints = [
            models.UniqueConstraint(fields=["request", "line"], name="return_line_once"),
            models.CheckConstraint(name="return_line_of_units", condition=Q(quantity__gt=0)),
        ]

    @property
    def is_unchecked(self) -> bool:
        """Return whether a file of it waits to be decoded."""
        return any(not row.problem for row in self.incoming.all())

    @property
    def is_stores_fault(self) -> bool:
        """Tell whether the store bears it, with its part of the delivery and the way back."""
        return self.reason in self.AT_FAULT


class ReturnPicture(models.Model):
    """A picture that shows what is wrong: for the store, the shopper and organizers alone."""

    line = models.ForeignKey(ReturnLine, models.CASCADE, related_name="pictures")
    content = models.BinaryField(help_text="A JPEG that we made; no file that an address opens.")
