from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.catalogue.models import Product
from shop.core.images.models import Picture
from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.people.merchants.models import Merchant


class CatalogueSpreadsheet(Stateful):
    """A sheet of products that a store brings in: read, matched, checked, then written.

    Nothing of the catalogue changes before somebody has seen what would.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "waits to be read"
        READ = "read", "its columns wait to be matched"
        CHECKING = "checking", "its rows are being checked"
        CHECKED = "checked", "somebody decides"
        WRITING = "writing", "its rows are being brought in"
        DONE = "done", "brought in"
        UNDOING = "undoing", "is being taken back"
        UNDONE = "undone", "taken back"
        REFUSED = "refused", "could not be read"
        STOPPED = "stopped", "given up before anything was brought in"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.RECEIVED: {State.READ, State.REFUSED, State.STOPPED},
        State.READ: {State.CHECKING, State.STOPPED, State.DONE},
        State.CHECKING: {State.CHECKED, State.READ, State.STOPPED, State.DONE},
        State.CHECKED: {State.READ, State.CHECKING, State.WRITING, State.STOPPED, State.DONE},
        State.WRITING: {State.DONE},
        State.DONE: {State.CHECKED, State.UNDOING},
        State.UNDOING: {State.UNDONE},
        State.UNDONE: set(),
        State.REFUSED: set(),
        State.STOPPED: set(),
    }
    IN_WORK = (State.RECEIVED, State.CHECKING, State.WRITING, State.UNDOING)
    """In these states it is the worker's turn."""
    QUIET: ClassVar[timedelta] = timedelta(minutes=1)
    """After so long the work seems to have stopped."""

    class Format(models.TextChoices):
        OWN = "own", "Baobab"
        SHOPIFY = "shopify", "Shopify"
        WOOCOMMERCE = "woocommerce", "WooCommerce"
        ETSY = "etsy", "Etsy"
        OTHER = "other", "Other"

    merchant = models.ForeignKey(
        Merchant, models.CASCADE, related_name="catalogue_sheets", db_index=False
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=120, help_text="Of the file.")
    language = models.CharField(max_length=10, help_text="In which problems are written.")
    at = models.DateTimeField()
    worked_at = models.DateTimeField(help_text="When it was last queued, or got any further.")
    busy_until = models.DateTimeField(null=True, help_text="A worker is at it, unless it died.")
    tries = models.PositiveSmallIntegerField(
        default=0, help_text="Starts of the work since it last got any further."
    )
    state = ChoiceField(max_length=8, choices=State, default=State.RECEIVED)
    problem = models.TextField(blank=True, help_text="Why it could not be read.")
    format = models.CharField(max_length=11, choices=Format, default=Format.OTHER)
    headings = models.JSONField(default=list, help_text="Of the columns, as they stand there.")
    examples = models.JSONField(default=list, help_text="A value of each column.")
    fields = models.JSONField(default=list, help_text="Of each column; empty: left out.")
    choices = models.JSONField(default=dict, help_text="How it is read: see ``SheetChoices``.")
    asked = models.JSONField(default=dict, help_text="What the check found missing, by category.")
    total = models.PositiveIntegerField(default=0, help_text="Rows.")
    has_archive = models.BooleanField(default=False, help_text="Pictures came along.")
    stops = models.BooleanField(default=False, help_text="Somebody wants no more rows written.")
    done_at = models.DateTimeField(null=True, help_text="Since when it is brought in.")

    objects = StateQuerySet.as_manager()

    class Meta:
        db_table = "shop_cataloguesheet"
        default_permissions = ()
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="catalogue_sheet_of_store"),
            models.Index(fields=["at"], name="catalogue_sheet_age"),
            models.Index(
                fields=["worked_at"],
                condition=Q(state__in=("received", "checking", "writing", "undoing")),
                name="catalogue_sheet_in_work",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant"],
                condition=Q(state__in=("received", "checking", "writing", "undoing")),
                name="catalogue_sheet_one_in_work",
                violation_error_message="A store has one sheet in work at a time.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def got_further(self, *, at: datetime, **changes: Any) -> None:
        """Note that the worker that is at it got any further: others leave it alone meanwhile."""
        changes |= {"worked_at": at, "busy_until": at + self.QUIET, "tries": 0}
        type(self).objects.filter(pk=self.pk).update(**changes)

    @property
    def is_in_work(self) -> bool:
        """Tell whether the worker has something to do with it."""
        return self.state in self.IN_WORK


class SpreadsheetPiece(models.Model):
    """A part of a file that came in; so no process ever holds all of it."""

    sheet = models.ForeignKey(
        CatalogueSpreadsheet, models.CASCADE, related_name="pieces", db_index=False
    )
    number = models.PositiveIntegerField()
    content = models.BinaryField()
    is_archive = models.BooleanField(default=False, help_text="Of the pictures.")

    class Meta:
        db_table = "shop_sheetpiece"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "is_archive", "number"], name="sheet_piece_once"
            )
        ]


