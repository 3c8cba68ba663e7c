from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language

from shop.core.languages import said


class Category(models.Model):
    """A place in the catalogue tree: ``food`` or ``food/coffee``."""

    class Returns(models.TextChoices):
        UNUSED = "unused", "Anything unused"
        SEALED = "sealed", "Only what was not opened"
        FAULTY = "faulty", "Only what is wrong or broken"

    path = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=80)
    names = models.JSONField(default=dict, blank=True, help_text="By language code.")
    position = models.PositiveSmallIntegerField(default=0)
    returns = models.CharField(
        max_length=6, choices=Returns, default=Returns.UNUSED, db_default=Returns.UNUSED,
        help_text="What shoppers may send back who have changed their mind. What is wrong or "
        "broken may always come back.",
    )  # fmt: skip

    # Countries to which nothing of it may be sent, and the years that shoppers say to have.
    barred = ArrayField(models.CharField(max_length=2), default=list, blank=True, db_default=[])
    min_age = models.PositiveSmallIntegerField(default=0, db_default=0)
    is_worn = models.BooleanField(
        "clothes, shoes or hats", default=False, db_default=False,
        help_text="Google refuses them without gender, age group and colour.",
    )  # fmt: skip

    class Meta:
        ordering = ["position", "path"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        """Return the name in a language, or the original one where no translation exists."""
        return said(self.names, self.name, language).text

    @property
    def shown_name(self) -> str:
        """Return the name in the language of the page."""
        return self.name_in(get_language() or settings.LANGUAGE_CODE)
