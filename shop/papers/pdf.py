"""Sets a paper as PDF from its frozen facts alone: the same row gives the same bytes for ever.

Typst sets the text: it shapes Arabic from right to left and breaks Chinese, and takes no font but
those beside this file. What stores and shoppers wrote reaches it as values, never as markup.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from shop.papers.models import Document

HERE = Path(__file__).parent
TEMPLATE = HERE / "paper.typ"


def as_pdf(document: Document) -> bytes:
    """Return the PDF of a paper."""
    given = {"facts": document.frozen, "fiscal_number": document.fiscal_number}
    made: Any = typst.compile(
        TEMPLATE, root=HERE, font_paths=_fonts(), format="pdf", sys_inputs=given, timestamp=0
    )
    return made


def file_name(document: Document) -> str:
    """Return the name under which a paper is saved."""
    return f"{document.number}.pdf"


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"]
    )
