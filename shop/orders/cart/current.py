"""Whose cart this is: a guest is known by a random token in a cookie, a user by signing in.

No server session is made for guests. Only the token's hash is stored, so that the table does
not open carts to whoever reads it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.core import cookies
from shop.core.errors import NotPossible
from shop.core.networks import client_address, is_loopback, network_key, network_of
from shop.core.rate_limits.store import limits
from shop.orders.cart.models import Cart
from shop.people.accounts.models import User
from shop.storefront.preferences import country_of
from shop.storefront.previews.preview import preview_of, shopper_in

COOKIE = "cart"
COOKIE_DAYS = 60
MOST_NEW, NEW_WITHIN = 100, 600
"""Guests' carts that a network begins, in so many seconds."""


@dataclass(frozen=True, slots=True)
class Shopper:
    """The shopper, as the rules for limits and open orders need to know one.

    ``token_hash`` names the cart; ``user`` is None for a guest; ``has_verified_email`` allows
    deals with a limit and claims; ``network_key`` is a keyed hash of the network address.
    """

    token_hash: str
    user: User | None
    has_verified_email: bool
    network_key: str
    language: str = "en"

    @property
    def limit_id(self) -> int | None:
        """Return the mailbox that limits are counted for, if the shopper may have any."""
        return self.user.mailbox_id if self.user and self.has_verified_email else None


def shopper_of(request: HttpRequest) -> Shopper | None:
    """Return who is asking, or None for somebody without a cart so far."""
    user = signed_in(request)
    if user:
        token_hash = Cart.objects.filter(user=user).values_list("token_hash", flat=True).first()
    else:
        token_hash = guest_token_hash(request)
    if not token_hash:
        return None
    verified = user is not None and has_verified_email(user)
    if preview := preview_of(request):
        user, verified = shopper_in(preview, user, is_verified=verified)
    return Shopper(token_hash, user, verified, network_key(request), get_language() or "en")


def signed_in(request: HttpRequest) -> User | None:
    """Return the user, without touching the session of somebody who has none."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if request.user.is_authenticated else None


def has_verified_email(user: User) -> bool:
    """Tell whether the user's present address was proved to be theirs."""
    return EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()


def is_own_address(request: HttpRequest, email: str) -> bool:
    """Return whether an address is the proved one of whoever is signed in, if anybody is."""
    user = signed_in(request)
    if user is None or user.email.lower() != email.lower():
        return False
    return has_verified_email(user)


def cart_for_change(request: HttpRequest, *, at: datetime) -> tuple[Cart, str | None]:
    """Return the cart to put something into, made if need be, and a new guest's token."""
    user = signed_in(request)
    cart = None if user else guest_carts(request).first()
    if cart:
        return cart, None
    if user is None:
        _refuse_many(request)
    token = new_token()
    facts = {"token_hash": hash_of(token), "country": country_of(request), "changed_at": at}
    if user is None:
        return Cart.objects.create(**facts), token
    # No cookie leads to an account's cart: whoever signs out leaves nothing behind.
    return Cart.objects.get_or_create(user=user, defaults=facts)[0], None


def _refuse_many(request: HttpRequest) -> None:
    """Count one more new cart of a network: a client that keeps no cookie makes one each time.

    All share the shop's own address where no proxy says who asks: that is no network.

    Raises:
        NotPossible: too many were begun there just now.
    """
    if is_loopback(network_of(client_address(request))):
        return
    if limits.count(f"cart:n:{network_key(request)}", seconds=NEW_WITHIN) > MOST_NEW:
        raise NotPossible(
            _("Many carts were begun from your network. Sign in, or try again in ten minutes.")
        )


def carts_of(request: HttpRequest) -> QuerySet[Cart]:
    """Return the visitor's cart as a set of one, or of none."""
    user = signed_in(request)
    return Cart.objects.filter(user=user) if user else guest_carts(request)


def guest_carts(request: HttpRequest) -> QuerySet[Cart]:
    """Return the cart that the visitor's cookie leads to, as a set of one or none."""
    token_hash = guest_token_hash(request)
    if not token_hash:
        return Cart.objects.none()
    return Cart.objects.filter(token_hash=token_hash, user=None)


def guest_token_hash(request: HttpRequest) -> str:
    """Return the hash by which the cart of the visitor's cookie is known; empty without any."""
    return hash_of(cookies.read(request, COOKIE))


def remember_cart(response: HttpResponse, token: str | None) -> HttpResponse:
    """Give a new guest the cookie that leads back to the cart."""
    if token:
        cookies.keep(response, COOKIE, token, seconds=COOKIE_DAYS * 24 * 3600)
    return response


def new_token() -> str:
    """Return a random token for a new guest's cart, which the guest alone knows."""
    return secrets.token_urlsafe(16)


def hash_of(token: str) -> str:
    """Return the hash that is stored of a token; empty for no token."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""
