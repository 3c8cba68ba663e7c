"""A store finds what it sold by indexes, and no list of it walks past what was never paid for.

The rows that are there are filled in by parts, so that no lock on them lasts; the indexes are
built while orders go on being placed.
"""

import datetime

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

BATCH = 5_000
LAST = "SELECT max(id) FROM shop_suborder"
PAID = """
UPDATE shop_suborder s SET paid_at = o.paid_at FROM shop_order o
WHERE o.id = s.order_id AND o.state = 'paid' AND s.paid_at IS NULL AND s.id > %s AND s.id <= %s
"""
RETURNED = """
WITH back AS (
  SELECT l.suborder_id AS id, r.paid + r.funded - r.commission AS amount
  FROM shop_refundline r JOIN shop_orderline l ON l.id = r.line_id
  UNION ALL SELECT suborder_id, paid + funded FROM shop_refundparcel)
UPDATE shop_suborder s SET returned = sums.amount
FROM (SELECT id, sum(amount) AS amount FROM back GROUP BY id) AS sums
WHERE sums.id = s.id AND s.returned <> sums.amount
"""
SOLD = Q(paid_at__isnull=False)
DAY = Coalesce(F("ship_by"), Value(datetime.date.max))


def fill(apps, schema_editor):
    """Write down when each part of an order was paid, and what of it went back."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute(LAST)
        last = cursor.fetchone()[0] or 0
        for start in range(0, last, BATCH):
            with transaction.atomic(connection.alias):
                cursor.execute(PAID, [start, start + BATCH])
        with transaction.atomic(connection.alias):
            cursor.execute(RETURNED)


class Migration(migrations.Migration):
    atomic = False  # built while orders go on being placed

    dependencies = [("shop", "0041_changed_stores")]

    operations = [
        migrations.AddField(
            model_name="suborder",
            name="paid_at",
            field=models.DateTimeField(
                help_text="As its order; so that a store finds what it sold by an index.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="suborder",
            name="returned",
            field=models.BigIntegerField(
                db_default=0,
                default=0,
                help_text=(
                    "Not earned, since it went back: of goods and, with the last unit, of delivery."
                ),
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            model_name="suborder",
            index=models.Index(
                fields=["merchant", "-id"],
                include=["paid_at", "payout", "delivery_paid", "delivery_funded", "returned"],
                condition=SOLD,
                name="suborder_sold",
            ),
        ),
        AddIndexConcurrently(
            model_name="suborder",
            index=models.Index(
                fields=["merchant", "state", "-id"], condition=SOLD, name="suborder_sold_by_state"
            ),
        ),
        AddIndexConcurrently(
            model_name="suborder",
            index=models.Index(
                F("merchant"), DAY, F("id"), condition=SOLD, name="suborder_sold_by_day"
            ),
        ),
        AddIndexConcurrently(
            model_name="suborder",
            index=models.Index(
                F("merchant"), DAY, F("id"),
                include=["ship_by"],
                condition=SOLD & Q(state="waiting") & ~Q(service=""),
                name="suborder_to_send",
            ),
        ),
        AddIndexConcurrently(
            model_name="suborder",
            index=models.Index(
                fields=["merchant", "paid_at"], condition=SOLD, name="suborder_paid"
            ),
        ),
        RemoveIndexConcurrently(model_name="suborder", name="suborder_to_ship"),
    ]
