from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Upper

from shop.catalogue.delivery.models import Carried, Contact
from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.orders.models.parts import OrderLine, Suborder


class ReplacementQuerySet(StateQuerySet["Replacement"]):
    """Replacements by how far they are."""

    def to_send(self) -> ReplacementQuerySet:
        """Keep those that their store has to send."""
        return self.filter(state=Replacement.State.WAITING)

    def alive(self) -> ReplacementQuerySet:
        """Keep those that are not there yet: they keep the parcel's earnings."""
        return self.filter(state__in=Replacement.ALIVE)


class Replacement(Stateful, Carried):
    """A parcel in place of goods that came broken, or did not come; nobody pays for it.

    Its units are sold ones of their pools until it leaves.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SHIPPED = "shipped"
        DELIVERED = "delivered"
        CANCELLED = "cancelled"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.WAITING: {State.SHIPPED, State.CANCELLED},
        State.SHIPPED: {State.DELIVERED},
        State.DELIVERED: set(),
        State.CANCELLED: set(),
    }
    ALIVE = (State.WAITING, State.SHIPPED)

    suborder = models.ForeignKey(Suborder, models.PROTECT, related_name="replacements")
    state = ChoiceField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=300, help_text="The shopper reads it.")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    ship_by = models.DateField()
    arrives_to = models.DateField()
    contact = models.ForeignKey(
        Contact, models.PROTECT, null=True, related_name="+",
        help_text="Where it went; the order's may be mended later. Empty: not sent.",
    )  # fmt: skip
    carrier = models.CharField(max_length=80, blank=True)
    shipped_at = models.DateTimeField(null=True)
    shipped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    delivered_at = models.DateTimeField(null=True)
    delivered_how = models.CharField(max_length=7, choices=Suborder.Arrival, blank=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects = ReplacementQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            GinIndex(OpClass(Upper("tracking_number"), "gin_trgm_ops"), name="replacement_words"),
            models.Index(
                fields=["ship_by"], condition=Q(state="waiting"), name="replacement_to_send"
            ),
            models.Index(
                fields=["arrives_to"], condition=Q(state="shipped"), name="replacement_on_its_way"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="replacement_left_with_moment",
                condition=~Q(state__in=["shipped", "delivered"]) | Q(shipped_at__isnull=False),
            )
        ]

    @property
    def is_waiting(self) -> bool:
        """Tell whether its store has to send it, as ``to_send`` does for many."""
        return self.state == self.State.WAITING

    @property
    def is_on_its_way(self) -> bool:
        """Tell whether it has left and is not there."""
        return self.state == self.State.SHIPPED


class ReplacementLineQuerySet(models.QuerySet["ReplacementLine"]):
    """Lines of replacements, counted by what they replace."""

    def units(self, lines: Collection[OrderLine], *states: str) -> dict[int, int]:
        """Return how many units of lines are in replacements in these states, by line id."""
        rows = self.filter(line__in=lines, replacement__state__in=states)
        return dict(rows.order_by().values_list("line").annotate(units=Sum("quantity")))


class ReplacementLine(models.Model):
    """Units of one line of an order that are sent once more."""

    replacement = models.ForeignKey(
        Replacement, models.CASCADE, related_name="lines", db_index=False
    )
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="replaced")
    quantity = models.PositiveIntegerField()

    objects = ReplacementLineQuerySet.as_manager()

    class Meta:
        ordering = ["line__position"]
        constraints = [
            models.UniqueConstraint(fields=["replacement", "line"], name="replacement_line_once"),
            models.CheckConstraint(name="replacement_line_of_units", condition=Q(quantity__gt=0)),
        ]

    @property
    def pool_units(self) -> int:
        """Return how many units of the line's pool they are."""
        return self.line.pool_units // self.line.quantity * self.quantity
