"""Draws the certificate of a lesson: a PDF of one page, and the same page as a small picture.

Typst sets the page, since it shapes Arabic and breaks Chinese with the fonts of the papers alone.
Pillow could do so only where the machine has FriBidi; it makes the picture small.
"""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import qrcode
import typst
from django.utils.translation import get_language_bidi, override
from django.utils.translation import gettext as _
from PIL import Image, PngImagePlugin
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage

from shop.core import dates
from shop.merchant.academy.models import CompletionCertificate
from shop.orders.documents.pdf import fonts

HERE = Path(__file__).parent
TEMPLATE = HERE / "completion_certificate.typ"
DOTS = 110
"""Of the picture for each inch: 1,286 by 909 in all."""
COLOURS = 64
LONG_WORD = re.compile(r"(\S{24})(?=\S)")


def as_paper(certificate: CompletionCertificate, address: str) -> bytes:
    """Return the certificate as a PDF of one page.

    Args:
        address: where its number can be checked.
    """
    return _set(certificate, address, format="pdf", timestamp=0)


def as_picture(certificate: CompletionCertificate, address: str) -> bytes:
    """Return the certificate as a PNG file with few colours, which phones send on quickly.

    Args:
        address: where its number can be checked.
    """
    drawn = _set(certificate, address, format="png", ppi=DOTS)
    with Image.open(BytesIO(drawn)) as page:
        few = page.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    told = PngImagePlugin.PngInfo()
    told.add_itxt("Title", certificate.number)
    told.add_itxt("Description", address)
    found = BytesIO()
    few.save(found, "PNG", optimize=True, pnginfo=told)
    return found.getvalue()


def _set(certificate: CompletionCertificate, address: str, **how: Any) -> bytes:
    given = {"facts": json.dumps(_facts(certificate, address))}
    made: Any = typst.compile(TEMPLATE, root=HERE, font_paths=fonts(), sys_inputs=given, **how)
    return made


def _facts(certificate: CompletionCertificate, address: str) -> dict[str, Any]:
    """Return what stands on the page, in the language in which it was made."""
    with override(certificate.language):
        words = {
            "academy": _("Baobab academy"),
            "says": _("This certificate says that"),
            "has": _("has read this lesson and answered its questions:"),
            "right": _("Right answers"),
            "day": _("Day"),
            "number": _("Number"),
            "check": _("Anybody can check it here:"),
        }
        right = _("%(amount)s of %(target)s") % {
            "amount": certificate.best,
            "target": certificate.count,
        }
        is_rtl = get_language_bidi()
    return {
        "words": words,
        "right": right,
        "address": address,
        "square": _square(address),
        "day": dates.day_of_year(certificate.done_on, certificate.language),
        "number": certificate.number,
        "name": _breakable(certificate.name),
        "store": _breakable(certificate.store),
        "title": _breakable(certificate.title),
        "title_language": certificate.title_language,
        "language": certificate.language,
        "is_rtl": is_rtl,
    }


def _breakable(text: str) -> str:
    """Let words be broken that are longer than a line."""
    return LONG_WORD.sub("\\1\N{ZERO WIDTH SPACE}", text)


def _square(address: str) -> str:
    """Return the QR code of an address as SVG."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=6, border=1)
    code.add_data(address)
    found = BytesIO()
    code.make_image(image_factory=SvgPathImage).save(found)
    return found.getvalue().decode()
