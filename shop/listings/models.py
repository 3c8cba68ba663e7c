from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from shop.catalogue.models import Product

ALIKE = 1_000  # products that sold alike differ by less than this


class Listing(models.Model):
    """One row per published product with all that lists and cards show, but the price.

    Kept by the writing side in the same transaction; see ``listings.refreshing``.
    """

    product = models.OneToOneField(Product, models.CASCADE, primary_key=True)
    slug = models.CharField(max_length=120)
    kind = models.CharField(max_length=12)
    title = models.CharField(max_length=160)
    titles = models.JSONField(default=dict)
    summary = models.CharField(max_length=200)
    merchant_id = models.BigIntegerField()
    store_slug = models.CharField(max_length=80)
    store = models.CharField(max_length=120)
    city = models.CharField(max_length=80)
    country = models.CharField(max_length=2)
    category = models.CharField(max_length=80)
    top_category = models.CharField(max_length=40)
    picture = models.JSONField(default=dict, help_text="Addresses and alternative text.")
    festivals = ArrayField(models.BigIntegerField(), default=list)
    is_available = models.BooleanField(default=True, help_text="Has units, set aside or not.")
    popularity = models.PositiveIntegerField(
        default=0, help_text="A thousand for each unit sold in seven days, and a number of its own."
    )
    rating = models.PositiveSmallIntegerField(null=True, help_text="Tenths of a star.")
    rating_count = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField()
    text = SearchVectorField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-popularity", "product"], name="listing_popular"),
            models.Index(fields=["-published_at", "product"], name="listing_newest"),
            models.Index(fields=["country", "-popularity", "product"], name="listing_of_country"),
            models.Index(fields=["top_category", "-popularity", "product"], name="listing_of_top"),
            models.Index(fields=["category", "-popularity", "product"], name="listing_of_category"),
            models.Index(fields=["merchant_id", "-popularity"], name="listing_of_merchant"),
            GinIndex(fields=["festivals"], name="listing_in_festival"),
            GinIndex(fields=["text"], name="listing_text"),
        ]
