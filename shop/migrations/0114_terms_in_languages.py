from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0113_images_of_refused_forms")]

    operations = [
        migrations.AddField(
            "terms", "texts",
            models.JSONField(
                blank=True, default=dict, db_default={},
                help_text="Translations, by language code.",
            ),
        ),
    ]  # fmt: skip
