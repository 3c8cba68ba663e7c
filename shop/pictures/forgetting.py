"""Forgets pictures that nothing shows any more: the row, its original, and all its files."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import unquote

from django.core.files.storage import default_storage
from django.db import models, transaction
from wagtail.models import ReferenceIndex

from shop.pictures.models import Picture, Rendition
from shop.pictures.tasks import delete_files
from shop.tasks import enqueue


@transaction.atomic
def forget_unused(picture_ids: Collection[int]) -> list[int]:
    """Delete those pictures that nothing shows; their files go once that is committed.

    Returns:
        The ids of the pictures that are gone.
    """
    # Whoever would show one meanwhile waits, and is seen in the next statement or refused.
    rows = Picture.objects.select_for_update().filter(pk__in=picture_ids).order_by("pk")
    gone = []
    for picture in rows:
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
