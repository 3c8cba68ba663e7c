from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Expression, F, Func, Q

from shop.catalogue.models import Product, Variant
from shop.festivals.models.deals import Deal

# Open ends are a far instant and not null: one comparison finds the span in force.
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


class TimeRange(Func):
    """The half-open range between two columns."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


# Constraints look for the thing first: at any time nearly all spans are in force.
DURING = TimeRange("starts_at", "ends_at", RangeBoundary())


class RegularPriceQuerySet[Row: models.Model](models.QuerySet[Row]):
    """Prices by their instants; of two with one instant the later row wins."""

    def begun(self, *, at: datetime | Expression) -> Self:
        """Keep those that have begun at an instant; of a variant the one in force comes first."""
        return self.filter(starts_at__lte=at).order_by("-starts_at", "-pk")

    def newest(self) -> Self:
        """Keep the one of each variant that wins over the others."""
        return self.order_by("variant_id", "-starts_at", "-pk").distinct("variant_id")

    def amounts(self) -> dict[int, int]:
        """Return the amounts of the newest, by variant id."""
        return dict(self.newest().values_list("variant_id", "amount"))

    def histories(self, variant_ids: Collection[int]) -> dict[int, list[tuple[datetime, int]]]:
        """Return instants and amounts in the order of time, past and to come, by variant id."""
        found: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
        rows = self.filter(variant_id__in=variant_ids).order_by("starts_at", "pk")
        for variant_id, at, amount in rows.values_list("variant_id", "starts_at", "amount"):
            found[variant_id].append((at, amount))
        return found


class RegularPrice(models.Model):
    """A variant's price without a deal, from an instant on. Rows are only ever added.

    Of two rows with one instant the later row wins. A future row is a scheduled change.
    """

    variant = models.ForeignKey(
        Variant, models.PROTECT, related_name="regular_prices", db_index=False
    )
    amount = models.PositiveBigIntegerField(help_text="Minor units, tax included.")
    starts_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = RegularPriceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["variant", "-starts_at", "-id"], name="price_of_variant")]
        constraints = [
            models.CheckConstraint(
                name="regular_price_above_zero",
                condition=Q(amount__gt=0),
                violation_error_message="A price is at least one unit.",
            )
        ]


class SpanQuerySet[Row: models.Model](models.QuerySet[Row]):
    """Spans by their time."""

    def in_force(self, *, at: datetime | Expression) -> SpanQuerySet[Row]:
        """Keep those that hold at an instant: of each variant, or product, one at the most."""
        return self.filter(starts_at__lte=at, ends_at__gt=at)


def in_force_sql(s: str) -> str:
    """Return the SQL condition of ``in_force`` for spans named ``s``; its parameter is ``at``."""
    return f"{s}.starts_at <= %(at)s AND {s}.ends_at > %(at)s"


class PriceSpan(models.Model):
    """The public price of a variant between two instants, derived from intervals only.

    Past spans are evidence of what was shown and never change.
    """

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="price_spans", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    regular = models.PositiveBigIntegerField()
    price = models.PositiveBigIntegerField()
    deal = models.ForeignKey(Deal, models.SET_NULL, null=True, related_name="+")
    prior_price = models.PositiveBigIntegerField(null=True)
    percent = models.PositiveSmallIntegerField(null=True)

    objects = SpanQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["variant", "starts_at"], name="price_span_start")]
        constraints = [
            ExclusionConstraint(
                name="one_price_at_a_time",
                expressions=[("variant", RangeOperators.EQUAL), (DURING, RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                name="price_span_has_length", condition=Q(ends_at__gt=F("starts_at"))
            ),
        ]


class ProductSpan(models.Model):
    """The lowest public price among a product's variants, for cards, lists and sorting."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="spans", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    price = models.PositiveBigIntegerField()
    highest = models.PositiveBigIntegerField(help_text="Of the dearest variant.")
    deal = models.ForeignKey(Deal, models.SET_NULL, null=True, related_name="+")
    prior_price = models.PositiveBigIntegerField(null=True)
    percent = models.PositiveSmallIntegerField(null=True)

    objects = SpanQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["product", "starts_at"], name="product_span_start"),
            models.Index(
                fields=["price", "product", "starts_at", "ends_at"], name="product_span_by_price"
            ),
            models.Index(
                fields=["-percent", "product", "starts_at", "ends_at"],
                condition=Q(percent__isnull=False),
                name="product_span_by_percent",
            ),
            models.Index(fields=["starts_at"], name="product_span_boundary"),
            models.Index(fields=["ends_at"], name="product_span_last"),
        ]
        constraints = [
            ExclusionConstraint(
                name="one_lowest_price_at_a_time",
                expressions=[("product", RangeOperators.EQUAL), (DURING, RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                name="product_span_has_length", condition=Q(ends_at__gt=F("starts_at"))
            ),
        ]


class PriceChange(models.Model):
    """Marks that something shown to everybody changed; the newest id is the shop's revision.

    Insert-only: a counter would be one hot row for all sales.
    """

    at = models.DateTimeField()
    what = models.CharField(max_length=40)
