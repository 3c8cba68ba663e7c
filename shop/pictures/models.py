from django.db import models
from wagtail.images.models import AbstractImage, AbstractRendition, Image


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


class Rendition(AbstractRendition):
    """A size that Wagtail made for its own screens."""

    image = models.ForeignKey(Picture, models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="rendition_once"
            )
        ]
