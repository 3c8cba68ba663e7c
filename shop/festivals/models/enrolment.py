from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.catalogue.models import Category, Product, Variant
from shop.core.languages import Wording, said
from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.festivals.models.festival import Festival, Nomination, Slot
from shop.people.merchants.models import Merchant


class Terms(models.Model):
    """The terms that stores agree to, a row per version. Rows are only ever added, never edited."""

    festival = models.ForeignKey(Festival, models.CASCADE, related_name="terms", db_index=False)
    version = models.CharField(max_length=20)
    text = models.TextField()
    texts = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="Translations, by language code."
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "terms"
        constraints = [
            models.UniqueConstraint(fields=["festival", "version"], name="terms_version_once")
        ]

    def __str__(self) -> str:
        return self.version

    def in_language(self, language: str) -> Wording:
        """Return the text in a language, or the original with its mark."""
        return said(self.texts, self.text, language)


class ProductRequest(models.Model):
    """A wish of the organizers: a product, or something of a category or country."""

    festival = models.ForeignKey(Festival, models.CASCADE, related_name="wanted")
    product = models.ForeignKey(Product, models.CASCADE, null=True, blank=True, related_name="+")
    variant = models.ForeignKey(
        Variant, models.CASCADE, null=True, blank=True, related_name="+",
        help_text="The size of the product that the price is proposed for.",
    )  # fmt: skip
    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="+")
    country = models.CharField(max_length=2, blank=True, help_text="Of the store.")
    slot = models.ForeignKey(Slot, models.CASCADE, null=True, blank=True, related_name="+")
    price = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Proposed, minor units."
    )
    percent = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Proposed, off.")
    note = models.CharField(max_length=300, blank=True, help_text="Merchants read it.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "shop_wanted"
        ordering = ["-pk"]
        verbose_name_plural = "wanted"
        constraints = [
            models.CheckConstraint(
                name="wanted_names_something",
                condition=Q(product__isnull=False) | Q(category__isnull=False) | ~Q(country=""),
                violation_error_message="Name a product, a category or a country.",
            ),
            models.CheckConstraint(
                name="wanted_one_proposal",
                condition=Q(price__isnull=True) | Q(percent__isnull=True),
                violation_error_message="Propose a price or a percentage, not both.",
            ),
        ]


class NominationSpreadsheet(Stateful):
    """A sheet of nominations that a member of a store sent in: read first, then processed."""

    class State(models.TextChoices):
        RECEIVED = "received", "waits to be read"
        READ = "read", "its rows are there"
        REFUSED = "refused", "could not be read"
        STOPPED = "stopped", "given up before it was read"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.RECEIVED: {State.READ, State.REFUSED, State.STOPPED},
        State.READ: set(),
        State.REFUSED: set(),
        State.STOPPED: set(),
    }

    festival = models.ForeignKey(Festival, models.CASCADE, related_name="+")
    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="sheets", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=120, help_text="Of the file.")
    language = models.CharField(max_length=10, help_text="In which refusals are written.")
    at = models.DateTimeField()
    worked_at = models.DateTimeField(help_text="When it was last queued, read or worked off.")
    state = ChoiceField(max_length=8, choices=State, default=State.READ)
    problem = models.TextField(blank=True, help_text="Why it could not be read.")
    tries = models.PositiveSmallIntegerField(
        default=0, help_text="Starts of the work since it last got any further."
    )

    # Only where a query adds them.
    total: int
    waiting: int

    objects = StateQuerySet.as_manager()

    class Meta:
        db_table = "shop_nominationsheet"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["merchant", "festival", "-id"], name="sheet_of_store"),
            models.Index(fields=["at"], name="sheet_age"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant"], condition=Q(state="received"), name="sheet_read_one_at_a_time"
            )
        ]


class SpreadsheetFile(models.Model):
    """The file of a sheet that waits to be read; gone as soon as it was."""

    sheet = models.OneToOneField(NominationSpreadsheet, models.CASCADE, related_name="file")
    content = models.BinaryField()

    class Meta:
        db_table = "shop_sheetfile"


class SpreadsheetRow(Stateful):
    """One row of a sheet, as it was read, with its outcome."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SUBMITTED = "submitted"
        CHANGED = "changed"
        SAME = "same"
        REFUSED = "refused"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.WAITING: {State.SUBMITTED, State.CHANGED, State.SAME, State.REFUSED},
        State.SUBMITTED: set(),
        State.CHANGED: set(),
        State.SAME: set(),
        State.REFUSED: set(),
    }

    sheet = models.ForeignKey(
        NominationSpreadsheet, models.CASCADE, related_name="rows", db_index=False
    )
    number = models.PositiveIntegerField(help_text="In the file, from 1 on.")
    cells = models.JSONField(help_text="What stood in its cells, by the name of the column.")
    place = models.CharField(max_length=200, help_text="Rows of one product and slot are one.")
    state = ChoiceField(max_length=9, choices=State, default=State.WAITING)
    column = models.CharField(max_length=20, blank=True, help_text="Where it went wrong.")
    text = models.TextField(blank=True, help_text="What went wrong, as the merchant reads it.")
    nomination = models.ForeignKey(Nomination, models.SET_NULL, null=True, related_name="+")

    objects = StateQuerySet.as_manager()

    class Meta:
        db_table = "shop_sheetrow"
        ordering = ["number"]
        indexes = [
            models.Index(
                fields=["sheet", "place"], condition=Q(state="waiting"), name="sheet_row_waits"
            )
        ]
        constraints = [models.UniqueConstraint(fields=["sheet", "number"], name="sheet_row_once")]
