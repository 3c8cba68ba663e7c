from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shop.core.forms.private_files import PrivateFile
from shop.core.states import ChoiceField, CurrencyField, Stateful, StateQuerySet
from shop.money.ledger.models import LedgerEntry
from shop.orders.documents.models import Document
from shop.people.merchants.models import Merchant


class PayoutMethod(Stateful):
    """Where a store is paid. What a bank needs is kept sealed; people see its last digits.

    Of those that the provider pays it keeps the account: ``remote_id`` is the recipient there, and
    ``bank_id`` what two people have confirmed: of *global* a bank account of it, of *connect* the
    store's own account at the provider, from which it is paid out as the store likes.
    """

    class Way(models.TextChoices):
        MANUAL = "manual", "By hand"
        GLOBAL = "global", "By the provider"
        CONNECT = "connect", "To its own account at the provider"

    class Rail(models.TextChoices):
        BANK = "bank", "Bank account"
        MOBILE = "mobile", "Mobile money"

    class State(models.TextChoices):
        ONBOARDING = "onboarding"  # the store has to finish the provider's form
        NEW = "new"
        READY = "ready"
        RESTRICTED = "restricted"  # what was sent there came back, or the provider stopped it
        CLOSED = "closed"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.ONBOARDING: {State.NEW, State.CLOSED},
        State.NEW: {State.READY, State.ONBOARDING, State.CLOSED},
        State.READY: {State.RESTRICTED, State.NEW, State.CLOSED},
        State.RESTRICTED: {State.READY, State.NEW, State.CLOSED},
        State.CLOSED: set(),
    }

    way = ChoiceField(max_length=7, choices=Way, default=Way.MANUAL, db_default=Way.MANUAL)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="payout_methods")
    rail = ChoiceField(max_length=6, choices=Rail)
    state = ChoiceField(max_length=10, choices=State, default=State.NEW)
    country = models.CharField(max_length=2)
    holder = models.CharField(max_length=120, help_text="As the bank has it.")
    sealed = models.BinaryField(help_text="Account, bank and so on, encrypted.")
    masked = models.CharField(max_length=60, help_text="ending 4471")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    usable_from = models.DateTimeField(null=True, help_text="72 hours after it was typed.")
    closed_at = models.DateTimeField(null=True)
    key = models.UUIDField(null=True, unique=True, help_text="Of making the recipient, once.")
    request = models.JSONField(null=True, help_text="What was asked, so that it can repeat.")
    first_sent_at = models.DateTimeField(null=True, help_text="Written before the first call.")
    remote_id = models.CharField(max_length=120, blank=True, db_default="")
    bank_id = models.CharField(max_length=120, blank=True, db_default="")
    to_currency = models.CharField(
        max_length=3, blank=True, db_default="", help_text="Where the account takes several."
    )
    needs = models.JSONField(
        default=list, db_default=[], help_text="What the provider waits for, in its words."
    )
    is_stopped = models.BooleanField(
        default=False, db_default=False, help_text="The provider restricted it, and may end that."
    )
    looked_at = models.DateTimeField(null=True, help_text="When the provider was last asked.")

    objects = StateQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["closed_at"], condition=~Q(masked=""), name="payout_method_closed"
            ),
            models.Index(
                fields=["looked_at"],
                condition=~Q(way="manual") & ~Q(state="closed"),
                name="payout_method_asked_of",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "way"], condition=Q(state="new"), name="one_new_payout_method"
            ),
            models.UniqueConstraint(
                fields=["merchant"], condition=~Q(way="manual") & ~Q(state="closed"),
                name="one_remote_account_of_a_store",
            ),
            models.UniqueConstraint(
                fields=["remote_id"], condition=~Q(remote_id="") & ~Q(state="closed"),
                name="payout_recipient_once",
            ),
            models.CheckConstraint(
                name="payout_method_by_its_way",
                condition=Q(way="manual", key=None) | (~Q(way="manual") & Q(key__isnull=False)),
            ),
            models.CheckConstraint(
                name="payout_method_confirmed_by_two",
                condition=Q(confirmed_by__isnull=True)
                | Q(added_by__isnull=True)
                | ~Q(confirmed_by=F("added_by")),
            ),
        ]  # fmt: skip

    @property
    def is_remote(self) -> bool:
        """Tell whether the provider pays there, and not the operator by hand."""
        return self.way != self.Way.MANUAL


