from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class FailedJob(models.Model):
    """An item at which a round failed, for a person to look at.

    Closes itself when the round succeeds with the same item. ``kind`` is the label of a model and
    ``key`` the row; both are empty where the round itself failed. It names nobody.
    """

    round = models.CharField(max_length=80)
    kind = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=60, blank=True)
    error = models.CharField(max_length=80, help_text="The name of the exception.")
    words = models.CharField(max_length=200, blank=True, help_text="What it says, without names.")
    place = models.CharField(max_length=200, blank=True, help_text="Where in the code.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True, help_text="Why it is closed.")

    class Meta:
        db_table = "shop_mishap"
        indexes = [models.Index(fields=["closed_at", "-last_at"], name="mishap_listed")]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "kind", "key"],
                condition=Q(closed_at__isnull=True),
                name="one_open_mishap_of_an_item",
            )
        ]

    @property
    def is_open(self) -> bool:
        """Tell whether nobody and nothing has settled it yet."""
        return self.closed_at is None


class JobBacklog(models.Model):
    """The items that a round did not come to within its time; it begins with them next time."""

    round = models.CharField(max_length=80, primary_key=True)
    keys = models.JSONField()

    class Meta:
        db_table = "shop_leftover"
