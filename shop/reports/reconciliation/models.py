from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.core.states import ChoiceField, Stateful, StateQuerySet


class NightlyReconciliation(models.Model):
    """One nightly comparison of the books with the provider: how far it is, and what it counted.

    The lines of the balance that were made from ``since`` to ``until`` are read, the newest first.
    """

    class Step(models.TextChoices):
        LINES = "lines", "Reads the lines of the balance"
        RULES = "rules", "Looks at the books"
        BALANCES = "balances", "Compares the balances"
        DONE = "done", "Done"

    day = models.DateField(unique=True)
    step = models.CharField(max_length=8, choices=Step, default=Step.LINES)
    since = models.DateTimeField()
    until = models.DateTimeField()
    after = models.CharField(
        max_length=120, blank=True, help_text="The last line taken in; the next page is behind it."
    )
    tries = models.PositiveSmallIntegerField(
        default=0, help_text="How often the balance moved while it was compared."
    )
    counts = models.JSONField(default=dict, help_text="How many of what were looked at and found.")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "shop_night"
        indexes = [models.Index(fields=["-started_at"], name="night_latest")]

    def count(self, name: str, n: int = 1) -> None:
        """Add to a count; saved with the row."""
        self.counts[name] = self.counts.get(name, 0) + n


class Discrepancy(models.Model):
    """Something that does not agree, as the nights found it; its task is on the money desk.

    ``told`` is the figure for which a task was opened last: while it stays the same, no second
    one is opened. One that ``stays`` is no more found when its line is old, and no less true.
    """

    kind = models.CharField(max_length=20, help_text="Of its task.")
    key = models.CharField(max_length=160)
    figure = models.BigIntegerField(help_text="By how much it differs, minor units or a count.")
    told = models.BigIntegerField()
    stays = models.BooleanField(default=False)
    what = models.CharField(max_length=300)
    currency = models.CharField(max_length=3, blank=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="discrepancy_once"),
        ]


class WriteOff(Stateful):
    """Money that somebody wants to give up, and a second person has to agree to."""

    class State(models.TextChoices):
        ASKED = "asked"
        DONE = "done"
        DROPPED = "dropped"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.ASKED: {State.DONE, State.DROPPED},
        State.DONE: set(),
        State.DROPPED: set(),
    }

    task = models.ForeignKey("shop.MoneyTask", models.PROTECT, related_name="write_offs")
    state = ChoiceField(max_length=7, choices=State, default=State.ASKED)
    amount = models.PositiveBigIntegerField(help_text="Minor units.")
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = StateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(state="asked"), name="one_write_off_asked"
            ),
        ]
