from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("shop", "0022_deals_and_claims"),
    ]

    operations = [
        migrations.RemoveField(
            model_name='fairness',
            name='open_orders_per_network',
        ),
        migrations.AddField(
            model_name='fairness',
            name='account_share',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='fairness',
            name='account_units',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='fairness',
            name='guest_share',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='fairness',
            name='guest_units',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='fairness',
            name='least_hold_minutes',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='fairness',
            name='network_units',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['network_key', 'placed_at'], name='order_lately_network'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['email_key', 'placed_at'], name='order_lately_email'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['shopper_key', 'placed_at'], name='order_lately_shopper'),
        ),
    ]
