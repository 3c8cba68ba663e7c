"""Sets a paper as PDF from its frozen facts alone: the same row gives the same bytes for ever.

Typst sets the text: it shapes Arabic from right to left and breaks Chinese, and takes no font but
those beside this file. What stores and shoppers wrote reaches it as values, never as markup.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.http import HttpResponse

from shop.orders.documents.models import Document

HERE = Path(__file__).parent
TEMPLATE = HERE / "paper.typ"


def as_pdf(document: Document) -> bytes:
    """Return the PDF of a paper."""
    return set_page(document.frozen, fiscal_number=document.fiscal_number)


def set_page(facts: str, *, fiscal_number: str = "") -> bytes:
    """Return the PDF of facts as JSON: language, number, device, seller and the page's words."""
    given = {"facts": facts, "fiscal_number": fiscal_number}
    made: Any = typst.compile(
        TEMPLATE, root=HERE, font_paths=fonts(), format="pdf", sys_inputs=given, timestamp=0
    )
    return made


def as_answer(content: bytes, name: str) -> HttpResponse:
    """Return a PDF as a file that the browser shows, and nobody in between keeps."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def file_name(document: Document) -> str:
    """Return the name under which a paper is saved."""
    return f"{document.number}.pdf"


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """Return the fonts beside this file, and no others."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"]
    )
