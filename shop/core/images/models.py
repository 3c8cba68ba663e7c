"""Pictures, and the sizes of them that Wagtail makes for its own screens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, ClassVar

import willow
from django.conf import settings
from django.db import models
from django.db.models import Q
from wagtail.images.models import (
    AbstractImage,
    AbstractRendition,
    Image,
    ImageQuerySet,
    SourceImageIOError,
)

from shop.core.errors import ShopError
from shop.core.images.clean import cleaned
from shop.core.images.decode import LONG_SIDE
from shop.core.keys.seal import SealedField
from shop.core.states import ChoiceField, Stateful, StateQuerySet

# What has files for pages and none for links.
WITHOUT_SHARED = Q(sizes__has_key="jpeg") & ~Q(sizes__has_key="share")


class PictureQuerySet(ImageQuerySet):
    """Pictures, by the files that were made of them."""

    def without_shared(self) -> PictureQuerySet:
        """Keep those that pages show and shared links cannot show yet."""
        return self.filter(WITHOUT_SHARED)


class Picture(AbstractImage):
    """A picture with a text for people who cannot see it and ready-made sizes for the shop."""

    alt = models.CharField("alternative text", max_length=200, blank=True)
    is_illustration = models.BooleanField(
        "illustration, not a photograph",
        default=False,
        db_default=False,
        help_text="A product’s page says so on the picture.",
    )
    sizes = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text="Addresses of the ready-made files: by format, then by width in pixels.",
    )

    admin_form_fields = (*Image.admin_form_fields, "alt", "is_illustration")
    objects = PictureQuerySet.as_manager()

    class Meta(AbstractImage.Meta):
        indexes = [
            models.Index(fields=["id"], condition=WITHOUT_SHARED, name="picture_without_share")
        ]

    @contextmanager
    def get_willow_image(self) -> Iterator[Any]:
        """Give the original to Wagtail; one larger than those of today is decoded apart."""
        if max(self.width, self.height) <= LONG_SIDE:
            with super().get_willow_image() as image:
                yield image
            return
        try:
            with self.open_file() as file:
                small = cleaned(file.read())
        except ShopError as refusal:
            raise SourceImageIOError(str(refusal)) from refusal
        yield willow.Image.open(BytesIO(small))

    def create_rendition(self, *filters: Any) -> Rendition:
        """Make a size; where the disk is full, Wagtail shows that there is none."""
        with _shown_as_missing():
            return super().create_rendition(*filters)

    def create_renditions(self, *filters: Any) -> dict[Any, Rendition]:
        """Make several sizes likewise."""
        with _shown_as_missing():
            return super().create_renditions(*filters)


class Rendition(AbstractRendition):
    """A size that Wagtail made for its own screens."""

    image = models.ForeignKey(Picture, models.CASCADE, related_name="renditions", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="rendition_once"
            )
        ]


class IncomingFile(Stateful):
    """A stranger's file as it came, until the worker has decoded it; one that is taken is deleted.

    What was refused stays for some days without its content, so that its page says why.
    """

    class State(models.TextChoices):
        CHECKING = "checking"
        REFUSED = "refused"

    NEXT: ClassVar[dict[str, set[str]]] = {State.CHECKING: {State.REFUSED}, State.REFUSED: set()}

    state = ChoiceField(max_length=8, choices=State, default=State.CHECKING)
    sender = models.CharField(max_length=64, help_text="A keyed hash of who proved to be it.")
    name = models.CharField(max_length=120, help_text="Of the file, as it came.")
    content = SealedField()
    size = models.PositiveIntegerField(help_text="Bytes that came.")
    sha256 = models.CharField(max_length=64)
    problem = models.CharField(max_length=300, blank=True, help_text="Why it was refused.")
    language = models.CharField(max_length=10, help_text="In which the sender reads that.")
    tries = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField()
    # For what it is: one of these.
    application = models.ForeignKey(
        "shop.Application", models.CASCADE, null=True, related_name="incoming"
    )
    role = models.CharField(max_length=12, blank=True, help_text="Of the application's paper.")
    return_line = models.ForeignKey(
        "shop.ReturnLine", models.CASCADE, null=True, related_name="incoming"
    )

    objects = StateQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["sender"], name="incoming_of"),
            models.Index(fields=["received_at"], name="incoming_age"),
        ]
        constraints = [
            models.CheckConstraint(
                name="incoming_for_one_thing",
                condition=Q(application__isnull=False, return_line=None)
                | Q(application=None, return_line__isnull=False),
            )
        ]


@contextmanager
def _shown_as_missing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceImageIOError(str(error)) from error


class DraftImage(models.Model):
    """An image that came with a form which was refused, as it came, until the form is sent again.

    Nobody has decoded it, and nobody is shown more of it than its name.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    merchant = models.ForeignKey("shop.Merchant", models.CASCADE, related_name="+")
    key = models.CharField(max_length=32, help_text="Of the form that it came with.")
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "shop_keptimage"
        default_permissions = ()
        indexes = [
            models.Index(fields=["user", "id"], name="kept_image_of_person"),
            models.Index(fields=["at"], name="kept_image_age"),
        ]
