"""Tells whoever finds a hole where to report it (RFC 9116)."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from shop.core import clock

LASTS = timedelta(days=180)


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Return the contacts, and until when they hold; 404 where the operator named none."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = clock.now().date() + LASTS
    lines = [f"Contact: {contact}" for contact in map(_as_address, settings.SECURITY_CONTACT)]
    lines += [
        f"Expires: {datetime.combine(expires, time()):%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {settings.SITE_URL}{reverse('security-txt')}",
    ]
    text = "\n".join(lines) + "\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _as_address(contact: str) -> str:
    """Return a contact as the file wants it: a bare mail address gets its scheme."""
    return contact if ":" in contact else f"mailto:{contact}"
