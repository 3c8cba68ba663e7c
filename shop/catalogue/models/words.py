from __future__ import annotations

from django.conf import settings
from django.db import models

from shop.catalogue.models.products import Product
from shop.people.merchants.models import Merchant


class Translation(models.Model):
    """The long words of one product or one store's page in one language."""

    product = models.ForeignKey(
        Product,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="translations",
        db_index=False,
    )
    merchant = models.ForeignKey(
        Merchant,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="translations",
        db_index=False,
    )
    language = models.CharField(max_length=12)
    words = models.JSONField(default=dict, help_text="By the name of the field.")
    is_read = models.BooleanField(default=False, help_text="A native speaker has read it.")
    of = models.CharField(max_length=16, help_text="Digest of the words that it was made from.")
    changed_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="translation_of_one_thing",
                condition=models.Q(product__isnull=True) ^ models.Q(merchant__isnull=True),
                violation_error_message="A translation is of a product or of a store.",
            ),
            models.UniqueConstraint(
                fields=["product", "language"], name="translation_of_product_once"
            ),
            models.UniqueConstraint(
                fields=["merchant", "language"], name="translation_of_store_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product or self.merchant} ({self.language})"


class Term(models.Model):
    """A word that many products share, such as Colour, red or cotton, in the shop's languages."""

    class Kind(models.TextChoices):
        OPTION = "option"
        VALUE = "value"
        MATERIAL = "material"
        CERTIFICATE = "certificate"

    kind = models.CharField(max_length=12, choices=Kind)
    term = models.CharField("word", max_length=80, help_text="As stores write it.")
    names = models.JSONField(default=dict, blank=True, help_text="By language code.")
    is_read = models.BooleanField(default=False, help_text="Native speakers have read it.")
    source = models.CharField(max_length=200, blank=True)
    seen_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "shared word"
        ordering = ["kind", "term"]
        constraints = [
            # The word comes first: a page asks for words, whatever their kind.
            models.UniqueConstraint(fields=["term", "kind"], name="term_once")
        ]

    def __str__(self) -> str:
        return self.term
