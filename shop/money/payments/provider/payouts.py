"""What the provider says of payouts, in the shop's own words. Amounts are our minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who can be paid, as the provider knows them now.

    ``needs`` says in the provider's words what it waits for; ``can_be_paid`` whether it pays to
    a bank account of theirs.
    """

    id: str
    is_closed: bool
    can_be_paid: bool
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoteBank:
    """A bank account of a recipient: its last digits, and whether it may be paid to."""

    id: str
    name: str
    country: str
    last4: str
    currencies: tuple[str, ...]
    is_usable: bool


@dataclass(frozen=True, slots=True)
class RemotePayout:
    """Money on its way to a recipient, as the provider knows it now.

    ``status`` is the provider's own word; an unknown one is never guessed at. ``arrives`` is in
    the recipient's currency, as it is written.
    """

    id: str
    status: str
    key: str
    recipient: str
    bank: str
    sent: int
    currency: str
    reason: str
    is_reviewed: bool
    is_cancelable: bool
    arrives: str
    rate: str
    expected_at: datetime | None
    posted_at: datetime | None
    trace: str


@dataclass(frozen=True, slots=True)
class RemoteFunding:
    """Money moved to the account for payouts; even one that is paid may fail afterwards."""

    id: str
    status: str
    key: str


@dataclass(frozen=True, slots=True)
class PayoutEstimate:
    """What a payout would cost, and what would arrive at which rate, as they are written."""

    fees: int
    arrives: str
    rate: str


@dataclass(frozen=True, slots=True)
class RemoteTransfer:
    """Money moved to a store's own account, or back; ``key`` is that under which it was asked."""

    id: str
    key: str


@dataclass(frozen=True, slots=True)
class StorageLine:
    """A line of the account for payouts: what caused it, and what it adds."""

    id: str
    cause: str
    cause_id: str
    amount: int
    currency: str
    is_posted: bool


@dataclass(frozen=True, slots=True)
class ThinEvent:
    """A message that names an object: it is read again with the ``context`` whose it is."""

    id: str
    kind: str
    object_id: str
    context: str
    is_live: bool
    body: dict[str, object]
