"""The beat finds listings whose text is of an earlier edition."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # built while products go on being changed

    dependencies = [("shop", "0036_meanings_of_words")]

    operations = [
        AddIndexConcurrently(
            model_name="listing",
            index=models.Index(fields=["edition"], name="listing_edition"),
        ),
    ]
