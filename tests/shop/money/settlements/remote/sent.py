"""Stores that the provider pays, and what becomes of their payouts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shop.money.ledger.balances import balance, owed_to
from shop.money.payments.provider import stripe_payouts as provider
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.settlements.methods import confirm_method
from shop.money.settlements.models import Payout, PayoutMethod
from shop.money.settlements.remote import fund as funding
from shop.money.settlements.remote.recipients import FormAddresses, begin, form_for, look_at
from shop.people.merchants.models import Merchant
from tests import make
from tests.make import NOON
from tests.paying import set_clocks
from tests.sandbox.v2.make import STORAGE
from tests.shop.money.settlements.earned import DAY, MONDAY, earned, settled

__all__ = ["STORAGE"]
WHERE = FormAddresses("http://testserver/back/", "http://testserver/again/")
CONFIRMED = NOON - 9 * DAY


def recipient(
    sandbox: Any, merchant: Merchant, ending: str = "4242", *, at: datetime = CONFIRMED
) -> PayoutMethod:
    """Return an account of a store that the provider pays to, confirmed by a second person."""
    row = begin(merchant, at=at, by=make.member(merchant))
    form_for(row, WHERE, at=at)
    row.refresh_from_db()
    sandbox.onboard_recipient(row.remote_id, ending)
    look_at(row, at=at)
    return confirm_method(row.pk, at=at, by=make.user(), reason="Letter of the bank")


def store(sandbox: Any, ending: str = "4242", **facts: Any) -> Merchant:
    """Return a store in Kenya that the provider pays, with a commission of a tenth."""
    merchant = make.merchant(commission_bp=1_000, country=facts.pop("country", "KE"), **facts)
    recipient(sandbox, merchant, ending)
    return merchant


def queued(sandbox: Any, merchant: Merchant, *, units: int = 10) -> Payout:
    """Return the payout of a store that has sold for 20.00 each and was approved on Monday."""
    earned(sandbox, merchant, units)
    row = settled(merchant)
    set_clocks(sandbox, MONDAY)
    return row.payouts.get()


def flush(sandbox: Any, *, units: int = 90) -> None:
    """Let shoppers have paid for what nobody is paid for yet: 1,800.00 in the balance."""
    earned(sandbox, make.merchant(), units)
    set_clocks(sandbox, MONDAY)


def payments(sandbox: Any) -> list[dict]:
    """Return all outbound payments that the provider knows, the oldest first."""
    return list(sandbox.world.store.all("v2.money_management.outbound_payment"))


def assert_storage_agrees() -> None:
    """STORAGE is what the provider's account has, available and on its way out."""
    found = gateway().ask(lambda c: c.v2.money_management.financial_accounts.retrieve(STORAGE))
    parts = found.to_dict()["balance"]
    there = parts["available"]["usd"]["value"] + parts["outbound_pending"]["usd"]["value"]
    assert balance("storage", "USD") == there


def owed(merchant: Merchant) -> int:
    return owed_to(merchant, "USD")


def fund(amount: int = 1_000_00) -> None:
    """Move money to the account for payouts, as the books know."""
    assert funding._move(amount, "USD", at=MONDAY)


def available() -> int:
    return provider.storage_available(gateway(), STORAGE, "USD")
