"""What is forgotten is found by indexes, and a contact says when it was judged and blanked.

The indexes are built while the shop goes on.
"""

import django.db.models.fields.json
import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # built while the shop goes on

    dependencies = [
        ('shop', '0061_arrived_before'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='user',
            options={'permissions': [('erase_user', 'Can erase a person')]},
        ),
        migrations.AddField(
            model_name='contact',
            name='blanked_at',
            field=models.DateTimeField(help_text='Nothing personal is left of it since.', null=True),
        ),
        migrations.AddField(
            model_name='contact',
            name='judged_at',
            field=models.DateTimeField(help_text='When it was last judged whether it may still be kept.', null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='erased_at',
            field=models.DateTimeField(editable=False, help_text='Of the person only the number is left since.', null=True),
        ),
        AddIndexConcurrently(
            model_name='contact',
            index=models.Index(condition=models.Q(('blanked_at__isnull', True), ('judged_at__isnull', True)), fields=['made_at'], name='contact_to_judge'),
        ),
        AddIndexConcurrently(
            model_name='contact',
            index=models.Index(condition=models.Q(('blanked_at__isnull', True), ('judged_at__isnull', False)), fields=['judged_at'], name='contact_judged'),
        ),
        AddIndexConcurrently(
            model_name='contact',
            index=models.Index(django.db.models.functions.text.Lower('email'), condition=models.Q(('blanked_at__isnull', True)), name='contact_of_address'),
        ),
        AddIndexConcurrently(
            model_name='gatewayevent',
            index=models.Index(fields=['received_at'], name='event_age'),
        ),
        AddIndexConcurrently(
            model_name='gatewayevent',
            index=models.Index(condition=models.Q(('body__isnull', False)), fields=['received_at'], name='event_told'),
        ),
        AddIndexConcurrently(
            model_name='place',
            index=models.Index(fields=['asked_at'], name='places_by_age'),
        ),
        AddIndexConcurrently(
            model_name='proberesult',
            index=models.Index(fields=['at'], name='probe_age'),
        ),
        AddIndexConcurrently(
            model_name='reminder',
            index=models.Index(condition=models.Q(('told_at__isnull', False)), fields=['told_at'], name='reminders_told'),
        ),
        AddIndexConcurrently(
            model_name='changelog',
            index=models.Index(django.db.models.fields.json.KeyTextTransform('email', 'after'), condition=models.Q(('after__has_key', 'email')), name='changes_of_address'),
        ),
    ]
