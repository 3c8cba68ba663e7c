"""The desk finds orders by part of a title, SKU, tracking number or name, by indexes."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.models import Q
from django.db.models.functions import Upper


def words(*names):
    return [OpClass(Upper(name), "gin_trgm_ops") for name in names]


class Migration(migrations.Migration):
    atomic = False  # built while the shop goes on selling

    dependencies = [("shop", "0119_dispute_answers")]

    operations = [
        AddIndexConcurrently(
            model_name="orderline",
            index=GinIndex(*words("title", "shown_title", "sku"), name="order_line_words"),
        ),
        AddIndexConcurrently(
            model_name="shipment",
            index=GinIndex(*words("tracking_number"), name="shipment_words"),
        ),
        AddIndexConcurrently(
            model_name="replacement",
            index=GinIndex(*words("tracking_number"), name="replacement_words"),
        ),
        AddIndexConcurrently(
            model_name="contact",
            index=GinIndex(
                *words("name", "email"), condition=Q(blanked_at__isnull=True), name="contact_words"
            ),
        ),
    ]
