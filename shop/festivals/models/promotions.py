from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Expression, F, Q

from shop.core.conditions import under
from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.festivals.models.festival import Festival
from shop.festivals.models.funds import Fund
from shop.festivals.pricing.benefit_kinds import (
    BENEFIT_CHOICES,
    BENEFITS,
    DELIVERY_KINDS,
    BenefitKind,
)
from shop.people.accounts.models import Mailbox
from shop.people.merchants.models import Merchant

IS_OF_DELIVERY = reduce(or_, (Q(kind=code) for code in DELIVERY_KINDS))


class PromotionQuerySet[Row: models.Model](StateQuerySet[Row]):
    """Promotions by what a shopper may do with them."""

    def offered(self) -> Self:
        """Keep those that are on and that no suspended store gives, whatever their times."""
        return self.filter(Promotion.OFFERED, state=Promotion.State.ACTIVE)

    def usable(self, *, at: datetime | Expression) -> Self:
        """Keep those that are on, within their time and those of a public festival."""
        return self.filter(
            state=Promotion.State.ACTIVE,
            use_from__lte=at,
            use_to__gt=at,
            festival__state=Festival.State.PUBLISHED,
        )


class Promotion(Stateful):
    """A benefit on the whole order. One that is claimed or typed is called a voucher."""

    class Group(models.TextChoices):
        MERCHANT = "merchant"
        SAVE = "save"
        VOUCHER = "voucher"
        SHIPPING = "shipping"

    class Trigger(models.TextChoices):
        AUTOMATIC = "automatic"
        CLAIM = "claim"
        CODE = "code"

    class State(models.TextChoices):
        DRAFT = "draft"
        ACTIVE = "active"
        PAUSED = "paused"
        ENDED_EARLY = "ended_early"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.ACTIVE, State.ENDED_EARLY},
        State.ACTIVE: {State.PAUSED, State.ENDED_EARLY},
        State.PAUSED: {State.ACTIVE, State.ENDED_EARLY},
        State.ENDED_EARLY: set(),
    }

    # Those that shoppers are offered: a suspended store gives nothing.
    OFFERED: ClassVar[Q] = Q(merchant=None) | under("merchant", Merchant.TRADING)

    festival = models.ForeignKey(Festival, models.CASCADE, related_name="promotions")
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=80)
    titles = models.JSONField(default=dict, blank=True, help_text="By language code.")
    group = models.CharField(max_length=8, choices=Group)
    kind = models.CharField(max_length=13, choices=BENEFIT_CHOICES)
    trigger = models.CharField(max_length=9, choices=Trigger)
    state = ChoiceField(max_length=11, choices=State, default=State.DRAFT)
    code = models.CharField(max_length=30, blank=True, help_text="Capital letters and digits.")
    value = models.PositiveBigIntegerField(default=0, help_text="Minor units, or whole percent.")
    every = models.PositiveBigIntegerField(null=True, blank=True, help_text="Of a step.")
    max_steps = models.PositiveSmallIntegerField(null=True, blank=True)
    min_spend = models.PositiveBigIntegerField(default=0, help_text="After deals, minor units.")
    cap = models.PositiveBigIntegerField(null=True, blank=True, help_text="Minor units.")
    organizer_share = models.PositiveSmallIntegerField(default=0, help_text="Percent, 0 to 100.")
    claim_from = models.DateTimeField(null=True, blank=True)
    claim_to = models.DateTimeField(null=True, blank=True)
    use_from = models.DateTimeField()
    use_to = models.DateTimeField()
    max_claims = models.PositiveIntegerField(null=True, blank=True)
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    per_shopper = models.PositiveIntegerField(null=True, blank=True)
    fund = models.ForeignKey(
        Fund, models.PROTECT, null=True, blank=True, related_name="promotions",
        help_text="Who gives the organizer's share.",
    )  # fmt: skip
    budget = models.PositiveBigIntegerField(null=True, blank=True, help_text="Minor units.")
    instead_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        help_text="Given to one shopper, since the time of that one was over.",
    )  # fmt: skip
    claimed = models.PositiveIntegerField(default=0, editable=False)
    held_uses = models.PositiveIntegerField(default=0, editable=False)
    used = models.PositiveIntegerField(default=0, editable=False)
    held_amount = models.PositiveBigIntegerField(default=0, editable=False)
    spent = models.PositiveBigIntegerField(default=0, editable=False)

    # Only where a query adds them.
    had: int | None
    is_taken: bool
    own_claim: int | None

    objects = PromotionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="promotion_code_once"
            ),
            models.CheckConstraint(
                name="promotion_within_uses",
                condition=Q(max_uses__isnull=True) | Q(max_uses__gte=F("held_uses") + F("used")),
            ),
            models.CheckConstraint(
                name="promotion_within_budget",
                condition=Q(budget__isnull=True) | Q(budget__gte=F("held_amount") + F("spent")),
            ),
            models.CheckConstraint(
                name="promotion_within_claims",
                condition=Q(max_claims__isnull=True) | Q(max_claims__gte=F("claimed")),
            ),
            models.CheckConstraint(
                name="promotion_scope_of_group",
                condition=Q(group="merchant", merchant__isnull=False)
                | Q(group__in=("save", "voucher"), merchant__isnull=True)
                | Q(group="shipping"),
                violation_error_message="A merchant's promotion names its merchant; one of the "
                "whole festival does not.",
            ),
            models.CheckConstraint(
                name="promotion_kind_of_group",
                condition=Q(group="shipping") & IS_OF_DELIVERY
                | (~Q(group="shipping") & ~IS_OF_DELIVERY),
                violation_error_message="Free shipping is a group of its own.",
            ),
            models.CheckConstraint(
                name="promotion_share_in_range",
                condition=Q(organizer_share__lte=100),
                violation_error_message="A share is between 0 and 100 percent.",
            ),
        ]

    def __str__(self) -> str:
        return self.code or self.title

    @property
    def rule(self) -> type[BenefitKind]:
        """Return how it computes its benefit."""
        return BENEFITS[self.kind]

    @staticmethod
    def claimable(at: datetime) -> Q:
        """Return which vouchers are on, with some left, in the time for claiming them."""
        return Q(
            Q(max_claims=None) | Q(claimed__lt=F("max_claims")),
            Q(claim_from=None) | Q(claim_from__lte=at),
            Q(claim_to=None) | Q(claim_to__gt=at),
            trigger=Promotion.Trigger.CLAIM,
            state=Promotion.State.ACTIVE,
        )

    @property
    def is_offered(self) -> bool:
        """Tell whether it is on and no suspended store gives it. Reads its merchant."""
        is_given = self.merchant is None or self.merchant.is_trading
        return is_given and self.state == Promotion.State.ACTIVE


