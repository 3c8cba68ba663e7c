from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Expression, F, Q
from django.db.models.expressions import CombinedExpression

from shop.catalogue.models import Variant
from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.festivals.models.festival import Festival, Nomination, Slot
from shop.festivals.pricing.kinds import CHOICES, DealKind, kind_of
from shop.people.accounts.models import Mailbox


class DealQuerySet(StateQuerySet["Deal"]):
    """Deals by their effect at an instant."""

    def open(self, *, at: datetime | Expression) -> DealQuerySet:
        """Keep those that are on: approved, in their time, of a festival that is published.

        Whether their units are sold, or the regular price undercuts them, is another question.
        """
        return self.filter(Deal.open(at))

    def promising(self, *, at: datetime | Expression) -> DealQuerySet:
        """Keep those that may still give units that are set aside, those to come included."""
        return self.filter(state__in=Deal.LIVING, allotment__isnull=False, effective_to__gt=at)


def open_sql(d: str, f: str) -> str:
    """Return ``Deal.open`` for a statement: the deal as ``d``, its festival as ``f``, ``at``."""
    return f"{in_time_sql(d)} AND {f}.state = 'published'"


def in_time_sql(d: str) -> str:
    """Return the conditions of ``open_sql`` on the deal alone, its festival looked at apart."""
    window = f"{d}.effective_from <= %(at)s AND {d}.effective_to > %(at)s"
    return f"{d}.state = 'approved' AND {window}"


def promising_sql(d: str) -> str:
    """Return the filter of ``promising``, for a statement with the deal as ``d`` and ``at``."""
    states = "('approved', 'paused')"
    has_time = f"{d}.effective_to > %(at)s"
    return f"{d}.state IN {states} AND {d}.allotment IS NOT NULL AND {has_time}"


def left_sql(d: str) -> str:
    """Return ``Deal.left`` for a statement in which the deal is called ``d``."""
    return f"{d}.allotment - {d}.held - {d}.sold"


class Deal(Stateful):
    """One variant at a lower price in one slot; it comes into being by approval."""

    class State(models.TextChoices):
        APPROVED = "approved"
        PAUSED = "paused"
        WITHDRAWN = "withdrawn"
        VOID = "void"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.APPROVED: {State.PAUSED, State.WITHDRAWN, State.VOID},
        State.PAUSED: {State.APPROVED, State.WITHDRAWN, State.VOID},
        State.WITHDRAWN: set(),
        State.VOID: set(),
    }

    # These give no price any more and set nothing aside; a void one did before it ended.
    GONE: ClassVar[tuple[str, ...]] = (State.WITHDRAWN, State.VOID)
    # These give a price, or will again.
    LIVING: ClassVar[tuple[str, ...]] = (State.APPROVED, State.PAUSED)
    # Items set aside that nobody holds or has bought, for querysets; as ``left_sql``.
    LEFT: ClassVar[CombinedExpression] = F("allotment") - F("held") - F("sold")
    # Items that somebody holds or has bought.
    TAKEN: ClassVar[CombinedExpression] = F("held") + F("sold")

    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="deals")
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="deals")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="deals", db_index=False)
    state = ChoiceField(max_length=10, choices=State, default=State.APPROVED)
    kind = models.CharField(max_length=8, choices=CHOICES)
    value = models.PositiveBigIntegerField(
        help_text="Minor units, whole percent off, or units that are counted together."
    )
    paid_units = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Those paid for, where units are counted together."
    )
    subsidy = models.PositiveBigIntegerField(
        default=0, help_text="Per unit, paid by the organizer, minor units."
    )
    allotment = models.PositiveIntegerField(
        null=True, blank=True, help_text="Items set aside; empty: sold from everyday stock."
    )
    per_shopper = models.PositiveIntegerField(null=True, blank=True)
    effective_from = models.DateTimeField()
    effective_to = models.DateTimeField()
    held = models.PositiveIntegerField(default=0, editable=False)
    sold = models.PositiveIntegerField(default=0, editable=False)
    position = models.PositiveSmallIntegerField(default=0)

    # Only where a query adds them.
    is_sold_out: bool
    had: int | None
    regular: int | None

    objects = DealQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["variant", "effective_from"], name="deal_of_variant")]
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "variant"],
                condition=~Q(state__in=("withdrawn", "void")),
                name="deal_once_per_slot",
            ),
            models.CheckConstraint(
                name="deal_within_allotment",
                condition=Q(allotment__isnull=True) | Q(allotment__gte=F("held") + F("sold")),
                violation_error_message="More units are sold than the allotment holds.",
            ),
            models.CheckConstraint(
                name="deal_ends_after_start",
                condition=Q(effective_to__gte=F("effective_from")),
                violation_error_message="The end must be after the start.",
            ),
            models.CheckConstraint(
                name="deal_paid_units_in_range",
                condition=Q(paid_units__isnull=True)
                | Q(paid_units__gte=1, paid_units__lt=F("value")),
                violation_error_message="Of units counted together some are paid for, not all.",
            ),
            models.CheckConstraint(
                name="deal_value_in_range",
                condition=Q(value__gte=1) & (Q(kind="fixed") | Q(value__lte=99)),
                violation_error_message="A price is at least one unit, a percentage 1 to 99.",
            ),
        ]

    @staticmethod
    def open(at: datetime | Expression) -> Q:
        """Return which deals are on at an instant; as ``open_sql`` where written out."""
        return Q(
            state=Deal.State.APPROVED,
            effective_from__lte=at,
            effective_to__gt=at,
            slot__festival__state=Festival.State.PUBLISHED,
        )

    @property
    def rule(self) -> DealKind:
        """Return how it lowers the price."""
        return kind_of(self.kind, self.value, self.paid_units)

    @property
    def taken(self) -> int:
        """Return the items that somebody holds or has bought."""
        return self.held + self.sold

    @property
    def left(self) -> int | None:
        """Return the items set aside that are not taken; None without an allotment."""
        return None if self.allotment is None else self.allotment - self.taken

    def is_running(self, at: datetime) -> bool:
        """Tell whether its slot runs for it at an instant, paused or not."""
        return self.state not in self.GONE and self.effective_from <= at < self.effective_to


class Closure(models.Model):
    """A time in which a deal gives no price: paused, or all its units sold.

    Kept as intervals so that the public price at any past instant can be computed again.
    """

    class Reason(models.TextChoices):
        PAUSED = "paused"
        SOLD_OUT = "sold_out"

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="closures")
    reason = models.CharField(max_length=8, choices=Reason)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Empty: until further notice.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "reason"],
                condition=Q(ends_at__isnull=True),
                name="one_open_closure",
            )
        ]


class WrongPrice(models.Model):
    """A deal that was voided since its price was a mistake; kept for whoever asks later."""

    deal = models.OneToOneField(Deal, models.PROTECT, related_name="wrong_price")
    reason = models.TextField(help_text="Shoppers whose order is refunded read it.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class DealUsage(models.Model):
    """How many units of a limited deal one shopper, known by the mailbox, holds or has bought."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="usages", db_index=False)
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="+")
    held = models.PositiveIntegerField(default=0)
    sold = models.PositiveIntegerField(default=0)

    TAKEN: ClassVar[CombinedExpression] = F("held") + F("sold")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "mailbox"], name="deal_usage_once")]
