"""The way of a stranger's file: a request keeps it as it came, the worker decodes it.

No web process decodes it: a small file can keep a decoder busy for seconds, and threads of the web
server are for pages. Only its size and its first bytes are looked at when it comes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.forms.visible_text import seen_only
from shop.core.images.clean import MOST_BYTES, PictureRefused, cleaned, refuse_at_once, unreadable
from shop.core.images.models import IncomingFile
from shop.core.images.upload import no_room
from shop.core.jobs import delete_some
from shop.core.locks import one_after_another
from shop.core.networks import keyed_hash
from shop.core.rate_limits.store import limits

State = IncomingFile.State
CHECKING = -20  # as a task's priority: behind mail and sheets
MOST_WAITING, MOST_BYTES_WAITING = 40, 100 * 1024 * 1024
"""Of one sender, until the worker has looked at some; a large return has so many pictures."""
MOST_OF_DAY = 80
DAY = 86_400
MOST_TRIES = 3
KEPT_FOR = timedelta(days=7)


def read_incoming(file: Any) -> bytes:
    """Return the bytes of an uploaded file that may be a picture; nothing is decoded.

    Raises:
        PictureRefused: it cannot be one, or there is no room.
    """
    content = read_bytes(file)
    refuse_at_once(content)
    return content


def read_bytes(file: Any) -> bytes:
    """Return the bytes of an uploaded file, at most one more than a picture may have.

    Raises:
        PictureRefused: there was no room for it.
    """
    try:
        content: bytes = file.read(MOST_BYTES + 1)
    except OSError as full:
        raise PictureRefused(str(no_room())) from full
    return content


def sender_of(kind: str, key: object) -> str:
    """Return whose quota a file counts for: a mailbox that was proved, or an order."""
    return keyed_hash(f"incoming:{kind}:{key}")


def hash_of(content: bytes) -> str:
    """Return by what a file that is sent twice is known."""
    return hashlib.sha256(content).hexdigest()


def count_file(sender: str) -> None:
    """Count one more file of a sender today.

    Raises:
        NotPossible: it is one too many.
    """
    if limits.count(f"incoming:{sender}", seconds=DAY) > MOST_OF_DAY:
        raise NotPossible(_("You have sent many files today. Send this one again tomorrow."))


def receive(sender: str, name: str, content: bytes, *, at: datetime, **about: Any) -> IncomingFile:
    """Keep a file for the worker, in the caller's transaction; the caller queues its check.

    Args:
        sender: whose quota it counts for, by ``sender_of``.
        about: what it is for, by the model's fields.

    Raises:
        NotPossible: many files of the sender wait already, or came today.
    """
    one_after_another(sender)
    waiting = IncomingFile.objects.filter(sender=sender, state=State.CHECKING)
    size = waiting.aggregate(size=Sum("size"))["size"] or 0
    if waiting.count() >= MOST_WAITING or size + len(content) > MOST_BYTES_WAITING:
        raise NotPossible(_("Your files are still being checked. Send more in a few minutes."))
    count_file(sender)
    return IncomingFile.objects.create(
        sender=sender, name=seen_only(name)[:120], content=content, size=len(content),
        sha256=hash_of(content), received_at=at,
        language=translation.get_language() or "en", **about,
    )  # fmt: skip


def check(file_id: int, keep: Callable[[IncomingFile, bytes], None]) -> None:
    """Decode a file that waits, apart, and have its picture kept; a refused one says why.

    Args:
        keep: locks what the file is for and keeps the new JPEG there, in one transaction with the
            file's end. Its ``NotPossible`` refuses the file.
    """
    rows = IncomingFile.objects.filter(pk=file_id, state=State.CHECKING)
    is_begun = rows.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1)
    found = rows.first()
    if found is None:
        return
    with translation.override(found.language):
        try:
            if not is_begun:  # each worker that tried died over it
                raise unreadable()
            _keep(rows, found, cleaned(found.content), keep)
        except NotPossible as refusal:
            rows.move_to(State.REFUSED, problem=str(refusal)[:300], content=b"")


def _keep(
    rows: QuerySet[IncomingFile],
    found: IncomingFile,
    picture: bytes,
    keep: Callable[[IncomingFile, bytes], None],
) -> None:
    """Keep a picture and end its file; nothing of a file that was taken away meanwhile."""
    with transaction.atomic():
        keep(found, picture)
        if not rows.delete()[0]:
            transaction.set_rollback(True)


def forget_incoming(*, at: datetime) -> int:
    """Delete files that were refused or never checked some days ago; return how many."""
    old = IncomingFile.objects.filter(received_at__lt=at - KEPT_FOR)
    return delete_some(old.order_by("received_at"), batch=50)
