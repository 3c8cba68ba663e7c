from http import HTTPStatus
from pathlib import Path

from tools.sandbox.web import Request, Response
from tools.sandbox.world import World

_FOLDER = Path(__file__).with_name("static")
_KINDS = {
    "actions.css": "text/css; charset=utf-8",
    "favicon.svg": "image/svg+xml",
    "gabarito.woff2": "font/woff2",
    "gem.svg": "image/svg+xml",
    "kente.svg": "image/svg+xml",
    "mark.svg": "image/svg+xml",
    "order.css": "text/css; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "tokens.css": "text/css; charset=utf-8",
}


def respond(_world: World, request: Request) -> Response:
    """Send a stylesheet, the font or a picture of the hosted pages."""
    name = request.segments[-1]
    if len(request.segments) != 2 or name not in _KINDS:
        return Response(HTTPStatus.NOT_FOUND)
    headers = {"Cache-Control": "public, max-age=300"}
    return Response(HTTPStatus.OK, (_FOLDER / name).read_bytes(), _KINDS[name], headers)
