"""Work on listings that can wait. Tasks take ids, may run twice, and read everything anew."""

from __future__ import annotations

from django.tasks import task

from shop.catalogue.models import ProductPicture
from shop.core.images import renditions
from shop.core.images.models import Picture
from shop.storefront.listings.models import Listing
from shop.storefront.listings.refresh import picture_facts

# The worker takes mail first.
WHEN_IDLE = -50


@task(priority=WHEN_IDLE)
def make_modern_sizes(picture_id: int) -> None:
    """Make a picture's file for links and its AVIF files, and let cards show these.

    Shared pages that were kept before stay as they are: their JPEG files are not wrong.
    """
    picture = Picture.objects.filter(pk=picture_id).first()
    if picture is None:
        return
    # Before the others: who shares a link at once wants a picture, and cards have one.
    renditions.make_shared(picture)
    renditions.make_modern_sizes(picture)
    show_files(picture)


def show_files(picture: Picture) -> None:
    """Let cards show the files that a picture has."""
    covers = ProductPicture.objects.filter(picture=picture, position=0)
    listings = Listing.objects.filter(product__in=covers.values("product"))
    listings.update(picture=picture_facts(picture))
