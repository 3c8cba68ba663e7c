"""A process that is killed on its way.

Start it by ``python -m tests.shop.money.settlements.remote.dying POINT``.
It replaces one function in itself by its own end, so that the shop needs no hook for it.
"""

# ruff: noqa: E402 (models can be imported only after Django is set up)

import sys

import django

django.setup()

from shop.money.payments.provider import stripe_payouts as provider
from shop.money.payments.provider import stripe_transfers
from shop.money.settlements.remote import fund, send, transfers
from shop.money.settlements.remote.recipients import begin, form_for
from shop.people.merchants.models import Merchant
from tests.make import NOON
from tests.shop.money.payments.dying import die, die_after
from tests.shop.money.settlements.earned import MONDAY
from tests.shop.money.settlements.remote.sent import WHERE

POINTS = {
    "before it is sent": (provider, "send", die),
    "after it is sent": (provider, "send", die_after(provider.send)),
    "before it is funded": (provider, "fund", die),
    "after it is funded": (provider, "fund", die_after(provider.fund)),
    "before it is written down": (send, "take_over", die),
    "after it is written down": (send, "take_over", die_after(send.take_over)),
    "before the funding is written down": (fund, "_record", die),
    "before the transfer": (stripe_transfers, "move", die),
    "after the transfer": (stripe_transfers, "move", die_after(stripe_transfers.move)),
    "before the transfer is written down": (transfers, "_record", die),
    "after the transfer is written down": (transfers, "_record", die_after(transfers._record)),
    "after it is taken back by transfer": (
        stripe_transfers,
        "take_back",
        die_after(stripe_transfers.take_back),
    ),
    "after the account is made": (provider, "make_recipient", die_after(provider.make_recipient)),
    "before the account is made": (provider, "make_recipient", die),
}


def main(point: str) -> None:
    """Send what waits, or begin at the provider's form, and die at a point of it."""
    owner, name, end = POINTS[point]
    setattr(owner, name, end)
    if "account" in point:
        merchant = Merchant.objects.get()
        who = merchant.memberships.get().user
        form_for(begin(merchant, at=NOON, by=who), WHERE, at=NOON)
    elif "transfer" in point:
        transfers.send_transfers(at=MONDAY)
    else:
        send.send_payouts(at=MONDAY)


if __name__ == "__main__":
    main(sys.argv[1])
