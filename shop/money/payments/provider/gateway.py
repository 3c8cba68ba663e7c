"""The payment provider as the shop asks it, in its own words. Amounts are our minor units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from shop.core.money import Money
from shop.money.payments.provider.reading import Answer


class SessionStatus(StrEnum):
    """Whether a Checkout session can still be paid."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """A Checkout session as the provider knows it now."""

    id: str
    status: SessionStatus
    is_paid: bool
    is_processing: bool
    is_refunded: bool
    amount: int
    received: int
    currency: str
    order_uuid: str
    payment_uuid: str
    shop: str = ""
    url: str = ""
    intent_id: str | None = None
    charge_id: str | None = None
    method: str = ""

    @property
    def asked(self) -> Money:
        """Return the amount that the shopper is asked for."""
        return Money(self.amount, self.currency)

    @property
    def came(self) -> Money:
        """Return the amount that came."""
        return Money(self.received, self.currency)


@dataclass(frozen=True, slots=True)
class RemoteOperation:
    """Money that the provider moved, or will: ``is_final`` once it is certain."""

    id: str
    is_final: bool
    is_failed: bool = False
    bank_reference: str = ""


@dataclass(frozen=True, slots=True)
class RemoteRefund(RemoteOperation):
    """A refund as the provider knows it, whoever made it."""

    charge_id: str = ""
    amount: int = 0
    currency: str = ""
    operation_uuid: str = ""


@dataclass(frozen=True, slots=True)
class RemoteDispute:
    """A bank's claim on a charge, as the provider knows it now.

    ``withdrawn`` and ``fee`` are what the provider has taken from the balance until now;
    ``answer`` names the answer of ours that it has, ``submissions`` counts what went to the bank.
    """

    id: str
    charge_id: str
    amount: int
    currency: str
    reason: str
    status: str
    due_by: datetime | None
    withdrawn: int
    fee: int
    answer: str = ""
    submissions: int = 0


@dataclass(frozen=True, slots=True)
class RemoteWarning:
    """A card issuer's warning that a charge may be fraud, as the provider knows it now.

    ``is_actionable`` until the charge is disputed or refunded whole; ``reason`` is the
    provider's own word.
    """

    id: str
    charge_id: str
    reason: str
    is_actionable: bool


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """A line of the account's balance: what moved it, by how much, and what was kept of that.

    ``source`` names the charge, refund, payout and so on that caused it.
    """

    id: str
    kind: str = ""
    source: str = ""
    amount: int = 0
    fee: int = 0
    net: int = 0
    currency: str = ""
    made_at: datetime | None = None
    available_on: datetime | None = None


@dataclass(frozen=True, slots=True)
class BalancePage:
    """A page of the balance's lines, the newest first, and whether older ones follow.

    ``last`` is the id of the oldest that has one: older ones are asked for after it.
    """

    lines: list[Answer[BalanceLine]]
    last: str
    has_more: bool


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A message from the provider whose signature is right."""

    id: str
    kind: str
    object_id: str
    is_live: bool
    api_version: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, and where it is sent to: kept in no request, since it is personal."""

    email: str
    name: str = ""
    phone: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


NO_ANSWER = {"silent", "given up"}
"""Codes of errors that say nothing about what was asked."""
FAULT = "fault"
"""Code of an error of the provider's own server: what was asked may be done, or not."""


class Gateway(Protocol):
    """The interface to the provider. Every call may raise ``GatewayError``.

    An answer that cannot be read is raised as ``NotUnderstood``; in a list it stands among the
    others. The code of an error is "silent" where there was no answer in time, "given up" until
    somebody may ask again; ``FAULT`` where the provider's own server failed. The older half of
    its API keeps that answer under the key, so a call with a key is not repeated: see
    ``doubts.py``.
    """

    @property
    def is_given_up(self) -> bool:
        """Tell whether nobody is asked for a minute, since a call was not answered in time."""

    def open_checkout(
        self, request: Mapping[str, Any], *, whose: Payer, key: str
    ) -> CheckoutSession:
        """Make a session that can be paid; the same key gives the same session."""

    def session(self, session_id: str, *, is_waited_for: bool = False) -> CheckoutSession:
        """Return a session as it is now; asked briefly and once when somebody waits for it."""

    def close_checkout(self, session_id: str) -> CheckoutSession:
        """Make a session unpayable and return its state; it may be paid already."""

    def refund(self, request: Mapping[str, Any], *, key: str) -> RemoteOperation:
        """Send money back; the same key sends it once."""

    def find_refund(self, request: Mapping[str, Any]) -> RemoteOperation | None:
        """Return the refund that was made of a request, or None; found by the operation."""

    def sessions_since(self, made_at: datetime) -> Iterator[Answer[CheckoutSession]]:
        """Yield the sessions of the account that were made since, the newest first."""

    def refund_now(self, refund_id: str, *, is_waited_for: bool = False) -> RemoteRefund:
        """Return a refund as it is now; asked briefly and once when somebody waits for it."""

    def refunds_of(
        self, charge_id: str, *, is_waited_for: bool = False
    ) -> Iterator[Answer[RemoteRefund]]:
        """Yield all refunds of a charge, whoever made them."""

    def refunds_since(self, made_at: datetime) -> Iterator[Answer[RemoteRefund]]:
        """Yield the refunds of the account that were made since, the newest first."""

    def disputes_since(self, made_at: datetime) -> Iterator[Answer[RemoteDispute]]:
        """Yield the disputes of the account that were opened since, the newest first."""

    def dispute_now(self, dispute_id: str, *, is_waited_for: bool = False) -> RemoteDispute:
        """Return a dispute as it is now; asked briefly and once when somebody waits for it."""

    def warnings_since(self, made_at: datetime) -> Iterator[Answer[RemoteWarning]]:
        """Yield the early fraud warnings of the account that came since, the newest first."""

    def warning_now(self, warning_id: str, *, is_waited_for: bool = False) -> RemoteWarning:
        """Return a warning as it is now; asked briefly and once when somebody waits for it."""

    def balance_lines(self, since: datetime, until: datetime, *, after: str = "") -> BalancePage:
        """Return the lines of the balance made in between that are older than another one."""

    def balances(self) -> dict[str, Answer[int]]:
        """Return what the account has by currency, available and pending together."""

    def is_for_storage(self, payout_id: str) -> bool:
        """Tell whether a payout went to the account from which payouts are sent, not to a bank."""

    def knock(self) -> None:
        """Ask for something small, briefly and once; returning at all says that it answers."""

    def read_event(self, body: bytes, signature: str) -> ProviderEvent:
        """Return the message, or raise ``BadSignature``."""
