"""Papers that people photograph or send as a PDF, as they are kept."""

from __future__ import annotations

from typing import Any

from shop.core.forms.private_files import STARTS, KeptFile, as_kept
from shop.core.images.clean import cleaned, refuse_at_once
from shop.core.images.incoming import read_bytes

PDF = next(iter(STARTS))
ACCEPTED = "image/*,.pdf"
"""For the file chooser of a browser, which only suggests."""


def receive_at_once(file: Any) -> bytes:
    """Return the bytes of an uploaded file that may be a paper; nothing is decoded.

    Raises:
        PictureRefused: it is neither a PDF nor a picture that we take, or there is no room.
    """
    content = read_bytes(file)
    if not content.startswith(PDF):
        refuse_at_once(content)
    return content


def read_paper(file: Any) -> KeptFile:
    """Return a member's paper as it is kept: a PDF as it is, a picture made anew in a child.

    Raises:
        PictureRefused: it is neither, or there is no room.
        NotPossible: the PDF is too large.
    """
    content = read_bytes(file)
    content = content if content.startswith(PDF) else cleaned(content)
    return as_kept(file.name or "", content)
