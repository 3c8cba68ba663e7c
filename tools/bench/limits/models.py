"""The shop's listing rows and price spans, as somebody would read them who has nothing else."""

from django.db import models


class Listing(models.Model):
    """A product in a list."""

    product_id = models.BigIntegerField(primary_key=True)
    slug = models.CharField(max_length=120)
    title = models.CharField(max_length=160)
    store = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    picture = models.JSONField()
    is_available = models.BooleanField()
    popularity = models.PositiveIntegerField()

    class Meta:
        managed = False
        db_table = "shop_listing"


class Span(models.Model):
    """A product's price in a time."""

    product = models.ForeignKey(Listing, models.DO_NOTHING, related_name="spans")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    price = models.PositiveBigIntegerField()
    prior_price = models.PositiveBigIntegerField(null=True)
    percent = models.PositiveSmallIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "shop_productspan"
