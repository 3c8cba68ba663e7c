"""The way of a shopper's pictures: they come with a request, and the worker decodes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from django.db import transaction
from django.db.models import Prefetch
from django.tasks import task
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.images import incoming
from shop.core.images.models import IncomingFile
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.money.returns.models import ReturnLine, ReturnPicture, ReturnRequest

MOST_PICTURES = 4
"""Of one line of a request."""


class SentFile(Protocol):
    """A file as it came, looked at from outside alone."""

    name: str | None

    def read(self, size: int = ...) -> bytes:
        """Return the bytes."""


def receive_all(line: ReturnLine, files: Iterable[SentFile], *, at: datetime) -> None:
    """Keep the files of a line for the worker, in the caller's transaction.

    Raises:
        NotPossible: one cannot be a picture, or many of the order wait or came today.
    """
    sender = incoming.sender_of("order", line.line.order_id)
    for file in files:
        content = incoming.read_incoming(file)
        row = incoming.receive(sender, file.name or "", content, at=at, return_line=line)
        enqueue(check_picture, row.pk)


@transaction.atomic
def add(request_id: int, line_pk: int, files: list[SentFile], *, at: datetime) -> None:
    """Take more pictures of a line; they replace those that were refused.

    Raises:
        NotPossible: the request is decided, has no such line, or has as many pictures as it may.
    """
    request = lock_one(ReturnRequest.objects, request_id)
    line = request.lines.select_related("line").filter(pk=line_pk).first()
    if line is None or not request.is_alive:
        raise NotPossible(_("This is decided already. Look at the order again."))
    line.incoming.filter(state=IncomingFile.State.REFUSED).delete()
    if line.pictures.count() + line.incoming.count() + len(files) > MOST_PICTURES:
        most = _("Choose at most %(count)d pictures of one piece.")
        raise NotPossible(most % {"count": MOST_PICTURES})
    receive_all(line, files, at=at)
    ReturnRequest.objects.filter(pk=request.pk).update(has_pictures=True)


def lines_with_files(request: ReturnRequest) -> list[ReturnLine]:
    """Return a request's lines with what was sent along, but not what is in it."""
    waiting = Prefetch("incoming", IncomingFile.objects.defer("content"))
    kept = Prefetch("pictures", ReturnPicture.objects.defer("content"))
    return list(request.lines.select_related("line").prefetch_related(kept, waiting))


@task(priority=incoming.CHECKING)
def check_picture(file_id: int) -> None:
    """Decode a picture that a shopper sent, and keep it with the request."""
    incoming.check(file_id, _keep)


def _keep(row: IncomingFile, picture: bytes) -> None:
    assert row.return_line_id  # noqa: S101 (``receive_all`` queues no other)
    ReturnPicture.objects.create(line_id=row.return_line_id, content=picture)
