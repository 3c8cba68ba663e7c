"""The form of pictures in Wagtail's admin: the shop shows a change made there at once.

A picture from the desk is made anew exactly as one from a store: see ``shop.core.images.clean``.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Q
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from shop.catalogue.models import ProductPicture
from shop.core import clock
from shop.core.images.clean import MOST_BYTES, PictureRefused, cleaned
from shop.core.images.gate import one_at_a_time
from shop.core.images.models import Picture
from shop.core.images.renditions import sizes_of
from shop.core.images.storage import all_or_none
from shop.core.images.upload import no_room
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.own_stores import OwnStore, refuse_own
from shop.storefront.listings.pictures import lock_what_shows, show_anew

SHOWN = {"file", "alt"}  # of its fields what the shop shows


class CleanedImageField(WagtailImageField):
    """A picture of which Wagtail sees only the copy that was made anew."""

    by: User | None = None

    def to_python(self, data: Any) -> Any:
        """Return the picture made anew.

        Raises:
            ValidationError: it is not taken, or there is no room for it.
        """
        if data in self.empty_values:
            return super().to_python(data)
        try:
            with one_at_a_time(self.by) if self.by else nullcontext():
                content = cleaned(data.read(MOST_BYTES + 1))
        except PictureRefused as refusal:
            raise ValidationError(str(refusal), code="invalid_image") from refusal
        except OSError as error:
            raise ValidationError(str(no_room()), code="no_room") from error
        name = f"{PurePath(data.name).stem or 'picture'}.jpg"
        return super().to_python(SimpleUploadedFile(name, content, "image/jpeg"))


class PictureForm(BaseImageForm):
    """A picture with its words."""

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, user=user, **kwargs)
        if "file" in self.fields:
            before = self.fields["file"]
            self.fields["file"] = CleanedImageField(
                label=before.label, required=before.required, widget=before.widget
            )
            self.fields["file"].by = user

    def _post_clean(self) -> None:
        """Keep the file while the form is looked at: a full disk is an answer, not a crash."""
        super()._post_clean()
        if "file" in self.changed_data and not self.errors:
            try:
                self._keep(self.instance)
            except OSError:
                self.add_error("file", str(no_room()))

    def _keep(self, picture: Picture) -> None:
        uploaded = self.cleaned_data["file"]
        with all_or_none() as keep:
            picture.file = keep(picture.get_upload_to(uploaded.name), uploaded.read())
            picture._set_image_file_metadata()
            if picture.sizes:  # it is shown: its files are those of the new original
                picture.sizes = sizes_of(picture, keep)

    def clean(self) -> dict[str, Any]:
        """Refuse to change a picture that is shown by a store for which the person acts.

        They change it on the merchants' desk, where it is reviewed as everybody's.
        """
        answers = super().clean()
        try:
            for merchant in shown_by(self.instance):
                refuse_own(merchant, by=self.user)
        except OwnStore as refusal:
            raise ValidationError(str(refusal)) from None
        return answers

    @transaction.atomic
    def save(self, commit: bool = True) -> Picture:
        """Save, and let cards and pages follow."""
        is_known = self.instance.pk is not None
        if is_known:
            lock_what_shows(self.instance)
        picture = super().save(commit=commit)
        if commit and is_known and SHOWN & set(self.changed_data):
            # Wagtail saves, so nobody hands us a moment.
            show_anew(picture, has_new_file="file" in self.changed_data, at=clock.now())
        return picture


def shown_by(picture: Picture) -> set[int]:
    """Return the stores that show a picture: of a product, or on their own page."""
    if picture.pk is None:
        return set()
    of_products = ProductPicture.objects.filter(picture=picture)
    of_stores = Merchant.objects.filter(Q(logo=picture) | Q(banner=picture))
    merchants = of_products.values_list("product__merchant", flat=True)
    return {*merchants, *of_stores.values_list("pk", flat=True)}
