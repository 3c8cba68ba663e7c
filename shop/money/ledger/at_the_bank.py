"""Books what came to the operator's own bank account, or left it, as somebody at the desk saw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum

from shop.core.currencies import written
from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.festivals.changelog import log as note
from shop.festivals.models import Fund
from shop.money.ledger.balances import balance
from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.ledger.posting import moves
from shop.money.ledger.posting.entries import EventFacts
from shop.people.accounts.models import User

Account = LedgerEntry.Account
MOST_LETTERS = 40  # of a bank's reference, so that the name of the entry holds it


def held_of(fund: Fund) -> int:
    """Return what the operator holds of a sponsor's money; below zero the sponsor owes it."""
    return -balance(Account.FUNDS, settings.SHOP_CURRENCY, fund=fund)


@transaction.atomic
def note_sponsor_paid(
    fund_id: int, amount: int, *, bank_reference: str, at: datetime, by: User
) -> None:
    """Book what a sponsor paid in.

    Raises:
        NotPossible: nothing was paid, or the bank's reference is missing or was used.
    """
    fund = lock_one(Fund.objects, fund_id)
    if amount <= 0:
        raise NotPossible("Say how much came.")
    facts = _facts(bank_reference, at=at)
    _once(lambda: moves.SPONSOR_PAID.book(amount, fund, **facts))
    note(fund, "sponsor paid", at=at, by=by, festival=fund.festival,
         after={"amount": amount, "reference": facts["reference"]})  # fmt: skip


@transaction.atomic
def note_sponsor_repaid(
    fund_id: int, amount: int, *, bank_reference: str, at: datetime, by: User
) -> None:
    """Book what a sponsor got back of what was paid in and not needed.

    Raises:
        NotPossible: less is held, or the bank's reference is missing or was used.
    """
    fund = lock_one(Fund.objects, fund_id)
    held = held_of(fund)
    if not 0 < amount <= held:
        left = written(max(held, 0), settings.SHOP_CURRENCY, "en")
        raise NotPossible(f"{left} of {fund.sponsor} is held now.")
    facts = _facts(bank_reference, at=at)
    _once(lambda: moves.SPONSOR_REPAID.book(amount, fund, **facts))
    note(fund, "sponsor repaid", at=at, by=by, festival=fund.festival,
         after={"amount": amount, "reference": facts["reference"]})  # fmt: skip


@transaction.atomic
def note_paid_in(
    amount: int, *, bank_reference: str, currency: str = "", at: datetime, by: User
) -> None:
    """Book what the organizer paid in for the discounts that he gives.

    Args:
        currency: the shop's, unless another is named.

    Raises:
        NotPossible: nothing was paid, or the bank's reference is missing or was used.
    """
    if amount <= 0:
        raise NotPossible("Say how much came.")
    facts = _facts(bank_reference, at=at)
    facts["currency"] = currency or facts["currency"]
    _once(lambda: moves.PAID_IN.book(amount, **facts))
    note(by, "paid in", at=at, by=by, festival=None,
         after={"amount": amount, "reference": facts["reference"]})  # fmt: skip


@transaction.atomic
def note_taken_out(amount: int, *, bank_reference: str, at: datetime, by: User) -> None:
    """Book what the organizer took out of the operator's bank, or had written down by mistake.

    Raises:
        NotPossible: less is there, or the bank's reference is missing or was used.
    """
    there = balance(Account.BANK, settings.SHOP_CURRENCY)
    if not 0 < amount <= there:
        left = written(max(there, 0), settings.SHOP_CURRENCY, "en")
        raise NotPossible(f"{left} is on your accounts, by the books.")
    facts = _facts(bank_reference, at=at)
    _once(lambda: moves.PAID_IN.book(-amount, **facts))
    note(by, "taken out", at=at, by=by, festival=None,
         after={"amount": amount, "reference": facts["reference"]})  # fmt: skip


@transaction.atomic
def note_tax_paid(amount: int, *, bank_reference: str, at: datetime, by: User) -> None:
    """Book tax that was paid to the office.

    Raises:
        NotPossible: less is owed, or the bank's reference is missing or was used.
    """
    owed = -balance(Account.TAX, settings.SHOP_CURRENCY)
    if not 0 < amount <= owed:
        left = written(max(owed, 0), settings.SHOP_CURRENCY, "en")
        raise NotPossible(f"{left} of tax is owed now.")
    facts = _facts(bank_reference, at=at)
    _once(lambda: moves.TAX_PAID.book(amount, **facts))
    note(by, "tax paid", at=at, by=by, festival=None,
         after={"amount": amount, "reference": facts["reference"]})  # fmt: skip


@transaction.atomic
def note_tax_returned(amount: int, *, bank_reference: str, at: datetime, by: User) -> None:
    """Book tax that the office paid back, or that was written down as paid by mistake.

    Raises:
        NotPossible: less was paid, or the bank's reference is missing or was used.
    """
    own = LedgerEntry.objects.filter(account=Account.TAX, currency=settings.SHOP_CURRENCY)
    own = own.filter(transaction__kind=LedgerTransaction.Kind.TAX_PAID)
    paid = own.aggregate(sum=Sum("amount"))["sum"] or 0
    if not 0 < amount <= paid:
        known = written(paid, settings.SHOP_CURRENCY, "en")
        raise NotPossible(f"{known} of tax is in the books as paid.")
    facts = _facts(bank_reference, at=at)
    _once(lambda: moves.TAX_PAID.book(-amount, **facts))
    note(by, "tax returned", at=at, by=by, festival=None,
         after={"amount": amount, "reference": facts["reference"]})  # fmt: skip


def reference_of(typed: str) -> str:
    """Return a bank's reference as it was typed, with single blanks.

    Raises:
        NotPossible: there is none, or it is too long.
    """
    reference = " ".join(typed.split())
    if not 0 < len(reference) <= MOST_LETTERS:
        raise NotPossible(
            f"Type the bank's reference, at most {MOST_LETTERS} letters: nobody finds it without."
        )
    return reference


def _facts(bank_reference: str, *, at: datetime) -> EventFacts:
    reference = reference_of(bank_reference)
    return EventFacts(reference=reference, currency=settings.SHOP_CURRENCY, at=at)


def _once(post: Callable[[], object]) -> None:
    try:
        with transaction.atomic():
            post()
    except IntegrityError as used:
        raise NotPossible("This reference stands in the books already.") from used