class ArchivePicture(models.Model):
    """A picture of the archive that came with a sheet, by its path in small letters."""

    sheet = models.ForeignKey(
        CatalogueSpreadsheet, models.CASCADE, related_name="archive", db_index=False
    )
    name = models.CharField(max_length=120)
    content = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["sheet", "name"], name="archive_picture_once")
        ]


class CatalogueRow(Stateful):
    """A row of a sheet: its cells, what is wrong with it, and what would change."""

    class State(models.TextChoices):
        WAITING = "waiting"
        READY = "ready"
        WRONG = "wrong"
        DONE = "done"

    class Outcome(models.TextChoices):
        NEW = "new"
        CHANGED = "changed"
        SAME = "same"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.WAITING: {State.READY, State.WRONG},
        State.READY: {State.WAITING, State.WRONG, State.DONE},
        State.WRONG: {State.WAITING},
        State.DONE: set(),
    }

    sheet = models.ForeignKey(
        CatalogueSpreadsheet, models.CASCADE, related_name="rows", db_index=False
    )
    number = models.PositiveIntegerField(help_text="In the file, from 1 on.")
    cells = models.JSONField(help_text="What stands in its columns.")
    group = models.PositiveIntegerField(
        default=0, help_text="Number of the first row of the same product."
    )
    state = ChoiceField(max_length=7, choices=State, default=State.WAITING)
    outcome = models.CharField(max_length=7, choices=Outcome, blank=True)
    problems = models.JSONField(default=list, help_text="Places of columns, and what to do.")
    changes = models.JSONField(default=list, help_text="What, from what, to what.")
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="+")

    objects = StateQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        indexes = [
            models.Index(fields=["sheet", "state", "group", "number"], name="catalogue_row_group"),
            models.Index(fields=["product"], condition=Q(product__isnull=False),
                         name="catalogue_row_of_product"),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["sheet", "number"], name="catalogue_row_once")
        ]


class BroughtProduct(models.Model):
    """What a sheet did to a product: that it was done, and how it was before."""

    sheet = models.ForeignKey(
        CatalogueSpreadsheet, models.CASCADE, related_name="brought", db_index=False
    )
    group = models.PositiveIntegerField()
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="+")
    is_new = models.BooleanField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    undone = models.CharField(max_length=300, blank=True, help_text="What became of taking back.")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["product"], condition=Q(product__isnull=False),
                         name="brought_of_product"),
        ]  # fmt: skip
        constraints = [models.UniqueConstraint(fields=["sheet", "group"], name="brought_once")]


class ColumnMemory(models.Model):
    """How a store's sheets with certain headings were read the last time."""

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="+", db_index=False)
    headings = models.CharField(max_length=64, help_text="Digest of the headings.")
    fields = models.JSONField()
    choices = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["at"], name="column_memory_age")]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "headings"], name="column_memory_once")
        ]


class SpreadsheetPicture(Stateful):
    """A picture that a sheet names for a product: an address, or a name in the archive.

    It stays when the sheet is forgotten, so that the next sheet brings no picture twice.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        FETCHED = "fetched"
        REFUSED = "refused"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.WAITING: {State.FETCHED, State.REFUSED},
        State.FETCHED: set(),
        State.REFUSED: {State.WAITING},
    }

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="sheet_pictures", db_index=False
    )
    sheet = models.ForeignKey(
        CatalogueSpreadsheet, models.SET_NULL, null=True, related_name="pictures", db_index=False
    )
    source = models.CharField(max_length=2_000, help_text="An address, or the name of a file.")
    digest = models.CharField(max_length=64)
    alt = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    state = ChoiceField(max_length=7, choices=State, default=State.WAITING)
    text = models.CharField(max_length=300, blank=True, help_text="Why it was not taken.")
    tries = models.PositiveSmallIntegerField(default=0)
    picture = models.ForeignKey(Picture, models.SET_NULL, null=True, related_name="+")

    objects = StateQuerySet.as_manager()

    class Meta:
        db_table = "shop_sheetpicture"
        default_permissions = ()
        indexes = [
            models.Index(fields=["sheet", "state", "product", "position"],
                         name="sheet_picture_waits"),
            models.Index(fields=["picture"], condition=Q(picture__isnull=False),
                         name="sheet_picture_kept"),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["product", "digest"], name="sheet_picture_once")
        ]
