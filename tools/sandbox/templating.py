from collections.abc import Iterable
from functools import cache
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from tools.sandbox.web import Response

_FOLDER = Path(__file__).with_name("templates")


class Markup(str):
    """Text that is HTML already and is not escaped again."""

    __slots__ = ()


def fill(template: str, /, **values: object) -> Markup:
    """Return a template of the folder ``templates`` with its names replaced by escaped values."""
    escaped = {
        key: value if isinstance(value, Markup) else escape(str(value))
        for key, value in values.items()
    }
    return Markup(_template(template).substitute(escaped))


def join(parts: Iterable[Markup]) -> Markup:
    """Return pieces of HTML one after another."""
    return Markup("".join(parts))


def page(status: int, title: str, main: Markup, *targets: str | None) -> Response:
    """Return a whole page.

    Args:
        targets: addresses to which its forms may redirect.
    """
    text = fill("layout", title=title, main=main)
    origins = " ".join(sorted({_origin(target) for target in targets if target}))
    policy = (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none';"
        f" frame-ancestors 'none'; form-action 'self' {origins}"
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy.strip(),
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
    }
    return Response(status, text.encode(), "text/html; charset=utf-8", headers)


def not_found(what: str) -> Response:
    """Return the page about something that does not exist."""
    main = fill("ended", heading="Nothing here", text=f"There is no such {what}.", back=Markup())
    return page(HTTPStatus.NOT_FOUND, "Nothing here", main)


def back_link(url: str | None) -> Markup:
    """Return a link back to the shop, or nothing when the shop gave no address."""
    return fill("back", url=url) if url else Markup()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@cache
def _template(name: str) -> Template:
    return Template((_FOLDER / f"{name}.html").read_text(encoding="utf-8"))
