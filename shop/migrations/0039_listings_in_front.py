"""The front of the shop is compared with what it was without reading all listings."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # built while products go on being changed

    dependencies = [("shop", "0038_words_alike")]

    operations = [
        AddIndexConcurrently(
            model_name="listing",
            index=models.Index(
                fields=["product"],
                condition=models.Q(("is_front", True)),
                name="listing_in_front",
            ),
        ),
    ]
