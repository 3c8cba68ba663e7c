"""Forgets pictures that nothing shows any more with all their files, and files never finished."""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from django.core.files.storage import default_storage
from django.db import models, transaction
from wagtail.models import ReferenceIndex

from shop.core.images.models import Picture, Rendition
from shop.core.images.storage import PARTS, WholeFiles
from shop.core.images.tasks import delete_files
from shop.core.locks import lock
from shop.core.tasks import enqueue

LONGEST = 86_400
"""Seconds, more than any file takes to be written."""


@transaction.atomic
def forget_unused(picture_ids: Collection[int]) -> list[int]:
    """Delete those pictures that nothing shows; their files go once that is committed.

    Returns:
        The ids of the pictures that are gone.
    """
    # Whoever would show one meanwhile waits, and is seen in the next statement or refused.
    gone = []
    for picture in lock(Picture.objects.filter(pk__in=picture_ids), fully=True):
        if not is_shown(picture):
            gone.append(picture.pk)
            enqueue(delete_files, files_of(picture))
            picture.delete()
    return gone


def is_shown(picture: Picture) -> bool:
    """Tell whether a product, a store or a page shows a picture."""
    for place in Picture._meta.get_fields(include_hidden=True):
        is_pointed_at = isinstance(place, models.ManyToOneRel)
        if is_pointed_at and place.related_model is not Rendition:
            rows = place.related_model._base_manager
            if rows.filter(**{place.field.name: picture.pk}).exists():
                return True
    # Blocks of pages name pictures in what they hold.
    named = ReferenceIndex.get_references_to(picture)
    return named.filter(
        base_content_type__app_label="wagtailcore", base_content_type__model="page"
    ).exists()


def files_of(picture: Picture) -> list[str]:
    """Return the names of the original and of the ready-made files."""
    start = default_storage.url("")
    addresses = [place for files in picture.sizes.values() for place in files.values()]
    made = [unquote(place.removeprefix(start)) for place in addresses if place.startswith(start)]
    return sorted({picture.file.name, *made})


def forget_parts(*, at: datetime) -> int:
    """Delete files that killed processes had begun to write a day ago; return how many.

    Files bear the time of the machine's clock, which alone can say how old they are.
    """
    if not isinstance(default_storage, WholeFiles):
        return 0  # another storage has its own way
    folder = Path(default_storage.path(PARTS))
    return sum(map(_forget_old, folder.iterdir())) if folder.is_dir() else 0


def _forget_old(part: Path) -> bool:
    with suppress(FileNotFoundError):  # it is whole meanwhile, and at its place
        if part.stat().st_mtime < time.time() - LONGEST:
            part.unlink()
            return True
    return False
