from __future__ import annotations

from typing import ClassVar, cast

from django.db import models
from django.db.models import Q

from shop.core.states import ChoiceField, CurrencyField, Stateful, StateQuerySet
from shop.money.payments.provider.doubts import Doubted
from shop.money.settlements.models import Payout
from shop.orders.models import Suborder
from shop.people.merchants.models import Merchant


class PayoutCountry(models.Model):
    """Which ways of paying reach the stores of a country, by whose word and of which day."""

    class Reached(models.TextChoices):
        YES = "yes"
        NO = "no"
        UNKNOWN = "unknown"  # counts as no

    code = models.CharField(max_length=2, unique=True)
    by_connect = models.CharField(max_length=7, choices=Reached, default=Reached.UNKNOWN)
    by_global = models.CharField(max_length=7, choices=Reached, default=Reached.UNKNOWN)
    currency = CurrencyField()
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


class Funding(Stateful, Doubted):
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
    state = ChoiceField(max_length=7, choices=State, default=State.SENDING)
    amount = models.PositiveBigIntegerField(help_text="Minor units.")
    currency = CurrencyField()
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


class Transfer(Stateful, Doubted):
    """Money between the balance of payments and a store's own account at the provider.

    A payout to such an account is made of them: one out of each charge, and one for what is owed
    on top, since discounts were given. What is refunded later is taken back from them.
    """

    class Kind(models.TextChoices):
        TRANSFER = "transfer", "Out of a charge"
        TOP_UP = "top_up", "Out of the balance"
        REVERSAL = "reversal", "Taken back"

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"  # whether the provider has it is not known yet
        DONE = "done"
        BLOCKED = "blocked"  # a person has to look
        REFUSED = "refused"  # what could not be taken back: the store owes it
        ELSEWHERE = "elsewhere"  # the operator's bank has paid it
        VOID = "void"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.QUEUED: {State.SENDING, State.ELSEWHERE, State.VOID},
        State.SENDING: {State.SENDING, State.QUEUED, State.DONE, State.BLOCKED, State.REFUSED},
        State.BLOCKED: {State.QUEUED, State.DONE, State.ELSEWHERE, State.VOID},
        State.DONE: set(),
        State.REFUSED: set(),
        State.ELSEWHERE: set(),
        State.VOID: set(),
    }
    OPEN = (State.QUEUED, State.SENDING, State.BLOCKED)
    LIVE = (*OPEN, State.DONE)

    kind = ChoiceField(max_length=8, choices=Kind)
    state = ChoiceField(max_length=9, choices=State, default=State.QUEUED)
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="transfers")
    suborder = models.ForeignKey(Suborder, models.PROTECT, null=True, related_name="transfers")
    of = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversals")
    charge = models.CharField(
        max_length=120, blank=True, help_text="Out of which it goes, by the provider's name."
    )
    amount = models.PositiveBigIntegerField(help_text="Minor units.")
    currency = CurrencyField()
    key = models.UUIDField(unique=True)
    request = models.JSONField(help_text="Frozen, so that a repeat asks for the same.")
    made_at = models.DateTimeField()
    first_sent_at = models.DateTimeField(null=True, help_text="Written before the first call.")
    run_after = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    remote_id = models.CharField(max_length=120, null=True, unique=True)
    balance_txn = models.CharField(
        max_length=120, null=True, unique=True, help_text="Its line of the balance."
    )
    done_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    objects = StateQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["run_after"],
                condition=Q(state__in=["queued", "sending"]),
                name="transfer_waiting",
            ),
            models.Index(fields=["suborder"], condition=Q(state="done"), name="transfer_of_a_part"),
            models.Index(
                fields=["done_at"],
                condition=Q(state="done", balance_txn=None),
                name="transfer_without_line",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["payout", "suborder", "kind"],
                condition=Q(payout__isnull=False) & ~Q(state="void"),
                name="transfer_once", nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["of"], condition=Q(state__in=["queued", "sending", "blocked"]),
                name="one_reversal_at_once",
            ),
            models.CheckConstraint(name="transfer_of_something", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="transfer_of_a_payout_or_back",
                condition=Q(kind="reversal", of__isnull=False, payout=None)
                | (~Q(kind="reversal") & Q(of=None, payout__isnull=False)),
            ),
            models.CheckConstraint(
                name="transfer_done_by_name",
                condition=~Q(state="done") | Q(remote_id__isnull=False),
            ),
            models.CheckConstraint(
                name="transfer_sent_with_a_time",
                condition=~Q(state__in=["sending", "done", "refused"])
                | Q(first_sent_at__isnull=False, key_until__isnull=False),
            ),
        ]  # fmt: skip

    @property
    def whose(self) -> Suborder | Merchant:
        """Return for which part of an order it is, or for which store where it is for none."""
        if self.suborder:
            return self.suborder
        return cast("Payout", self.payout).settlement.merchant

    @property
    def is_back(self) -> bool:
        """Tell whether it takes money back from the store's account."""
        return self.kind == self.Kind.REVERSAL
