"""Papers that people photograph or send as a PDF, as they are kept."""

from __future__ import annotations

from typing import Any

from shop.forms.private_files import STARTS, KeptFile, as_kept
from shop.pictures.clean import MOST_BYTES, PictureRefused, cleaned
from shop.pictures.upload import no_room

PDF = next(iter(STARTS))
ACCEPTED = "image/*,.pdf"
"""For the file chooser of a browser, which only suggests."""


def read_paper(file: Any) -> KeptFile:
    """Return an uploaded paper as it is kept: a PDF as it is, a picture made anew.

    Raises:
        PictureRefused: it is neither, or there is no room.
        NotPossible: the PDF is too large.
    """
    try:
        content = file.read(MOST_BYTES + 1)
        if not content.startswith(PDF):
            content = cleaned(content)
    except OSError as full:
        raise PictureRefused(str(no_room())) from full
    return as_kept(file.name or "", content)
