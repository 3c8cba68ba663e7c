"""Brings the pictures of a sheet: out of the archive that came along, or from their addresses."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterable
from datetime import timedelta
from itertools import batched
from tempfile import TemporaryFile
from typing import BinaryIO

from django.db import transaction
from django.db.models import F
from django.tasks import task
from django.utils import translation
from django.utils.translation import gettext as _

from shop import clock
from shop.catalogue.models import Product
from shop.errors import NotPossible, ShopError
from shop.imports import archive_child
from shop.imports.fetch import Unfetchable, fetch
from shop.imports.models import ArchivePicture, CatalogueSheet, SheetPicture
from shop.isolation.run import ChildLimits, Overrun, stream_apart
from shop.listings import publish
from shop.moderation.pictures import add_picture
from shop.moderation.trust import show_at_once
from shop.pictures.clean import PictureRefused
from shop.rounds import FailedItem, mishaps
from shop.tasks import enqueue

State = SheetPicture.State
AFTER_MAIL = -20  # behind sheets, too: pictures follow
MOST_TRIES = 3
TURN = 20  # seconds, after which others have their turn
AGAIN = timedelta(minutes=10)
LIMITS = ChildLimits(
    memory=512 * 1024 * 1024, seconds=120, answer=archive_child.MOST_IN_ALL + (1 << 20),
    patience=1_800,
)  # fmt: skip


@transaction.atomic
def unpack(sheet: CatalogueSheet, pieces: Iterable[bytes]) -> int:
    """Keep the pictures of an archive until they are needed; return how many there were.

    Raises:
        NotPossible: it is no archive, or too much of one.
    """
    count = 0
    with TemporaryFile() as file:
        for piece in pieces:
            file.write(piece)
        try:
            parts = stream_apart(archive_child.__name__, file, LIMITS)
            for some in batched(filter(None, parts), 10):
                rows = [_kept(sheet, part) for part in some]
                ArchivePicture.objects.bulk_create(
                    rows, update_conflicts=True, unique_fields=["sheet", "name"],
                    update_fields=["content"],
                )  # fmt: skip
                count += len(rows)
        except Overrun as overrun:
            raise NotPossible(_("This archive cannot be read. Make a new ZIP file.")) from overrun
    if not count:
        raise NotPossible(_("There is no picture in this archive. It has to be a ZIP file."))
    return count


def _kept(sheet: CatalogueSheet, part: bytes) -> ArchivePicture:
    name, _end, content = part.partition(b"\n")
    return ArchivePicture(sheet=sheet, name=json.loads(name), content=content)


@task(priority=AFTER_MAIL)
def bring_pictures(sheet_id: int) -> None:
    """Bring the pictures that a sheet names, some at a time."""
    sheet = CatalogueSheet.objects.select_related("merchant", "by").filter(pk=sheet_id).first()
    if sheet is None or sheet.by is None:
        return
    began = time.monotonic()
    with translation.override(sheet.language):
        waiting = SheetPicture.objects.filter(sheet=sheet, state=State.WAITING)
        for pk in waiting.order_by("product", "position", "pk").values_list("pk", flat=True):
            _bring(sheet, pk)
            if time.monotonic() - began > TURN:
                enqueue(bring_pictures, sheet.pk)
                return
        if waiting.exists():  # servers that were busy
            bring_pictures.using(run_after=clock.now() + AGAIN).enqueue(sheet.pk)
        else:
            ArchivePicture.objects.filter(sheet=sheet).delete()
            submit_ready(sheet)


def _bring(sheet: CatalogueSheet, pk: int) -> None:
    """Bring one picture, or note why it does not come; a fault of one stops no other."""
    row = SheetPicture.objects.select_related("product__merchant").get(pk=pk)
    tries = SheetPicture.objects.filter(pk=pk, state=State.WAITING, tries=row.tries)
    if not tries.update(tries=F("tries") + 1):
        return  # somebody else is at it
    row.tries += 1
    if row.tries > MOST_TRIES:
        row.move_to(State.REFUSED, text=row.text or _("This picture could not be read."))
        return
    try:
        _add(sheet, row, _file_of(sheet, row))
    except Unfetchable as refusal:
        if refusal.is_passing and row.tries < MOST_TRIES:
            SheetPicture.objects.filter(pk=pk).update(text=str(refusal)[:300])
        else:
            row.move_to(State.REFUSED, text=str(refusal)[:300])
    except ShopError as refusal:
        row.move_to(State.REFUSED, text=str(refusal)[:300])
    except Exception as error:  # noqa: BLE001 (one picture never stops the others)
        thing = FailedItem("sheet picture", str(pk))
        mishaps.note("bring a picture", thing, error, at=clock.now())
        row.move_to(State.REFUSED, text=_("This picture could not be read."))


def _file_of(sheet: CatalogueSheet, row: SheetPicture) -> BinaryIO:
    """Return the picture of a row.

    Raises:
        PictureRefused, Unfetchable: it is not there, or not to be had.
    """
    if "://" in row.source:
        return io.BytesIO(fetch(row.source))
    name = row.source.replace("\\", "/").rpartition("/")[2].casefold()
    found = ArchivePicture.objects.filter(sheet=sheet, name=name).first()
    if found is None:
        raise PictureRefused(_("This picture did not come along. Send an archive with it."))
    return io.BytesIO(bytes(found.content))


def _add(sheet: CatalogueSheet, row: SheetPicture, file: BinaryIO) -> None:
    assert sheet.by  # noqa: S101 (asked for before)
    product, at = row.product, clock.now()
    picture = add_picture(product, file, alt=row.alt or product.title, at=at, by=sheet.by)
    row.move_to(State.FETCHED, picture=picture, text="")
    show_at_once(product, waits=product.state in Product.APPROVED, at=at, by=sheet.by)


def submit_ready(sheet: CatalogueSheet) -> int:
    """Hand the new products of a sheet to the organizers that lack nothing, where it says so."""
    if not sheet.choices.get("submit") or sheet.by is None:
        return 0
    rows = sheet.brought.filter(is_new=True, product__state=Product.State.DRAFT, undone="")
    count = 0
    for row in rows.select_related("product"):
        product = row.product
        if product is None or row.after.get("hidden") or product.review_note:
            continue
        if publish.gaps(product, at=clock.now()):
            continue
        try:
            publish.submit(product, at=clock.now(), by=sheet.by)
        except ShopError:
            continue
        count += 1
    return count
