"""Draws the code of an address that cameras read (QR), for paper and for screens."""

from __future__ import annotations

from io import BytesIO

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathFillImage


def as_svg(address: str) -> bytes:
    """Return the code as a drawing on white, which can be made as large as one likes."""
    found = BytesIO()
    code_of(address).make_image(image_factory=SvgPathFillImage).save(found)
    return found.getvalue()


def as_png(address: str) -> bytes:
    """Return the code as a picture of about 1,000 pixels."""
    found = BytesIO()
    code_of(address, box_size=24).make_image(image_factory=PilImage).save(found, "PNG")
    return found.getvalue()


def code_of(address: str, *, box_size: int = 10) -> qrcode.QRCode:
    """Return the code of an address with the quiet zone that readers need."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=box_size, border=4)
    code.add_data(address)
    return code
