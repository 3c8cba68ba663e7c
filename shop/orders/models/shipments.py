from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from shop.catalogue.delivery.models import Carried, Contact
from shop.orders.models.parts import OrderLine, Suborder


class Shipment(Carried):
    """One parcel of a suborder, on its way."""

    suborder = models.ForeignKey(Suborder, models.CASCADE, related_name="shipments")
    contact = models.ForeignKey(
        Contact, models.PROTECT, null=True, related_name="+",
        help_text="Where it went; the order's may be mended later. Empty: to the order's.",
    )  # fmt: skip
    carrier = models.CharField(max_length=80)
    shipped_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    def adds_number_only(self, all_of_part: Iterable[Shipment]) -> bool:
        """Return whether it is another number for goods in the earlier parcels of its part.

        Reads its lines. From before contents were kept, the first parcel has all of them.
        """
        return not self.lines.all() and any(row.pk < self.pk for row in all_of_part)

    class Meta:
        indexes = [
            GinIndex(OpClass(Upper("tracking_number"), "gin_trgm_ops"), name="shipment_words")
        ]


class ShipmentLine(models.Model):
    """Units of one line that are in a parcel. A parcel from before contents were kept has none."""

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="shipment_lines")
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ["line__position"]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "line"], name="shipment_line_once"),
            models.CheckConstraint(name="shipment_line_of_units", condition=Q(quantity__gt=0)),
        ]
