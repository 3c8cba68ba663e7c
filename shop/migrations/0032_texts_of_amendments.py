from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("shop", "0031_bulk_approvals")]

    operations = [
        migrations.AddField(
            model_name="amendment",
            name="texts",
            field=models.JSONField(
                default=dict, help_text="Words in other languages, by code."
            ),
        ),
    ]
