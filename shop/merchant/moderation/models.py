from __future__ import annotations

from typing import ClassVar, cast

from django.conf import settings
from django.db import models

from shop.catalogue.models import Product
from shop.core.images.models import Picture
from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.people.merchants.models import Merchant


class PendingChange(Stateful):
    """A store's proposed change of public content: of a product, or of its own page.

    It holds what differs alone. What is public stays as it was approved until somebody has looked.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        REFUSED = "refused"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.WAITING: {State.WAITING, State.REFUSED},
        State.REFUSED: {State.WAITING, State.REFUSED},
    }

    product = models.OneToOneField(
        Product, models.CASCADE, null=True, blank=True, related_name="pending_change"
    )
    merchant = models.OneToOneField(
        Merchant, models.CASCADE, null=True, blank=True, related_name="pending_change"
    )
    state = ChoiceField(max_length=8, choices=State, default=State.WAITING)
    words = models.JSONField(default=dict, help_text="By the name of the field.")
    texts = models.JSONField(default=dict, help_text="Words in other languages, by code.")
    options = models.JSONField(default=dict, help_text="Labels, by the id of their variant.")
    variants = models.JSONField(default=list, help_text="New ones, as they were typed.")
    has_pictures = models.BooleanField(default=False, help_text="Its pictures differ.")
    waits_since = models.DateTimeField()
    sent_at = models.DateTimeField(help_text="The newest edit: its version.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True, help_text="Why it was refused; the merchant reads it.")

    objects = StateQuerySet.as_manager()

    class Meta:
        db_table = "shop_amendment"
        indexes = [
            models.Index(
                fields=["waits_since", "id"],
                condition=models.Q(state="waiting"),
                name="amendment_waiting",
            ),
            models.Index(
                fields=["-product"],
                condition=models.Q(state="refused"),
                name="amendment_refused",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="amendment_of_one_thing",
                condition=models.Q(product__isnull=True) ^ models.Q(merchant__isnull=True),
                violation_error_message="A pending change is of a product or of a store.",
            )
        ]

    def __str__(self) -> str:
        return str(self.subject)

    @property
    def subject(self) -> Product | Merchant:
        """Return the product or store that it changes."""
        return cast("Product | Merchant", self.product if self.product_id else self.merchant)

    @property
    def store(self) -> Merchant:
        """Return the store that proposes it."""
        subject = self.subject
        return subject.merchant if isinstance(subject, Product) else subject

    @property
    def is_waiting(self) -> bool:
        """Tell whether somebody has to look at it."""
        return self.state == self.State.WAITING

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing of it differs from the public content."""
        return not (self.words or self.texts or self.options or self.variants or self.has_pictures)


class PendingPicture(models.Model):
    """A picture as a pending change shows it. An album is proposed whole, in its order."""

    class Place(models.TextChoices):
        ALBUM = "album"
        LOGO = "logo"
        BANNER = "banner"

    pending_change = models.ForeignKey(
        PendingChange, models.CASCADE, related_name="pictures", db_index=False,
        db_column="amendment_id",
    )  # fmt: skip
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="+")
    alt = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=6, choices=Place, default=Place.ALBUM)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "shop_amendedpicture"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["pending_change", "place", "position"], name="amended_place_once"
            )
        ]


class LaterReview(models.Model):
    """A change of a trusted store, which was public at once and waits for somebody to look."""

    class Verdict(models.TextChoices):
        FINE = "fine", "Fine"
        ASKED = "asked", "Asked to mend it"
        DOWN = "down", "Taken down"

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="later_reviews")
    product = models.ForeignKey(
        Product, models.CASCADE, null=True, related_name="later_reviews",
        help_text="Empty: the page of the store.",
    )  # fmt: skip
    shown = models.JSONField(help_text="What differed: names, and both sides in parts.")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        help_text="Of the store.",
    )  # fmt: skip
    verdict = models.CharField(max_length=5, choices=Verdict, blank=True)
    note = models.TextField(blank=True, help_text="What to mend; the merchant reads it.")
    looked_at = models.DateTimeField(null=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        db_table = "shop_laterlook"
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["at", "id"], condition=models.Q(looked_at=None), name="later_look_waiting"
            ),
            models.Index(fields=["looked_at"], name="later_look_age"),
        ]

    def __str__(self) -> str:
        return self.product.title if self.product else self.merchant.name
