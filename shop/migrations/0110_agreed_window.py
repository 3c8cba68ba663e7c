from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0109_fewer_indexes")]

    operations = [
        migrations.AddField(
            "nomination", "agreed_from",
            models.DateTimeField(
                blank=True, null=True,
                help_text="The slot's start as the store agreed to it, once the slot has moved.",
            ),
        ),
        migrations.AddField(
            "nomination", "agreed_to",
            models.DateTimeField(
                blank=True, null=True,
                help_text="The slot's end likewise.",
            ),
        ),
    ]  # fmt: skip
