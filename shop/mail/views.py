"""Sent mail as pages. Whoever can open them reads everybody's: demonstrations only."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from shop.mail import outbox

MOST = 100

# A message may style itself with attributes and nothing more: it loads and runs nothing.
LETTER_CSP = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": ["data:"],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}

View = Callable[..., HttpResponse]


def demonstration_only(view: View) -> View:
    """Let a view exist in demonstrations only."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if settings.DEMO is not True:
            raise Http404
        return view(request, *args, **kwargs)

    return never_cache(require_safe(guarded))


@demonstration_only
def messages(request: HttpRequest) -> HttpResponse:
    """List the messages sent last."""
    return render(
        request, "shop/mail/messages.html", {"letters": outbox.newest(MOST), "most": MOST}
    )


@demonstration_only
def message(request: HttpRequest, name: str) -> HttpResponse:
    """Show one message: its headers, the framed HTML and the text."""
    return render(request, "shop/mail/message.html", {"letter": _letter(name)})


@demonstration_only
@xframe_options_sameorigin
@csp_override(LETTER_CSP)
def html(request: HttpRequest, name: str) -> HttpResponse:
    """Return the HTML of one message as it was sent, for the frame on its page."""
    letter = _letter(name)
    if not letter.html:
        raise Http404
    return HttpResponse(letter.html)


def _letter(name: str) -> outbox.Letter:
    letter = outbox.read(name)
    if letter is None:
        raise Http404
    return letter
