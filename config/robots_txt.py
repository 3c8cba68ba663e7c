"""Tells crawlers which addresses are no pages to be found, and where the list of all pages is."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

# Desks and machines. Pages that ask not to be listed may be read, or else nobody reads that.
NOWHERE = ("clock", "health", "mail", "organize", "webhooks")
# The stores' desk, fragments and switches, in every language.
IN_LANGUAGES = ("merchant", "preferences", "preview", "suggestions")


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Return the addresses that crawlers may not ask for. No statement."""
    codes = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    prefixes = ["", *(f"/{code}" for code in codes)]
    lines = [
        "User-agent: *",
        *(f"Disallow: /{name}/" for name in NOWHERE),
        *(f"Disallow: {prefix}/{name}/" for prefix in prefixes for name in IN_LANGUAGES),
        "",
        f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
