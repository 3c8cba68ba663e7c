"""Sent mail as pages. Whoever can open them reads everybody's: demonstrations only."""

from collections.abc import Callable, Collection
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from shop.core.demonstration import mailbox
from shop.core.demonstration.resets import is_public
from shop.core.mail import outbox
from shop.core.networks import is_loopback

MOST = 100

# A message may style itself with attributes and nothing more: it loads and runs nothing.
LETTER_CSP: dict[str, Collection[str]] = {
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
    """Let a view exist in demonstrations only: with the sandbox, or seen by nobody else.

    With a key of Stripe, people try a shop that is about to open: their mail is theirs.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if settings.DEMO is not True or not (_plays() or _is_here(request)):
            raise Http404
        return view(request, *args, **kwargs)

    return never_cache(require_safe(guarded))


def _plays() -> bool:
    """Tell whether nothing but the sandbox takes payments here."""
    return bool(settings.STRIPE_BASE_URL) or not settings.STRIPE_SECRET_KEY


def _is_here(request: HttpRequest) -> bool:
    """Tell whether the shop is this machine's alone, by its own address and the one asked for."""
    addresses = (settings.SITE_URL, f"//{request.get_host()}")
    return all(is_loopback(urlsplit(address).hostname or "") for address in addresses)


@demonstration_only
def messages(request: HttpRequest) -> HttpResponse:
    """List the messages sent last; in a public demonstration those that this browser may read."""
    token = mailbox.token_of(request) if is_public() else ""
    own = mailbox.address_of(token) if token else ""
    facts = {"letters": outbox.newest(MOST, own=own), "most": MOST, "own": own}
    response = render(request, "shop/core/mail/messages.html", facts)
    if token:
        mailbox.keep(response, token)
    return response


@demonstration_only
def message(request: HttpRequest, name: str) -> HttpResponse:
    """Show one message: its headers, the framed HTML and the text."""
    letter, own = _letter(request, name), _own(request)
    return render(request, "shop/core/mail/message.html", {"letter": letter, "own": own})


@demonstration_only
@xframe_options_sameorigin
@csp_override(LETTER_CSP)
def html(request: HttpRequest, name: str) -> HttpResponse:
    """Return the HTML of one message as it was sent, for the frame on its page."""
    letter = _letter(request, name)
    if not letter.html:
        raise Http404
    return HttpResponse(letter.html)


def _own(request: HttpRequest) -> str:
    """Return the address of this browser's mailbox in a public demonstration."""
    return mailbox.address_of(mailbox.token_of(request)) if is_public() else ""


def _letter(request: HttpRequest, name: str) -> outbox.Letter:
    letter, own = outbox.read(name), _own(request)
    if letter is None or (own and not mailbox.may_read(letter.to, own)):
        raise Http404
    return letter
