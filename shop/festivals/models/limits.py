from __future__ import annotations

from django.db import models
from django.db.models import Q


class Fairness(models.Model):
    """The limits that organizers set so that openings stay fair; empty ones follow the settings."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    open_orders_per_email = models.PositiveSmallIntegerField(null=True, blank=True)
    guest_units = models.PositiveSmallIntegerField(null=True, blank=True)
    guest_share = models.PositiveSmallIntegerField(null=True, blank=True)
    account_units = models.PositiveSmallIntegerField(null=True, blank=True)
    account_share = models.PositiveSmallIntegerField(null=True, blank=True)
    network_units = models.PositiveIntegerField(null=True, blank=True)
    hold_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    least_hold_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    flash_hold_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    queue_at_once = models.PositiveSmallIntegerField(null=True, blank=True)
    queue_length = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="one_fairness", condition=Q(id=1))]
