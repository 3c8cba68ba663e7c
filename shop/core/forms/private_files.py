"""Papers that people hand in: told by their content, kept sealed, served to be saved.

They never have an address of their own that anybody could guess: a view asks who may see them.
"""

from __future__ import annotations

import hashlib
from typing import TypedDict

from django.db import models
from django.http import HttpResponse
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.forms.visible_text import seen_only
from shop.core.keys.seal import SealedField

MOST_BYTES = 5 * 1024 * 1024
ACCEPTED = ".pdf,.png,.jpg,.jpeg"
"""For the file chooser of a browser, which only suggests."""
STARTS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


class KeptFile(TypedDict):
    """A paper as its row keeps it."""

    name: str
    kind: str
    content: bytes
    sha256: str


class PrivateFile(models.Model):
    """A paper that somebody handed in: a PDF, a PNG or a JPEG."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, help_text="Media type, told by the content.")
    content = SealedField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        abstract = True


def as_kept(name: str, content: bytes) -> KeptFile:
    """Return a paper as its row keeps it.

    Raises:
        NotPossible: it is too large, or no PDF, PNG or JPEG by its content; its name says nothing.
    """
    if len(content) > MOST_BYTES:
        raise NotPossible(_("The file has more than 5 MB. Save it smaller."))
    for start, kind in STARTS.items():
        if content.startswith(start):
            digest = hashlib.sha256(content).hexdigest()
            return {
                "name": seen_only(name)[:120],
                "kind": kind,
                "content": content,
                "sha256": digest,
            }
    raise NotPossible(_("The file is no PDF, PNG or JPEG."))


def as_file(row: PrivateFile, name: str) -> HttpResponse:
    """Return a paper to be saved under a name of ours, as what it is and nothing else."""
    response = HttpResponse(bytes(row.content), content_type=row.kind)
    ending = row.kind.rpartition("/")[2]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