class PromotionUsage(models.Model):
    """How often one shopper, known by the mailbox, holds or has used a promotion."""

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="usages", db_index=False)
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="+")
    held = models.PositiveIntegerField(default=0)
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promotion", "mailbox"], name="promotion_usage_once")
        ]


class CodeBatch(models.Model):
    """Unique codes that were made together, to be printed or handed to a partner."""

    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="batches")
    label = models.CharField(max_length=80, help_text="For whom they were made.")
    size = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-at"]


class Claim(Stateful):
    """A voucher that a shopper has claimed, or one unique code of a batch."""

    class State(models.TextChoices):
        AVAILABLE = "available"
        HELD = "held"
        USED = "used"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.AVAILABLE: {State.HELD},
        State.HELD: {State.AVAILABLE, State.USED},
        State.USED: {State.AVAILABLE},  # all that it was used for went back
    }

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="claims")
    shopper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="claims"
    )
    mailbox = models.ForeignKey(
        Mailbox, models.PROTECT, null=True, related_name="+",
        help_text="Of the shopper: one mailbox claims a voucher once.",
    )  # fmt: skip
    batch = models.ForeignKey(CodeBatch, models.PROTECT, null=True, related_name="claims")
    code = models.CharField(max_length=30, null=True, unique=True)
    state = ChoiceField(max_length=9, choices=State, default=State.AVAILABLE)
    claimed_at = models.DateTimeField(null=True)

    # Only where a query adds them.
    is_picked: bool

    objects = StateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["promotion", "shopper"],
                condition=Q(shopper__isnull=False),
                name="claimed_once",
            ),
            models.UniqueConstraint(
                fields=["promotion", "mailbox"],
                condition=Q(mailbox__isnull=False),
                name="claimed_once_by_mailbox",
            ),
        ]
