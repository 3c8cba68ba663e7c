"""The lists of a store's desk walk along indexes: its products, what is left to do, its offers."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import BooleanField, ExpressionWrapper, F, Q


class Migration(migrations.Migration):
    atomic = False  # built while stores go on writing

    dependencies = [("shop", "0042_sold_by_store")]

    operations = [
        AddIndexConcurrently(
            model_name="product",
            index=models.Index(fields=["merchant", "-id"], name="product_of_merchant_newest"),
        ),
        AddIndexConcurrently(
            model_name="product",
            index=models.Index(
                fields=["merchant", "state", "-id"], name="product_of_merchant_state"
            ),
        ),
        AddIndexConcurrently(
            model_name="product",
            index=models.Index(
                F("merchant"),
                ExpressionWrapper(Q(review_note=""), output_field=BooleanField()),
                F("id").desc(),
                condition=Q(state__in=("draft", "taken_down")),
                name="product_unfinished",
            ),
        ),
        AddIndexConcurrently(
            model_name="product",
            index=models.Index(
                fields=["merchant"], condition=Q(kind="experience"), name="product_experience"
            ),
        ),
        AddIndexConcurrently(
            model_name="amendment",
            index=models.Index(
                fields=["-product"], condition=Q(state="refused"), name="amendment_refused"
            ),
        ),
        AddIndexConcurrently(
            model_name="nomination",
            index=models.Index(fields=["enrolment", "-id"], name="nomination_of_store"),
        ),
        AddIndexConcurrently(
            model_name="nomination",
            index=models.Index(
                fields=["enrolment", "-id"],
                condition=Q(state="changes_requested"),
                name="nomination_sent_back",
            ),
        ),
    ]
