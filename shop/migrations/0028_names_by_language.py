from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0027_sent_to")]

    operations = [
        migrations.AddField(
            "promotion", "titles", models.JSONField(blank=True, default=dict, help_text="By language code.")
        ),
        migrations.AddField(
            "slot", "names", models.JSONField(blank=True, default=dict, help_text="By language code.")
        ),
    ]
