"""Searches look on the floor of the shop before they look behind it."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # built while the shop goes on

    dependencies = [
        ('shop', '0044_large_shops'),
    ]

    operations = [
        migrations.AddField(
            model_name='listing',
            name='is_floor',
            field=models.BooleanField(db_default=False, default=False, help_text='Among those that come next, in which a search looks for more.'),
        ),
        AddIndexConcurrently(
            model_name='listing',
            index=models.Index(condition=models.Q(('is_floor', False), ('is_front', False)), fields=['product'], name='listing_behind_floor'),
        ),
        AddIndexConcurrently(
            model_name='listing',
            index=models.Index(condition=models.Q(('is_floor', True), ('popularity__gte', 0)), fields=['product'], name='listing_of_floor'),
        ),
        AddIndexConcurrently(
            model_name='listing',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('is_floor', True)), fastupdate=False, fields=['text'], name='listing_floor_text'),
        ),
        RemoveIndexConcurrently(
            model_name='listing',
            name='listing_behind_front',
        ),
    ]
