"""The files of a demonstration, whose pictures are drawn at the latest when they are asked for."""

from __future__ import annotations

from pathlib import Path

from django.core.files.base import File

from sample.pictures import draw_one
from shop.core.images.storage import WholeFiles


class DrawnFiles(WholeFiles):
    """Files among which those of the sample may not be there yet."""

    def provide(self, name: str) -> None:
        """Draw a picture of the sample before its turn."""
        draw_one(Path(self.location), name)

    def _open(self, name: str, mode: str = "rb") -> File:
        self.provide(name)
        return super()._open(name, mode)  # type: ignore[misc]  # private: not in the stubs
