"""The small picture of the shop, where browsers look for it without being told."""

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

DAY = 24 * 3600


@require_safe
@cache_control(public=True, max_age=DAY)
def favicon(request: HttpRequest) -> HttpResponse:
    """Return the picture in three sizes. No statement."""
    return HttpResponse(_content(), content_type="image/x-icon")


@cache
def _content() -> bytes:
    return (settings.BASE_DIR / "static" / "img" / "favicon.ico").read_bytes()
