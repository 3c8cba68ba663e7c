"""The payment provider as the shop asks it, in its own words. Amounts are our minor units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

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
