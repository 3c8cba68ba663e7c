"""Serves uploaded files where no web server in front does: in development and the demonstration."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponseBase
from django.views.static import serve

A_YEAR = 365 * 24 * 3600


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Return a file of the media folder; its name changes with its content, so it may be kept."""
    if hasattr(default_storage, "provide"):  # a bucket has no files that are still to be made
        default_storage.provide(path)
    response = serve(request, path, document_root=settings.MEDIA_ROOT)
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response
