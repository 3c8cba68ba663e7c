"""Which of the things that are waited for are true now: slots that opened, units that are free."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from shop.catalogue.models import Product, Variant, on_sale_sql, public_sql
from shop.catalogue.stock.models import free_sql
from shop.core.conditions import under
from shop.festivals.deals.reserved_stock import KEPT
from shop.festivals.models import Deal, Festival, Participation
from shop.festivals.models.deals import left_sql, open_sql
from shop.festivals.models.prices import in_force_sql
from shop.orders.reminders.models import Reminder

# Of a variant all that can be bought now counts, of a deal what is left of its allotment.
FREE = f"""
WITH things AS (
  SELECT DISTINCT r.variant_id, r.deal_id FROM shop_reminder r
  WHERE r.variant_id IS NOT NULL AND r.confirmed_at IS NOT NULL
    AND (%(only)s::bigint IS NULL AND r.told_at IS NULL OR r.id = %(only)s)),
running AS (
  SELECT a.id, a.variant_id, {left_sql("a")} AS units
  FROM shop_deal a JOIN shop_slot s ON s.id = a.slot_id
  JOIN shop_festival f ON f.id = s.festival_id
  WHERE a.variant_id IN (SELECT variant_id FROM things) AND {open_sql("a", "f")} AND {KEPT}
    AND NOT EXISTS (SELECT FROM shop_closure c WHERE c.deal_id = a.id
                    AND c.starts_at <= %(at)s AND (c.ends_at IS NULL OR c.ends_at > %(at)s)))
SELECT t.variant_id, t.deal_id, greatest(0, CASE
  WHEN t.deal_id IS NOT NULL THEN coalesce(
    (SELECT least(r.units, ({free_sql("q")}) / v.units_per_item)
     FROM running r WHERE r.id = t.deal_id), 0)
  ELSE least(({free_sql("q")}) / v.units_per_item,
    coalesce((SELECT sum(r.units) FROM running r WHERE r.variant_id = v.id), 0)
    + greatest(0, {free_sql("q")} - coalesce(
        (SELECT sum(({left_sql("a")}) * w.units_per_item)
         FROM shop_deal a JOIN shop_variant w ON w.id = a.variant_id
         WHERE w.pool_id = v.pool_id AND {KEPT}), 0)) / v.units_per_item)
  END)::bigint AS free
FROM things t
JOIN shop_variant v ON v.id = t.variant_id AND {on_sale_sql("v")}
JOIN shop_pool q ON q.id = v.pool_id
JOIN shop_product p ON p.id = v.product_id
JOIN shop_merchant m ON m.id = p.merchant_id AND {public_sql("p", "m")}
WHERE EXISTS (SELECT FROM shop_pricespan s WHERE s.variant_id = v.id
              AND {in_force_sql("s")})
ORDER BY t.variant_id, t.deal_id
"""  # noqa: S608 (constants only)


class Free(NamedTuple):
    """How many of a variant, or of a deal's units, can be bought."""

    variant_id: int
    deal_id: int | None
    units: int


def opened(*, at: datetime) -> QuerySet[Reminder]:
    """Return the reminders whose slot is open, from its first instant on and until its end.

    A festival that was cancelled or stopped has none; one that was moved has them then.
    """
    deals = Deal.objects.open(at=at).filter(
        under("variant", Variant.on_sale(at)),
        slot=OuterRef("slot"),
        variant__product=OuterRef("product"),
    )
    listed = Participation.objects.filter(
        festival=OuterRef("slot__festival"), product=OuterRef("product")
    )
    is_there = under("product", Product.PUBLIC)
    return Reminder.objects.filter(
        Q(product=None) | (is_there & (Exists(deals) | (Q(slot__kind="whole") & Exists(listed)))),
        confirmed_at__isnull=False,
        slot__starts_at__lte=at,
        slot__ends_at__gt=at,
        slot__cancelled_at=None,
        slot__festival__state=Festival.State.PUBLISHED,
    )


def free(*, at: datetime, only: int | None = None) -> list[Free]:
    """Return the things that are waited for with their free units, 0 included. One statement.

    Args:
        only: look at what this reminder waits for, told or not.
    """
    with connection.cursor() as cursor:
        cursor.execute(FREE, {"at": at, "only": only})
        return [Free._make(row) for row in cursor.fetchall()]


def is_true(reminder: Reminder, *, at: datetime) -> bool:
    """Tell whether a reminder's slot is open, or its thing is back, at an instant."""
    if reminder.slot_id:
        return opened(at=at).filter(pk=reminder.pk).exists()
    return any(found.units for found in free(at=at, only=reminder.pk))


def of_thing(thing: Free) -> Q:
    """Return the reminders that wait for the same thing, as a condition."""
    return Q(variant=thing.variant_id, deal=thing.deal_id)
