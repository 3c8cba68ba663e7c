"""Pictures, and the sizes of them that Wagtail makes for its own screens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import willow
from django.db import models
from django.db.models import Q
from wagtail.images.models import (
    AbstractImage,
    AbstractRendition,
    Image,
    ImageQuerySet,
    SourceImageIOError,
)

from shop.errors import ShopError
from shop.pictures.clean import cleaned
from shop.pictures.decode import LONG_SIDE

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
    sizes = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text="Addresses of the ready-made files: by format, then by width in pixels.",
    )

    admin_form_fields = (*Image.admin_form_fields, "alt")
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

    image = models.ForeignKey(Picture, models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="rendition_once"
            )
        ]


@contextmanager
def _shown_as_missing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceImageIOError(str(error)) from error
