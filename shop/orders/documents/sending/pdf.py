"""Sets the papers of parcels as PDF; several of one kind make one file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typst

from shop.orders.documents.pdf import fonts

HERE = Path(__file__).parent
TEMPLATES = {
    "slip": "slip.typ", "label-a6": "label.typ", "label-a4": "label.typ", "cn22": "cn22.typ",
    "cn23": "cn23.typ",
}  # fmt: skip
"""Which page sets which paper."""


def set_parcel_papers(
    kind: str, sheets: Sequence[dict[str, Any]], drawings: Mapping[str, str] | None = None
) -> bytes:
    """Return the PDF of some papers of one kind, as ``TEMPLATES`` names it.

    Args:
        drawings: the pictures that the sheets name, as SVG.
    """
    given = {
        "sheets": json.dumps(list(sheets)), "kind": kind,
        "pictures": json.dumps(dict(drawings or {})),
    }  # fmt: skip
    made: Any = typst.compile(
        HERE / TEMPLATES[kind], root=HERE, font_paths=fonts(), format="pdf", sys_inputs=given,
        timestamp=0,
    )  # fmt: skip
    return made
