from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from shop.catalogue.models import Product, Variant
from shop.festivals.models import Deal, Slot


class Reminder(models.Model):
    """Somebody wants one mail: when a slot opens, or when something that is gone is there again.

    An address that nobody has proved to be theirs gets one mail that asks, and no other before
    the answer. The whole slot of a festival stands for the festival.
    """

    email = models.EmailField()
    email_key = models.CharField(max_length=64, help_text="Of the mailbox behind the address.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    language = models.CharField(max_length=10)
    network_key = models.CharField(max_length=64, help_text="A keyed hash of the network address.")
    slot = models.ForeignKey(Slot, models.CASCADE, null=True, related_name="+")
    product = models.ForeignKey(
        Product, models.CASCADE, null=True, related_name="+", help_text="With a slot: its deal."
    )
    variant = models.ForeignKey(
        Variant, models.CASCADE, null=True, related_name="+", help_text="That comes back."
    )
    deal = models.ForeignKey(
        Deal, models.CASCADE, null=True, related_name="+", help_text="Whose units come back."
    )
    asked_at = models.DateTimeField()
    confirm_sent_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    free_since = models.DateTimeField(
        null=True, help_text="Since when it has been there, each time that it was looked at."
    )
    told_at = models.DateTimeField(null=True, help_text="The mail was put into the queue.")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"), "slot", "product", "variant", "deal",
                name="reminded_once", nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="reminder_of_one_thing",
                condition=Q(slot__isnull=False, variant__isnull=True, deal__isnull=True)
                | Q(slot__isnull=True, product__isnull=True, variant__isnull=False),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["slot", "id"],
                condition=Q(told_at__isnull=True, confirmed_at__isnull=False, slot__isnull=False),
                name="reminder_of_opening",
            ),
            models.Index(
                fields=["variant", "deal", "id"],
                condition=Q(confirmed_at__isnull=False, variant__isnull=False),
                name="reminder_of_return",
            ),
            models.Index(fields=["network_key", "confirm_sent_at"], name="reminders_of_network"),
            models.Index(fields=["email_key", "confirm_sent_at"], name="reminders_of_mailbox"),
            models.Index(fields=["asked_at"], name="reminders_by_age"),
            models.Index(
                fields=["told_at"],
                condition=Q(told_at__isnull=False),
                name="reminders_told",
            ),
        ]
