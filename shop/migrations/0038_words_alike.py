"""Words with two typing errors are found by an index of what is alike."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False  # built while products go on being indexed

    dependencies = [("shop", "0037_editions_of_listings")]

    operations = [
        AddIndexConcurrently(
            model_name="searchword",
            index=GinIndex(OpClass("word", "gin_trgm_ops"), name="word_alike"),
        ),
    ]
