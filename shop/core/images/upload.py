"""Takes pictures from strangers: each is made anew, and kept whole with its files or not at all."""

from __future__ import annotations

import secrets
from typing import BinaryIO

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from shop.core.images.clean import MOST_BYTES, PictureRefused, cleaned
from shop.core.images.models import Picture
from shop.core.images.renditions import sizes_of
from shop.core.images.storage import Keep, all_or_none


def store(file: BinaryIO, *, alt: str, by: AbstractBaseUser | None) -> Picture:
    """Make a picture of an uploaded file, with its JPEG sizes; the AVIF ones are the worker's.

    Args:
        alt: what the picture shows, for people who cannot see it.

    Raises:
        PictureRefused: the file is no picture, or one that is not taken, or there is no room;
            nothing is kept.
    """
    if not alt.strip():
        raise PictureRefused(_("Describe the picture for people who cannot see it"))
    try:
        content = cleaned(file.read(MOST_BYTES + 1))
        with all_or_none() as keep, transaction.atomic():
            return _kept(content, alt.strip()[:200], by, keep)
    except OSError as error:
        raise no_room() from error


def no_room() -> PictureRefused:
    """Return the refusal of a picture for which the disk has no room."""
    text = _("There is no room to keep files at the moment. Nothing was kept: try again later.")
    return PictureRefused(text)


def _kept(content: bytes, words: str, by: AbstractBaseUser | None, keep: Keep) -> Picture:
    place = Picture().get_upload_to(f"{secrets.token_hex(16)}.jpg")
    made = Picture.objects.create(
        title=words,
        alt=words,
        file=keep(place, content),
        file_size=len(content),
        uploaded_by_user=by,
    )
    made.sizes = sizes_of(made, keep)
    made.save(update_fields=["sizes"])
    return made
