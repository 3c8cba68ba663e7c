"""What a shop lacks at the payment provider before money may come: asked, and changed in nothing.

No sentence holds a key or a secret.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from shop.core.currencies import is_chargeable, written
from shop.core.errors import GatewayError, NotPossible
from shop.money.ledger.balances import balance
from shop.money.ledger.models import LedgerEntry
from shop.money.ledger.thresholds import NoRate, Threshold
from shop.money.payments.own_account.endpoints import KINDS, Payload, address_of, found
from shop.money.payments.provider.guards import SANDBOX_KEY, dangers, is_live
from shop.money.payments.provider.stripe_account import API_VERSION, Account, account, unreadable
from shop.money.payments.provider.stripe_gateway import gateway

TOLERANCE = timedelta(minutes=5)
"""A message whose stamp is further away is refused."""
NEEDED = ("card_payments",)


@dataclass(frozen=True, slots=True)
class SetupFinding:
    """One thing that was looked at; ``remedy`` says what to do where it is not well."""

    what: str
    remedy: str = ""

    @property
    def is_good(self) -> bool:
        """Tell whether nothing need be done."""
        return not self.remedy


def findings(public: str, *, at: datetime) -> Iterator[SetupFinding]:
    """Yield what was found, one sentence each; where the provider is silent nothing more.

    Args:
        public: the address under which the provider reaches the shop.
        at: the machine's present moment.
    """
    yield from _keys()
    if not settings.STRIPE_SECRET_KEY:
        return
    try:
        own = account(gateway())
    except GatewayError as error:
        remedy = "Look at the key and the connection, then run this again."
        yield SetupFinding(f"The provider does not answer this key: {error}", remedy)
        return
    yield _mode(own)
    yield _clock(own, at)
    yield from _account(own)
    yield _rights()
    yield from _endpoint(public, Payload.SNAPSHOT)
    if settings.PAYOUT_SENDER:
        yield from _endpoint(public, Payload.THIN)
    yield _payouts(own)
    yield _currency(own)
    yield _thresholds()


def mode() -> str:
    """Return in which mode the key is: live, test, or of the sandbox."""
    if settings.STRIPE_SECRET_KEY.startswith(SANDBOX_KEY):
        return "sandbox"
    return "live" if is_live() else "test"


def _keys() -> Iterator[SetupFinding]:
    if settings.STRIPE_SECRET_KEY:
        yield SetupFinding(f"STRIPE_SECRET_KEY is set, in {mode()} mode.")
    else:
        yield SetupFinding(
            "STRIPE_SECRET_KEY is not set.", "Set it to the secret key of the account."
        )
    count = len(settings.STRIPE_WEBHOOK_SECRETS)
    if count:
        yield SetupFinding(f"STRIPE_WEBHOOK_SECRETS holds {count}.")
    else:
        yield SetupFinding(
            "STRIPE_WEBHOOK_SECRETS is empty: every message is refused.",
            "Run payment_endpoints and set what it prints.",
        )
    for danger in dangers():
        yield SetupFinding("The settings could take orders without money.", danger)


def _mode(own: Account) -> SetupFinding:
    if own.is_live == is_live():
        return SetupFinding(f"The provider answers in the same mode: {mode()}.")
    said = "live" if own.is_live else "test"
    what = f"The key looks like one of {mode()} mode, and the provider answers in {said}."
    return SetupFinding(what, "Copy the key anew.")


def _clock(own: Account, at: datetime) -> SetupFinding:
    if own.answered_at is None:
        return SetupFinding(
            "The provider does not say what time it is.", "Compare the clock by hand."
        )
    difference = abs(at - own.answered_at)
    seconds = round(difference.total_seconds())
    if difference <= TOLERANCE:
        return SetupFinding(f"The clocks are {seconds} s apart.")
    return SetupFinding(
        f"The clocks are {seconds} s apart: messages are refused above {TOLERANCE.seconds}.",
        "Let this machine set its clock by the network (NTP).",
    )


def _account(own: Account) -> Iterator[SetupFinding]:
    if own.takes_money:
        yield SetupFinding("The account may take money.")
    else:
        remedy = "Finish the account at the provider."
        if own.due:
            remedy = f"Finish the account at the provider: {', '.join(own.due)}."
        yield SetupFinding("The account may not take money.", remedy)
    for name in NEEDED:
        state = own.capabilities.get(name, "not asked for")
        fine = state == "active"
        remedy = "" if fine else "Ask for it in the settings of the account, under payment methods."
        yield SetupFinding(f"The capability {name} is {state}.", remedy)
    if not own.pays_out:
        yield SetupFinding(
            "The account may not pay out.", "Give it a bank account at the provider."
        )


def _rights() -> SetupFinding:
    """Tell whether the key may read what the shop works with; writing is tried by nobody here."""
    stores = bool(settings.PAYOUT_FINANCIAL_ACCOUNT)
    try:
        barred = unreadable(gateway(), pays=bool(settings.PAYOUT_SENDER), stores=stores)
    except GatewayError as error:
        return SetupFinding(f"What the key may read is not known: {error}", "Run this again.")
    if barred:
        what = f"The key may not read {', '.join(barred)}."
        return SetupFinding(what, "Give it these rights, and to write what going live names.")
    return SetupFinding("The key may read all that the shop works with.")


def _endpoint(public: str, payload: Payload) -> Iterator[SetupFinding]:
    try:
        url = address_of(public, payload)
        endpoint = found(payload, url)
    except (NotPossible, GatewayError) as error:
        yield SetupFinding("The endpoint of messages is not known.", str(error))
        return
    again = f"Run payment_endpoints {public} --only {payload}."
    if endpoint is None:
        yield SetupFinding(f"No endpoint sends messages to {url}.", again)
        return
    yield SetupFinding(f"An endpoint sends messages to {url}.")
    if not endpoint.is_on:
        yield SetupFinding("The endpoint is off.", again)
    missing = sorted(set(KINDS[payload]) - endpoint.kinds)
    if not endpoint.hears(KINDS[payload]):
        yield SetupFinding(f"The endpoint does not hear of {', '.join(missing)}.", again)
    if endpoint.api_version not in ("", API_VERSION):
        yield SetupFinding(
            f"The endpoint writes as of {endpoint.api_version}, and the shop reads {API_VERSION}.",
            "Delete it at the provider, run payment_endpoints and set the new secret.",
        )


def _payouts(own: Account) -> SetupFinding:
    """Tell whether the provider's own payouts leave enough there for the refunds that are due."""
    least = own.least.get(settings.SHOP_CURRENCY, 0)
    due = max(0, -balance(LedgerEntry.Account.REFUNDS_DUE, settings.SHOP_CURRENCY))
    remedy = (
        "Set payouts to manual in the settings of the account, or give them a minimum balance: "
        "what is owed to stores and shoppers must stay there."
    )
    if own.is_swept:
        return SetupFinding("The balance is moved to a financial account by itself.", remedy)
    if own.interval == "manual":
        return SetupFinding("The balance is paid out by hand alone.")
    if least > 0:
        kept = written(least, settings.SHOP_CURRENCY, "en")
        what = f"The balance is paid out {own.interval}, and {kept} stay there."
        if least >= due:
            return SetupFinding(what)
        owed = written(due, settings.SHOP_CURRENCY, "en")
        return SetupFinding(f"{what} Refunds of {owed} are due.", remedy)
    return SetupFinding(
        f"The balance is paid out {own.interval or 'by itself'}, and empties.", remedy
    )


def _currency(own: Account) -> SetupFinding:
    code = settings.SHOP_CURRENCY
    if not is_chargeable(code):
        return SetupFinding(
            f"Nobody can pay in {code}.", "Set SHOP_CURRENCY to another one, like USD."
        )
    if own.currency and own.currency != code:
        return SetupFinding(
            f"Prices are in {code}, and the account settles in {own.currency}.",
            f"Give the account a bank account in {code}, or set SHOP_CURRENCY to {own.currency}: "
            "else each sale is converted, and the books do not agree with the balance.",
        )
    return SetupFinding(f"Prices are in {code}, in which the account settles.")


def _thresholds() -> SetupFinding:
    """Show from which amounts on the shop acts otherwise, in its currency."""
    code = settings.SHOP_CURRENCY
    try:
        known = [f"{one.title} {written(one.in_minor(code), code, 'en')}" for one in Threshold]
    except NoRate:
        return SetupFinding(
            f"shop/core/currencies.csv has no rate for {code}.",
            "Add its rate and day: the least payouts and what one person decides follow from it.",
        )
    return SetupFinding(f"Amounts: {'; '.join(known)}.")
