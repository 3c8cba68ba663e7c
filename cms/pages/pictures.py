"""The files of pictures on pages. Editors upload an original; its sizes are made on publishing."""

from __future__ import annotations

from collections.abc import Iterable

from shop.core.images.models import Picture
from shop.core.images.renditions import make_sizes, shared_file
from shop.storefront.listings.refresh import addresses


def files_of(picture: Picture | None) -> dict[str, str]:
    """Return the addresses of a picture's files; before it is published, of its original."""
    if picture is None:
        return {}
    found = addresses(picture.sizes, picture.alt) | {"share": shared_file(picture.sizes)}
    original = picture.file.url
    return found if "large" in found else found | {"small": original, "large": original, "jpeg": ""}


def make_missing(pictures: Iterable[Picture]) -> None:
    """Make the ready-made sizes of pictures that have none."""
    for picture in pictures:
        if not picture.sizes:
            make_sizes(picture)
