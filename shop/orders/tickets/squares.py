"""Reads the square of a ticket in a photograph, where a browser cannot do so itself."""

from __future__ import annotations

from io import BytesIO

import zxingcpp
from PIL import Image

from shop.core.images.clean import cleaned
from shop.orders.tickets.redeem import clean_code

LONG_SIDE = 1600  # pixels: enough for a square that fills a tenth of the picture
SQUARES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def code_in(content: bytes) -> str:
    """Return the code of the ticket in a photograph; empty where none is seen.

    Args:
        content: a stranger's file, which is made anew apart before anything reads it here.

    Raises:
        PictureRefused: it is no picture, or one too large.
    """
    with Image.open(BytesIO(cleaned(content)), formats=("JPEG",)) as picture:
        picture.thumbnail((LONG_SIDE, LONG_SIDE))
        found = zxingcpp.read_barcodes(picture.convert("L"), formats=SQUARES)
    codes = (clean_code(square.text) for square in found)
    return next((code for code in codes if code), "")
