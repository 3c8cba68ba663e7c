"""Which files a bank's proof may be: told by their content, never by their name."""

from __future__ import annotations

from shop.errors import NotPossible

MOST_BYTES = 5 * 1024 * 1024
STARTS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


def kind_of_proof(content: bytes) -> str:
    """Return the media type of a proof.

    Raises:
        NotPossible: it is too large, or no PDF, PNG or JPEG.
    """
    if len(content) > MOST_BYTES:
        raise NotPossible("The file has more than 5 MB. Save it smaller.")
    for start, kind in STARTS.items():
        if content.startswith(start):
            return kind
    raise NotPossible("A proof is a PDF, a PNG or a JPEG.")
