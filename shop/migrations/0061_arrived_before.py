"""Parcels that had arrived before their day was written down are taken as arrived on their last one.

Their stores' earnings are released fourteen days later, as of all others.
"""

from django.db import migrations

ARRIVED = """
UPDATE shop_suborder SET delivered_how = 'lapse',
  delivered_at = (coalesce(arrives_to, now()::date) + 1)::timestamp AT TIME ZONE 'UTC',
  release_at = (coalesce(arrives_to, now()::date) + 15)::timestamp AT TIME ZONE 'UTC'
WHERE state = 'delivered' AND delivered_at IS NULL;
UPDATE shop_suborder SET release_at = now() WHERE state = 'cancelled' AND release_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0060_settlements_stay")]
    operations = [migrations.RunSQL(ARRIVED, migrations.RunSQL.noop)]
