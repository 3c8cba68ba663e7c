"""Draws the QR code of a ticket, the square on pages: a link to its page on the merchants' desk."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathImage

from shop.orders.tickets.models import Ticket
from shop.people.accounts.own_language import neutral_address


def address_of(ticket: Ticket) -> str:
    """Return the address in the square: the page on which a host redeems the ticket."""
    return neutral_address("workspace-ticket", ticket.code)


def as_svg(ticket: Ticket) -> str:
    """Return the square as an address for an ``img`` element; it needs no further request."""
    found = BytesIO()
    _drawn(ticket).make_image(image_factory=SvgPathImage).save(found)
    return "data:image/svg+xml;base64," + b64encode(found.getvalue()).decode()


def as_png(ticket: Ticket) -> bytes:
    """Return the square as a PNG file, for mail programs that draw no SVG."""
    found = BytesIO()
    _drawn(ticket).make_image(image_factory=PilImage).save(found, "PNG")
    return found.getvalue()


def _drawn(ticket: Ticket) -> qrcode.QRCode:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=6, border=4)
    code.add_data(address_of(ticket))
    return code
