from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop.catalogue.models import Product
from shop.festivals.models import Festival
from shop.people.merchants.models import Merchant

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Small letters and digits that nobody takes for each other when they are copied from a poster."""
LETTERS = 8


def new_code() -> str:
    """Return a code that nobody guesses, and that no link had before: there are 10 to the 12."""
    return "".join(secrets.choice(ALPHABET) for _number in range(LETTERS))


class ShareLink(models.Model):
    """A short address that leads to a page of the shop and counts how many came by it.

    It belongs to a store, or to the organizers. ``path`` is where the organizers' own lead; those
    of stores lead to the product while shoppers see it, else to the store.
    """

    class Channel(models.TextChoices):
        POST = "post", _("Pictures and words")
        POSTER = "poster", _("Poster")
        OWN = "own", _("Own link")

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    merchant = models.ForeignKey(
        Merchant, models.CASCADE, null=True, related_name="share_links", db_index=False
    )
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="share_links")
    festival = models.ForeignKey(Festival, models.SET_NULL, null=True, related_name="share_links")
    channel = models.CharField(max_length=6, choices=Channel, default=Channel.OWN)
    name = models.CharField(max_length=60, blank=True, help_text="Where it stands: newsletter.")
    path = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    stopped_at = models.DateTimeField(
        null=True, help_text="It still leads there, and counts no more."
    )

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["merchant", "-id"], name="share_link_of_store")]
        constraints = [
            models.CheckConstraint(
                name="share_link_leads_somewhere",
                condition=Q(merchant__isnull=False, path="") | Q(merchant=None) & ~Q(path=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.get_channel_display()


class ShareDay(models.Model):
    """How many came by a link on a day (by Greenwich), and how many filled a cart thereafter."""

    link = models.ForeignKey(ShareLink, models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    visits = models.PositiveIntegerField(default=0, db_default=0)
    carts = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["day"], name="share_day_age")]
        constraints = [
            models.UniqueConstraint(fields=["link", "day"], name="share_link_once_a_day")
        ]
