"""The secret addresses at which other channels fetch what is for sale."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.festivals.models import Festival
from shop.people.merchants.models import Merchant


class Feed(models.Model):
    """The address of the products of a store, of a festival or, without either, of the programme.

    One key leads to all channels, countries and languages; another one lets it lead nowhere.
    """

    merchant = models.ForeignKey(
        Merchant, models.CASCADE, null=True, related_name="+", db_index=False
    )
    festival = models.ForeignKey(Festival, models.CASCADE, null=True, related_name="+")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[models.Manager[Feed]] = models.Manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="feed_of_store_or_festival",
                condition=Q(merchant__isnull=True) | Q(festival__isnull=True),
                violation_error_message="A feed is of a store or of a festival.",
            ),
            models.UniqueConstraint(
                fields=["merchant", "festival"], name="feed_once", nulls_distinct=False
            ),
        ]
