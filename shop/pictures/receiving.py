"""Lets no upload fill the disk: what is too large is not even kept until a view looks at it."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

MOST_OF_ONE = 12 * 1024 * 1024
"""Bytes; a little more than a picture may have, so that its own refusal is the usual one."""

MOST_OF_ALL = 150 * 1024 * 1024


class SkipLarge(FileUploadHandler):
    """Drops a file that passes the limit and notes its name in ``request.skipped_files``."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received = 0
        self.of_this = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin to count a file."""
        super().new_file(*args, **kwargs)
        self.of_this = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass a piece on, unless it is one too many."""
        self.received += len(raw_data)
        self.of_this += len(raw_data)
        if self.of_this > MOST_OF_ONE or self.received > MOST_OF_ALL:
            skipped = getattr(self.request, "skipped_files", [])
            self.request.skipped_files = [*skipped, self.file_name or ""]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the making of the file to the handlers that follow."""
