"""What the rounds of a large shop look for is found by indexes."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # built while the shop goes on

    dependencies = [
        ('shop', '0043_lists_of_a_store'),
    ]

    operations = [
        RemoveIndexConcurrently(
            model_name='listing',
            name='listing_in_front',
        ),
        migrations.AddField(
            model_name='cellcount',
            name='closed_at',
            field=models.DateTimeField(null=True),
        ),
        AddIndexConcurrently(
            model_name='listing',
            index=models.Index(condition=models.Q(('is_front', True), ('popularity__gte', 0)), fields=['product'], name='listing_of_front'),
        ),
        AddIndexConcurrently(
            model_name='listingcell',
            index=models.Index(fields=['merchant_id'], name='cell_of_store'),
        ),
        AddIndexConcurrently(
            model_name='variant',
            index=models.Index(condition=models.Q(('session_start__isnull', False)), fields=['session_start'], name='variant_session_start'),
        ),
        AddIndexConcurrently(
            model_name='variant',
            index=models.Index(condition=models.Q(('sales_close__isnull', False)), fields=['sales_close'], name='variant_sales_close'),
        ),
    ]
