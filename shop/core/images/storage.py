"""Keeps files whole: a file that cannot be written to its end leaves nothing at its place."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.move import file_move_safe
from django.core.files.storage import FileSystemStorage, default_storage

type Keep = Callable[[str, bytes], str]

PARTS = "parts"


class WholeFiles(FileSystemStorage):
    """Files that get their name only when every byte of them is written."""

    def provide(self, name: str) -> None:
        """Make a file that is to be made when it is first asked for; here there are none."""

    def _save(self, name: str, content: Any) -> str:
        """Write a file apart and put it at its place; a full disk leaves none of it."""
        part = f"{PARTS}/{secrets.token_hex(16)}"  # nobody else's, so that it may be deleted
        try:
            super()._save(part, content)  # type: ignore[misc]  # private: not in the stubs
            return self._put(part, name)
        except BaseException:
            with suppress(OSError):
                self.delete(part)
            raise

    def _put(self, part: str, name: str) -> str:
        mode = self.directory_permissions_mode or 0o777
        os.makedirs(os.path.dirname(self.path(name)), mode, exist_ok=True)
        while True:
            try:
                self._move(self.path(part), self.path(name))
            except FileExistsError:  # somebody else's, who was faster
                name = self.get_available_name(name)
            else:
                return name.replace(os.sep, "/")

    def _move(self, part: str, place: str) -> None:
        try:
            os.link(part, place)  # unlike a renaming this never overwrites
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            file_move_safe(part, place)
        else:
            os.remove(part)


@contextmanager
def all_or_none() -> Iterator[Keep]:
    """Give a way to keep files, of which all stay, or none where anything goes wrong."""
    kept: list[str] = []

    def keep(name: str, content: bytes) -> str:
        kept.append(default_storage.save(name, ContentFile(content)))
        return kept[-1]

    try:
        yield keep
    except BaseException:
        for name in kept:
            with suppress(OSError):
                default_storage.delete(name)
        raise
