from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from shop.catalogue.models import Product
from shop.core.locks import locked

ALIKE = 1_000  # products that sold alike differ by less than this


class Listing(models.Model):
    """One row per published product with all that lists and cards show, but the price.

    Kept by the writing side in the same transaction; see ``listings.refresh``.
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
    edition = models.PositiveSmallIntegerField(
        default=0, help_text="Of what is noted in its text; see listings.indexing."
    )
    is_front = models.BooleanField(
        default=False, help_text="Among the most bought, in which a search looks first."
    )
    is_floor = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Among those that come next, in which a search looks for more.",
    )

    class Meta:
        indexes = [
            models.Index(fields=["-popularity", "product"], name="listing_popular"),
            models.Index(fields=["-published_at", "product"], name="listing_newest"),
            models.Index(fields=["country", "-popularity", "product"], name="listing_of_country"),
            models.Index(fields=["top_category", "-popularity", "product"], name="listing_of_top"),
            models.Index(fields=["category", "-popularity", "product"], name="listing_of_category"),
            models.Index(fields=["merchant_id", "-popularity"], name="listing_of_merchant"),
            GinIndex(fields=["festivals"], name="listing_in_festival"),
            GinIndex(fields=["text"], name="listing_text", fastupdate=False),
            models.Index(
                fields=["product"],
                condition=models.Q(is_front=False, is_floor=False),
                name="listing_behind_floor",
            ),
            models.Index(
                fields=["product"],
                # More than a search asks, which would read all of the front by it.
                condition=models.Q(is_front=True, popularity__gte=0),
                name="listing_of_front",
            ),
            models.Index(
                fields=["product"],
                condition=models.Q(is_floor=True, popularity__gte=0),
                name="listing_of_floor",
            ),
            models.Index(fields=["edition"], name="listing_edition"),
            GinIndex(
                fields=["text"],
                condition=models.Q(is_front=True),
                name="listing_front_text",
                fastupdate=False,
            ),
            GinIndex(
                fields=["text"],
                condition=models.Q(is_floor=True),
                name="listing_floor_text",
                fastupdate=False,
            ),
        ]


class ListingCell(models.Model):
    """So many products that are alike in all that lists can be filtered by but words and price.

    Counted anew within a minute of a change; see ``listings.count``.
    """

    country = models.CharField(max_length=2)
    category = models.CharField(max_length=80)
    merchant_id = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    is_available = models.BooleanField()
    festivals = ArrayField(models.BigIntegerField(), default=list)
    listings = models.PositiveIntegerField()
    popularity = models.BigIntegerField(default=0, help_text="Units sold in seven days.")

    class Meta:
        indexes = [models.Index(fields=["merchant_id"], name="cell_of_store")]


class ChangedStore(models.Model):
    """A store of which something was written since its listings were counted."""

    merchant_id = models.BigIntegerField()


class CellCount(models.Model):
    """When listings were counted last: those of stores that changed, and all. One row.

    Up to ``closed_at`` the dates whose sale closed were looked at.
    """

    counted_at = models.DateTimeField()
    all_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    @classmethod
    def locked(cls, *, at: datetime) -> CellCount:
        """Return the row, locked until the transaction ends; made as if nothing was counted."""
        never = {"counted_at": at, "all_at": at - timedelta(days=2)}
        return locked(cls.objects, fully=True).get_or_create(pk=1, defaults=never)[0]


class SearchWord(models.Model):
    """A word that listings hold, and in how many; see ``listings.search_index``."""

    word = models.CharField(max_length=80, primary_key=True, db_collation="C")
    listings = models.PositiveIntegerField(default=1)
    titles = models.PositiveIntegerField(
        default=0, help_text="Listings with it in the title, the store or the tags."
    )
    near_misses = ArrayField(models.TextField(), default=list)

    class Meta:
        indexes = [
            GinIndex(fields=["near_misses"], name="word_near_misses", fastupdate=False),
            GinIndex(OpClass("word", "gin_trgm_ops"), name="word_alike"),
        ]

    def __str__(self) -> str:
        return self.word


class Synonym(models.Model):
    """A word that means the same as the others of its group; a near one, something like it."""

    group = models.CharField(max_length=60)
    term = models.CharField(max_length=80, help_text="As people write it.")
    folded = models.CharField(max_length=80, help_text="As the search compares it.")
    language = models.CharField(max_length=8, blank=True)
    is_near = models.BooleanField(default=False, help_text="Used only when nothing else is found.")
    source = models.CharField(max_length=200, blank=True)
    seen_on = models.DateField(null=True)

    others: list[str]  # only where a query adds them

    class Meta:
        indexes = [
            models.Index(fields=["folded"], name="synonym_folded"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "term", "language"], name="synonym_once_per_group"
            )
        ]

    def __str__(self) -> str:
        return self.term


class Meaning(models.Model):
    """The meaning of words beside the thing itself: a place, an occasion, a size, a price.

    ``targets`` say what fits, the best first: ``country:KE``, ``tag:gift``, ``category:home/*``,
    ``option:Size=L``, ``price:max``. Of a word that only joins others there is none.
    """

    class Kind(models.TextChoices):
        PLACE = "place"
        WISH = "wish"  # lifts what fits
        CONDITION = "condition"  # cuts what does not fit
        PRICE = "price"
        JOINT = "joint"  # says nothing

    language = models.CharField(max_length=8)
    phrase = models.CharField(max_length=80, help_text="As people write it.")
    folded = models.CharField(max_length=80, help_text="As the search compares it.")
    kind = models.CharField(max_length=9, choices=Kind)
    targets = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    note = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)
    seen_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["folded"], name="meaning_folded")]
        constraints = [
            models.UniqueConstraint(
                fields=["language", "folded"], name="meaning_once_in_a_language"
            )
        ]

    def __str__(self) -> str:
        return self.phrase
