from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0029_words_by_language"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="undone_at",
            field=models.DateTimeField(
                blank=True, help_text="When it was last good again after a mistake.", null=True
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=models.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
