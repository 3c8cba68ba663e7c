"""Keeps uploads from filling the disk: too large ones are dropped before a view sees them.

Where the disk is full already, the view gets a file that cannot be read, and says so.
"""

from __future__ import annotations

import errno
import re
from contextlib import suppress
from typing import Any, NoReturn, cast

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    SkipFile,
    TemporaryFileUploadHandler,
)

MOST_OF_ONE = 12 * 1024 * 1024
"""Bytes; a little more than a picture may have, so that its own refusal is the usual one."""

MOST_OF_ALL = 150 * 1024 * 1024
LARGE = re.compile(r"^(?:/[a-z-]+)?/merchant/[^/]+/products/sheets/")
"""Where one file may have as much as all together: sheets of products, archives of pictures."""


class SkipLarge(FileUploadHandler):
    """Drops a file that passes the limit and notes its name in ``request.skipped_files``."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received = 0
        self.of_this = 0
        is_large = LARGE.match(getattr(request, "path_info", ""))
        self.most = MOST_OF_ALL if is_large else MOST_OF_ONE

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin to count a file."""
        super().new_file(*args, **kwargs)
        self.of_this = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass a piece on, unless it is one too many."""
        self.received += len(raw_data)
        self.of_this += len(raw_data)
        if self.of_this > self.most or self.received > MOST_OF_ALL:
            skipped = getattr(self.request, "skipped_files", [])
            cast("Any", self.request).skipped_files = [*skipped, self.file_name or ""]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the making of the file to the handlers that follow."""


class LostFile(UploadedFile):  # type: ignore[type-arg]  # Django has no type arguments here
    """A file that came, but for which there was no room."""

    def __init__(self, name: str | None) -> None:
        super().__init__(name=name, size=0)

    def read(self, *args: Any) -> NoReturn:
        """Raise the error of the full disk."""
        raise OSError(errno.ENOSPC, "there was no room for the upload")

    chunks: Any = read
    open: Any = read


class OnDisk(TemporaryFileUploadHandler):
    """Keeps a large file in a temporary one; a full disk is the view's to tell."""

    is_lost = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        self.is_lost = False
        try:
            super().new_file(*args, **kwargs)
        except OSError:
            self.is_lost = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece; of a file for which there is no room the rest is passed over."""
        if not self.is_lost:
            try:
                super().receive_data_chunk(raw_data, start)
            except OSError:
                self._lose()

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        """Give the view the file, or one that cannot be read."""
        if not self.is_lost:
            try:
                return cast("UploadedFile[Any]", super().file_complete(file_size))
            except OSError:  # its last piece was not written before
                self._lose()
        return LostFile(self.file_name)

    def _lose(self) -> None:
        self.is_lost = True
        with suppress(OSError):
            self.file.close()
