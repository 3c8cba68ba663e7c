from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shop.catalogue.models import Product
from shop.festivals.models import Festival

LONGEST = timedelta(hours=72)  # for which a shared preview can be opened


class PreviewLink(models.Model):
    """A preview that whoever has its address may open: one instant, for a time, until revoked."""

    festival = models.ForeignKey(
        Festival, models.CASCADE, related_name="preview_links", db_index=False
    )
    shared_with = models.CharField(max_length=120)
    at = models.DateTimeField(help_text="The instant that it shows.")
    is_waiting = models.BooleanField(
        default=False, help_text="Nominations that wait for a decision count as approved."
    )
    stock = models.CharField(max_length=4, blank=True, help_text="What the deals have left.")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["festival", "-id"], name="preview_link_of_festival")]
        constraints = [
            models.CheckConstraint(
                name="preview_link_is_short",
                condition=Q(expires_at__gt=F("made_at"))
                & Q(expires_at__lte=F("made_at") + LONGEST),
                violation_error_message="A preview is shared for 72 hours at most.",
            )
        ]

    def __str__(self) -> str:
        return self.shared_with


class ProbeResult(models.Model):
    """The prices that a public page showed after a start, beside those that it should show."""

    class Outcome(models.TextChoices):
        RIGHT = "right"
        WRONG = "wrong"
        SILENT = "silent"  # it did not answer, or not with a page: of its price nothing is known

    festival = models.ForeignKey(
        Festival, models.CASCADE, related_name="probe_results", db_index=False
    )
    opens_at = models.DateTimeField(help_text="The start that was looked at.")
    at = models.DateTimeField(help_text="When the page was asked for.")
    address = models.CharField(max_length=200)
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="+")
    expected = models.CharField(max_length=400, help_text="Prices by the price function.")
    found = models.CharField(max_length=400, help_text="Prices on the page, or what went wrong.")
    outcome = models.CharField(max_length=6, choices=Outcome)

    class Meta:
        indexes = [
            models.Index(fields=["festival", "-at"], name="probe_of_festival"),
            models.Index(fields=["address", "-at"], name="probe_of_page"),
            models.Index(fields=["at"], name="probe_age"),
        ]


class ZeroResultSearch(models.Model):
    """A search without results: how often it was made on a day in a language, and never by whom.

    See ``search_words.not_found``.
    """

    day = models.DateField()
    language = models.CharField(max_length=8, help_text="Of the page.")
    words = models.CharField(max_length=60, help_text="As the search compares them.")
    is_near = models.BooleanField(help_text="Something fitted a part of them.")
    times = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()

    class Meta:
        db_table = "shop_vainsearch"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "language", "words", "is_near"], name="vain_search_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return self.words
