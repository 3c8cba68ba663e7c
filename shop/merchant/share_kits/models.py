from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from shop.catalogue.models import Product
from shop.festivals.models import Festival
from shop.people.merchants.models import Merchant

QUIET = timedelta(minutes=2)
"""After this time without an end, drawing has stopped and may be asked for again."""


class ShareKit(models.Model):
    """Pictures and a poster of one product or of a whole store, in one language, drawn ahead.

    ``digest`` is of all that they show: where that changed since, they are not given out any more.
    """

    merchant = models.ForeignKey(
        Merchant, models.CASCADE, related_name="share_kits", db_index=False
    )
    product = models.ForeignKey(Product, models.CASCADE, null=True, related_name="share_kits")
    festival = models.ForeignKey(Festival, models.CASCADE, null=True, related_name="+")
    language = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(db_index=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "product", "festival", "language"], nulls_distinct=False,
                name="share_kit_once",
            )
        ]  # fmt: skip

    @property
    def is_waiting(self) -> bool:
        """Tell whether its pictures are still to be drawn."""
        return self.made_at is None

    def has_stopped(self, *, at: datetime) -> bool:
        """Tell whether nobody seems to draw its pictures any more."""
        return self.is_waiting and self.asked_at + QUIET < at


class SharePicture(models.Model):
    """One file of a kit. It lies in the database, and goes with its kit, product or store."""

    class Shape(models.TextChoices):
        STORY = "story"
        PORTRAIT = "portrait"
        SQUARE = "square"
        WIDE = "wide"
        POSTER = "poster"

    kit = models.ForeignKey(ShareKit, models.CASCADE, related_name="pictures", db_index=False)
    shape = models.CharField(max_length=8, choices=Shape)
    content = models.BinaryField()
    size = models.PositiveIntegerField(help_text="Bytes.")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kit", "shape"], name="share_picture_once")]