class Settlement(Stateful):
    """What a store is paid for up to a moment: entries of the ledger, each claimed once."""

    class State(models.TextChoices):
        DRAFT = "draft"
        FINAL = "final"
        PAYING = "paying"
        PAID = "paid"
        CARRIED = "carried"  # nothing is left to pay: what is missing comes off the next one
        VOID = "void"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.FINAL, State.CARRIED, State.VOID},
        State.FINAL: {State.PAYING},
        State.PAYING: {State.PAID, State.FINAL},
        State.PAID: {State.FINAL},  # it came back
        State.CARRIED: set(),
        State.VOID: set(),
    }
    FROZEN = (State.FINAL, State.PAYING, State.PAID, State.CARRIED)

    merchant = models.ForeignKey(
        Merchant, models.PROTECT, related_name="settlements", db_index=False
    )
    currency = CurrencyField()
    n = models.PositiveIntegerField(help_text="The store's first, second and so on.")
    state = ChoiceField(max_length=7, choices=State, default=State.DRAFT)
    cut_off = models.DateTimeField()
    asked = models.BooleanField(default=False, help_text="The store asked for it in between.")
    earned = models.BigIntegerField(default=0, help_text="Sum of its lines, minor units.")
    netted = models.PositiveBigIntegerField(default=0, help_text="Taken off, owed from before.")
    reserved = models.PositiveBigIntegerField(default=0, help_text="Kept for refunds to come.")
    reserve_until = models.DateTimeField(null=True)
    reserve_released_at = models.DateTimeField(null=True)
    total = models.BigIntegerField(default=0, help_text="What is paid; below zero it is carried.")
    commission = models.BigIntegerField(default=0, help_text="In its lines, when it became final.")
    commission_paper = models.OneToOneField(
        Document, models.PROTECT, null=True, related_name="settlement"
    )
    lines = models.JSONField(default=list, help_text="As they were when it became final.")
    method = models.ForeignKey(PayoutMethod, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    final_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    paid_at = models.DateTimeField(null=True)

    objects = StateQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "-id"], name="settlement_by_state"),
            models.Index(fields=["merchant", "-id"], name="settlement_of_store"),
            models.Index(
                fields=["reserve_until"],
                condition=Q(reserved__gt=0) & Q(reserve_released_at__isnull=True),
                name="settlement_reserve",
            ),
            models.Index(
                fields=["final_at", "id"],
                condition=Q(commission_paper__isnull=True)
                & ~Q(commission=0)
                & Q(state__in=["final", "paying", "paid", "carried"]),
                name="settlement_to_bill",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "n"], name="settlement_number_once"),
            models.UniqueConstraint(
                fields=["merchant", "currency"], condition=Q(state="draft"),
                name="settlement_one_draft",
            ),
            models.CheckConstraint(
                name="settlement_adds_up",
                condition=Q(total=F("earned") - F("netted") - F("reserved")),
            ),
        ]  # fmt: skip

    @property
    def number(self) -> str:
        """Return the name by which people speak of it."""
        return f"{self.merchant.slug.upper()}-S-{self.n:03d}"


class SettlementLine(models.Model):
    """An entry of the ledger that a settlement claims; no other one can."""

    settlement = models.ForeignKey(Settlement, models.CASCADE, related_name="claimed")
    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="settlement_line")
    amount = models.BigIntegerField(help_text="For the store: the entry's with its sign turned.")


class PayoutBatch(Stateful):
    """Payouts that go to the operator's bank in one file: made by one, sent by another person."""

    class State(models.TextChoices):
        OPEN = "open"
        EXPORTED = "exported"
        CLOSED = "closed"
        VOID = "void"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.OPEN: {State.EXPORTED, State.VOID},
        State.EXPORTED: {State.CLOSED},
        State.CLOSED: {State.EXPORTED},  # one of its payouts came back later
        State.VOID: set(),
    }

    currency = CurrencyField()
    profile = models.CharField(max_length=20, help_text="How the bank wants its file.")
    state = ChoiceField(max_length=8, choices=State, default=State.OPEN)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    exported_at = models.DateTimeField(null=True)
    exported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    content = models.BinaryField(null=True, help_text="The file, sealed; it goes after 30 days.")
    sha256 = models.CharField(max_length=64, blank=True)

    objects = StateQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["exported_at"], condition=Q(content__isnull=False), name="batch_with_file"
            )
        ]

    @property
    def number(self) -> str:
        """Return the name by which people speak of it."""
        return f"B-{self.made_at.year}-{self.pk:03d}"


