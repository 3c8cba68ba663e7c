from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import CombinedExpression

from shop.core.states import ChoiceField

COUNTERS = ("on_hand", "held", "sold")


def free_sql(q: str) -> str:
    """Return ``Pool.free`` for a statement in which the pool is called ``q``."""
    return f"{q}.on_hand - {q}.held - {q}.sold"


def free_units(path: str = "") -> CombinedExpression:
    """Return the units of a pool that nobody has been promised, for querysets.

    Args:
        path: of lookups that lead to the pool, such as ``variant__pool``; empty for its own rows.
    """
    on_hand, held, sold = (F(f"{path}__{name}" if path else name) for name in COUNTERS)
    return on_hand - held - sold


class Pool(models.Model):
    """Units that can be sold once: those of a variant, or the seats of one session.

    ``on_hand`` are physically there; ``held`` belong to pending orders; ``sold`` are paid and not
    gone yet. Shipping lowers on hand and sold together.
    """

    on_hand = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    sold = models.PositiveIntegerField(default=0)

    # Only where a query adds them.
    most_units: int

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pool_never_oversold",
                condition=Q(on_hand__gte=F("held") + F("sold")),
                violation_error_message="More units are promised than are there.",
            )
        ]

    @property
    def free(self) -> int:
        """Return the units that nobody has been promised, set aside for deals or not."""
        return self.on_hand - self.held - self.sold


class StockMove(models.Model):
    """Why the units on hand changed. Rows are only ever added."""

    class Kind(models.TextChoices):
        COUNT = "count"
        SHIP = "ship"
        RESTOCK = "restock"  # a shopper sent it back, whole
        REPAIR = "repair"
        LOST = "lost"  # sold, and not there to be sent

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="moves", db_index=False)
    kind = ChoiceField(max_length=8, choices=Kind)
    change = models.IntegerField(help_text="Units added to those on hand.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["pool", "at"], name="stock_move_of_pool")]
