"""The desk finds products by words in their titles and SKUs, by indexes."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False  # built while stores go on writing

    dependencies = [("shop", "0034_spans_by_owner")]

    operations = [
        AddIndexConcurrently(
            model_name="product",
            index=GinIndex(OpClass(Upper("title"), "gin_trgm_ops"), name="product_words"),
        ),
        AddIndexConcurrently(
            model_name="variant",
            index=GinIndex(OpClass(Upper("sku"), "gin_trgm_ops"), name="variant_words"),
        ),
    ]
