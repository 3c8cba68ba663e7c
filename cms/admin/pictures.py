"""The form of pictures in Wagtail's admin: what is changed there is seen in the shop at once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from wagtail.images.forms import BaseImageForm

from shop import clock
from shop.accounts.models import User
from shop.catalogue.models import ProductPicture
from shop.listings.depicting import show_anew
from shop.merchants.deciding import OwnStore, refuse_own
from shop.merchants.models import Merchant
from shop.pictures.models import Picture

SHOWN = {"file", "alt"}  # of its fields what the shop shows


class PictureForm(BaseImageForm):
    """A picture with its words."""

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, user=user, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Refuse to change what a store shows for which the person acts.

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
