from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shop.states import Stateful, StateQuerySet


class PayoutCountry(models.Model):
    """Which ways of paying reach the stores of a country, by whose word and of which day."""

    class Reached(models.TextChoices):
        YES = "yes"
        NO = "no"
        UNKNOWN = "unknown"  # counts as no

    code = models.CharField(max_length=2, unique=True)
    by_connect = models.CharField(max_length=7, choices=Reached, default=Reached.UNKNOWN)
    by_global = models.CharField(max_length=7, choices=Reached, default=Reached.UNKNOWN)
    currency = models.CharField(max_length=3)
    rail = models.CharField(max_length=5, blank=True, help_text="Of global: local or wire.")
    needs = models.CharField(max_length=300, blank=True, help_text="What global asks there.")
    source = models.CharField(max_length=400, help_text="Who says so.")
    as_of = models.DateField(help_text="Of which day that is.")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="payout_country_says_who_says_so", condition=~Q(source=""),
                violation_error_message="Say who says so.",
            ),
            models.CheckConstraint(
                name="payout_country_global_by_a_rail",
                condition=~Q(by_global="yes") | Q(rail__in=("local", "wire")),
                violation_error_message="Say by which rail the provider pays there.",
            ),
        ]  # fmt: skip


class Funding(Stateful):
    """Money that goes from the balance of payments to the account from which payouts are sent."""

    class State(models.TextChoices):
        SENDING = "sending"
        DONE = "done"
        FAILED = "failed"  # the provider took it back
        BLOCKED = "blocked"
        VOID = "void"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.SENDING: {State.DONE, State.BLOCKED},
        State.BLOCKED: {State.DONE, State.VOID},
        State.DONE: {State.FAILED},
        State.FAILED: set(),
        State.VOID: set(),
    }

    key = models.UUIDField(unique=True)
    state = models.CharField(max_length=7, choices=State, default=State.SENDING)
    amount = models.PositiveBigIntegerField(help_text="Minor units.")
    currency = models.CharField(max_length=3)
    request = models.JSONField(help_text="Frozen, so that a repeat asks for the same.")
    first_sent_at = models.DateTimeField(help_text="Written before the first call.")
    key_until = models.DateTimeField()
    remote_id = models.CharField(max_length=120, null=True, unique=True)
    error = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)

    objects = StateQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "-id"], name="funding_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["currency"], condition=Q(state__in=["sending", "blocked"]),
                name="one_funding_at_once",
            ),
            models.CheckConstraint(name="funding_of_something", condition=Q(amount__gt=0)),
        ]  # fmt: skip
