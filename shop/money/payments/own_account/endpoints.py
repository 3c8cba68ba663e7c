"""Makes the endpoints at the provider to which messages are sent; safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from django.urls import NoReverseMatch, reverse

from shop.core.errors import NotPossible
from shop.core.networks import is_loopback
from shop.money.payments.provider import stripe_account
from shop.money.payments.provider.guards import is_live
from shop.money.payments.provider.stripe_account import Endpoint
from shop.money.payments.provider.stripe_gateway import StripeGateway, gateway
from shop.money.payments.webhooks import APPLIED


class Payload(StrEnum):
    """What a message holds: the object, or its name alone."""

    SNAPSHOT = "snapshot"
    THIN = "thin"


VIEWS = {Payload.SNAPSHOT: "stripe-webhook", Payload.THIN: "stripe-thin-webhook"}
"""By payload, the view that receives it; one that is not served yet has no address."""

_MONEY, _CORE = "v2.money_management", "v2.core.account"
THIN_KINDS = frozenset(
    {
        *(f"{_MONEY}.outbound_payment.{what}"
          for what in ("created", "updated", "under_review", "posted", "failed", "returned",
                       "canceled")),
        *(f"{_MONEY}.payout_method.{what}" for what in ("created", "updated")),
        f"{_MONEY}.financial_account.updated",
        *(f"{_MONEY}.received_credit.{what}"
          for what in ("available", "failed", "returned", "succeeded")),
        f"{_MONEY}.adjustment.created",
        *(f"{_MONEY}.transaction.{what}" for what in ("created", "updated")),
        *(f"{_CORE}[configuration.recipient].{what}"
          for what in ("updated", "capability_status_updated")),
        f"{_CORE}[requirements].updated",
        f"{_CORE}.closed",
        "v2.core.account_link.returned",
    }
)  # fmt: skip
KINDS: dict[Payload, Collection[str]] = {Payload.SNAPSHOT: APPLIED, Payload.THIN: THIN_KINDS}

_Make = Callable[[StripeGateway, str, Collection[str]], Endpoint]
_Mend = Callable[[StripeGateway, Endpoint, Collection[str]], None]
_Find = Callable[[StripeGateway], list[Endpoint]]
WAYS: dict[Payload, tuple[_Find, _Make, _Mend]] = {
    Payload.SNAPSHOT: (
        stripe_account.snapshot_endpoints, stripe_account.make_snapshot,
        stripe_account.mend_snapshot,
    ),
    Payload.THIN: (
        stripe_account.thin_endpoints, stripe_account.make_thin, stripe_account.mend_thin,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """An endpoint as it stands now. Its secret is there if it was made just now, and only then."""

    payload: Payload
    endpoint: Endpoint
    is_mended: bool = False


def make_endpoints(public: str, payloads: Collection[Payload]) -> list[Made]:
    """Make those endpoints that are not there, and mend those that hear too little or are off.

    Args:
        public: the address under which the provider reaches the shop.

    Raises:
        NotPossible: the address cannot be reached, or nobody listens there; nothing was made.
        GatewayError: the provider said no, or nothing.
    """
    urls = {payload: address_of(public, payload) for payload in payloads}
    return [_made(payload, url) for payload, url in urls.items()]


def address_of(public: str, payload: Payload) -> str:
    """Return where messages of a kind are received.

    Raises:
        NotPossible: the shop does not listen to them, or nobody from outside reaches it.
    """
    parts = urlsplit(public)
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    if not is_web or parts.path.strip("/") or parts.query:
        raise NotPossible(f"{public} is no address of a shop: write it like https://shop.example.")
    if parts.scheme != "https" and (is_live() or not is_loopback(parts.hostname or "")):
        raise NotPossible("Messages about money go to an https:// address alone.")
    try:
        return public.rstrip("/") + reverse(VIEWS[payload])
    except NoReverseMatch:
        raise NotPossible(
            f"This shop does not listen to {payload} messages yet. Leave them out: "
            f"--only {Payload.SNAPSHOT}"
        ) from None


def found(payload: Payload, url: str) -> Endpoint | None:
    """Return the endpoint of an address, ours before one that somebody made by hand."""
    find, _make, _mend = WAYS[payload]
    here = [row for row in find(gateway()) if row.url == url]
    return next(iter(sorted(here, key=lambda row: row.shop != url)), None)


def _made(payload: Payload, url: str) -> Made:
    _find, make, mend = WAYS[payload]
    kinds = frozenset(KINDS[payload])
    known = found(payload, url)
    if known is None:
        return Made(payload, make(gateway(), url, kinds))
    is_short = not (known.hears(kinds) and known.is_on)
    if is_short:
        mend(gateway(), known, kinds)
    return Made(payload, known, is_mended=is_short)
