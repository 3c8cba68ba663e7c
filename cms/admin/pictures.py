"""The form of pictures in Wagtail's admin: what is changed there is seen in the shop at once."""

from __future__ import annotations

from django.db import transaction
from wagtail.images.forms import BaseImageForm

from shop import clock
from shop.listings.depicting import show_anew
from shop.pictures.models import Picture

SHOWN = {"file", "alt"}  # of its fields what the shop shows


class PictureForm(BaseImageForm):
    """A picture with its words."""

    @transaction.atomic
    def save(self, commit: bool = True) -> Picture:
        """Save, and let cards and pages follow."""
        is_known = self.instance.pk is not None
        picture = super().save(commit=commit)
        if commit and is_known and SHOWN & set(self.changed_data):
            # Wagtail saves, so nobody hands us a moment.
            show_anew(picture, has_new_file="file" in self.changed_data, at=clock.now())
        return picture