class Payout(Stateful):
    """One try to move the money of a settlement."""

    class State(models.TextChoices):
        QUEUED = "queued"
        EXPORTED = "exported"
        SENDING = "sending"  # whether the provider has it is not known yet
        SENT = "sent"  # the provider has it, and nothing has left
        BLOCKED = "blocked"  # a person has to look
        DONE = "done"
        FAILED = "failed"
        RETURNED = "returned"
        VOID = "void"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.QUEUED: {State.EXPORTED, State.SENDING, State.VOID},
        State.EXPORTED: {State.DONE, State.FAILED},
        State.SENDING: {State.SENT, State.BLOCKED},
        State.BLOCKED: {State.SENDING, State.SENT, State.VOID},
        State.SENT: {State.DONE, State.FAILED, State.VOID},
        State.DONE: {State.RETURNED},
        State.FAILED: set(),
        State.RETURNED: set(),
        State.VOID: set(),
    }
    LIVE = (State.QUEUED, State.EXPORTED, State.SENDING, State.SENT, State.BLOCKED, State.DONE)
    ON_ITS_WAY = (State.QUEUED, State.EXPORTED, State.SENDING, State.SENT, State.BLOCKED)

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="payouts")
    method = models.ForeignKey(PayoutMethod, models.PROTECT, related_name="payouts")
    batch = models.ForeignKey(PayoutBatch, models.PROTECT, null=True, related_name="payouts")
    state = ChoiceField(max_length=8, choices=State, default=State.QUEUED)
    amount = models.PositiveBigIntegerField(help_text="Minor units, in the settlement's currency.")
    reference = models.CharField(max_length=13, unique=True, help_text="BB-P-QK7M2VRD")
    bank_reference = models.CharField(max_length=60, blank=True)
    paid_on = models.DateField(null=True)
    fee = models.PositiveBigIntegerField(
        default=0, help_text="The bank's, which the operator bears."
    )
    local_amount = models.CharField(
        max_length=40, blank=True, help_text="What arrived: KES 48,484.65"
    )
    rate = models.CharField(max_length=40, blank=True)
    ended_why = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    came_back = models.PositiveBigIntegerField(null=True)
    key = models.UUIDField(null=True, unique=True, help_text="Of sending it, once.")
    request = models.JSONField(null=True, help_text="Frozen, so that a repeat asks for the same.")
    first_sent_at = models.DateTimeField(null=True, help_text="Written before the first call.")
    key_until = models.DateTimeField(
        null=True, help_text="Until then the provider surely knows the key; afterwards look first."
    )
    run_after = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    remote_id = models.CharField(max_length=120, null=True, unique=True)
    remote_status = models.CharField(max_length=40, blank=True, db_default="")
    in_review_since = models.DateTimeField(null=True, help_text="At the provider.")
    expected_on = models.DateTimeField(null=True, help_text="When the provider thinks it arrives.")
    looked_at = models.DateTimeField(null=True, help_text="When the provider was last asked.")
    error = models.CharField(max_length=300, blank=True, db_default="")

    objects = StateQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "id"], name="payout_by_state"),
            models.Index(
                fields=["looked_at"],
                condition=Q(remote_id__isnull=False, state__in=["sending", "sent", "done"]),
                name="payout_to_look_at",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["bank_reference"],
                condition=~Q(bank_reference=""),
                name="payout_bank_reference_once",
            ),
            models.CheckConstraint(name="payout_of_something", condition=Q(amount__gt=0)),
            models.UniqueConstraint(
                fields=["settlement"],
                condition=~Q(state__in=["failed", "returned", "void"]),
                name="payout_one_of_a_settlement",
            ),
            models.CheckConstraint(
                name="payout_sent_with_a_key",
                condition=~Q(state__in=["sending", "sent", "blocked"])
                | Q(key__isnull=False, first_sent_at__isnull=False, key_until__isnull=False),
            ),
            models.CheckConstraint(
                name="payout_done_with_proof",
                condition=~Q(state="done") | (~Q(bank_reference="") & Q(paid_on__isnull=False)),
            ),
        ]


class PayoutProof(PrivateFile):
    """The bank's own paper about a payout."""

    payout = models.OneToOneField(Payout, models.CASCADE, related_name="proof")
