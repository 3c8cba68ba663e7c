from django.db import migrations


class Migration(migrations.Migration):
    """Make the two unique indexes again that 0109 dropped by mistake.

    It dropped the plain index of a store's key, and Django takes each index on that column alone
    for it. Requests lock the store first, so there are no doubles. In a new database both are there.
    """

    dependencies = [("shop", "0122_fraud_refunds")]

    operations = [
        migrations.RunSQL(
            "CREATE UNIQUE INDEX IF NOT EXISTS catalogue_sheet_one_in_work"
            " ON shop_cataloguesheet (merchant_id)"
            " WHERE state IN ('received', 'checking', 'writing', 'undoing')",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE UNIQUE INDEX IF NOT EXISTS sheet_read_one_at_a_time"
            " ON shop_nominationsheet (merchant_id) WHERE state = 'received'",
            migrations.RunSQL.noop,
        ),
    ]
