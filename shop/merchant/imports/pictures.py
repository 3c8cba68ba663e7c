"""Brings the pictures of a sheet: out of the archive that came along, or from their addresses."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import batched
from tempfile import TemporaryFile
from typing import BinaryIO

from django.db import transaction
from django.db.models import F, Q
from django.tasks import task
from django.utils import translation
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core import clock
from shop.core.errors import NotPossible, ShopError
from shop.core.images.clean import PictureRefused
from shop.core.isolation.run import ChildLimits, Overrun, stream_apart
from shop.core.jobs import FailedItem, failed_jobs
from shop.core.tasks import enqueue, is_queued
from shop.merchant.imports import archive_child
from shop.merchant.imports.check import rights_of
from shop.merchant.imports.fetch import Unfetchable, fetch
from shop.merchant.imports.models import ArchivePicture, CatalogueSpreadsheet, SpreadsheetPicture
from shop.merchant.moderation.pictures import add_picture
from shop.merchant.moderation.trust import show_at_once
from shop.people.merchants.roles import Right
from shop.storefront.listings import publish

State = SpreadsheetPicture.State
AFTER_MAIL = -20  # behind sheets, too: pictures follow
MOST_TRIES = 3
MOST_SHEETS = 100  # of which pictures are taken up at once
MOST_ALIKE = 50  # pictures of one name in different folders
QUIET = CatalogueSpreadsheet.QUIET
TURN = 20  # seconds, after which others have their turn
AGAIN = timedelta(minutes=10)
LIMITS = ChildLimits(
    memory=512 * 1024 * 1024, seconds=120, answer=archive_child.MOST_IN_ALL + (1 << 20),
    patience=1_800,
)  # fmt: skip


@transaction.atomic
def unpack(sheet: CatalogueSpreadsheet, pieces: Iterable[bytes]) -> int:
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
                rows = {row.name: row for row in (_kept(sheet, part) for part in some)}
                ArchivePicture.objects.bulk_create(
                    rows.values(), update_conflicts=True, unique_fields=["sheet", "name"],
                    update_fields=["content"],
                )  # fmt: skip
                count += len(rows)
        except Overrun as overrun:
            raise NotPossible(_("This archive cannot be read. Make a new ZIP file.")) from overrun
    if not count:
        raise NotPossible(_("There is no picture in this archive. It has to be a ZIP file."))
    return count


def _kept(sheet: CatalogueSpreadsheet, part: bytes) -> ArchivePicture:
    name, _end, content = part.partition(b"\n")
    return ArchivePicture(sheet=sheet, name=json.loads(name), content=content)


@task(priority=AFTER_MAIL)
def bring_pictures(sheet_id: int) -> None:
    """Bring the pictures that a sheet names, some at a time."""
    sheet = (
        CatalogueSpreadsheet.objects.select_related("merchant", "by").filter(pk=sheet_id).first()
    )
    if sheet is None:
        return
    began = time.monotonic()
    with translation.override(sheet.language):
        waiting = SpreadsheetPicture.objects.filter(sheet=sheet, state=State.WAITING)
        if Right.WORDS not in rights_of(sheet.merchant, sheet.by, at=clock.now()):
            waiting.move_to(State.REFUSED, text=_(
                "Whoever sent this sheet may not change products of this store any more."
            ))  # fmt: skip
            return
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


def take_up(*, at: datetime) -> int:
    """Queue anew the pictures over which somebody died; return of how many sheets."""
    waiting = SpreadsheetPicture.objects.filter(state=State.WAITING, sheet__state="done")
    waiting = waiting.filter(sheet__worked_at__lt=at - QUIET)
    taken = 0
    for pk in waiting.order_by("sheet").values_list("sheet", flat=True).distinct()[:MOST_SHEETS]:
        if not is_queued(bring_pictures, pk):
            enqueue(bring_pictures, pk)
            taken += 1
    return taken


def _bring(sheet: CatalogueSpreadsheet, pk: int) -> None:
    """Bring one picture, or note why it does not come; a fault of one stops no other."""
    rows = SpreadsheetPicture.objects.filter(pk=pk, state=State.WAITING)
    row = rows.select_related("product__merchant").first()
    if row is None or not rows.filter(tries=row.tries).update(tries=F("tries") + 1):
        return  # it was taken away, or somebody else is at it
    row.tries += 1
    if row.tries > MOST_TRIES:
        rows.move_to(State.REFUSED, text=row.text or _("This picture could not be read."))
        return
    try:
        _add(sheet, row, _file_of(sheet, row))
    except Unfetchable as refusal:
        if refusal.is_passing and row.tries < MOST_TRIES:
            rows.update(text=str(refusal)[:300])
        else:
            rows.move_to(State.REFUSED, text=str(refusal)[:300])
    except ShopError as refusal:
        rows.move_to(State.REFUSED, text=str(refusal)[:300])
    except Exception as error:  # noqa: BLE001 (one picture never stops the others)
        thing = FailedItem("sheet picture", str(pk))
        failed_jobs.note("bring a picture", thing, error, at=clock.now())
        rows.move_to(State.REFUSED, text=_("This picture could not be read."))


def _file_of(sheet: CatalogueSpreadsheet, row: SpreadsheetPicture) -> BinaryIO:
    """Return the picture of a row.

    Raises:
        PictureRefused, Unfetchable: it is not there, or not to be had.
    """
    if "://" in row.source:
        return io.BytesIO(fetch(row.source))
    path = archive_child.key_of(row.source)
    name = path.rpartition("/")[2]
    kept = ArchivePicture.objects.filter(sheet=sheet)
    names = list(kept.filter(Q(name=name) | Q(name__endswith=f"/{name}")).values_list(
        "name", flat=True)[:MOST_ALIKE])  # fmt: skip
    found = path if path in names else names[0] if len(names) == 1 else None
    if found is None and names:
        raise PictureRefused(_("The archive has several pictures of this name. Write the folder in "
                               "front of it, like bags/1.jpg."))  # fmt: skip
    if found is None:
        raise PictureRefused(_("This picture did not come along. Send an archive with it."))
    return io.BytesIO(bytes(kept.get(name=found).content))


@transaction.atomic
def _add(sheet: CatalogueSpreadsheet, row: SpreadsheetPicture, file: BinaryIO) -> None:
    """Put a picture on its product, together with the note that it is there: never twice."""
    assert sheet.by  # noqa: S101 (asked for before)
    product, at = row.product, clock.now()
    same = SpreadsheetPicture.objects.filter(pk=row.pk)
    if not same.filter(state=State.WAITING).move_to(State.FETCHED, text=""):
        return
    picture = add_picture(product, file, alt=row.alt or product.title, at=at, by=sheet.by)
    same.update(picture=picture)
    show_at_once(product, waits=product.state in Product.APPROVED, at=at, by=sheet.by)


def submit_ready(sheet: CatalogueSpreadsheet) -> int:
    """Hand the new products of a sheet to the organizers that lack nothing, where it says so."""
    if not sheet.choices.get("submit") or sheet.by is None:
        return 0  # who may submit was asked by whoever calls this
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
