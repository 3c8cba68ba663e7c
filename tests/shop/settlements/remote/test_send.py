"""P34-P43: payouts by the provider, sent once, booked once, and what comes back."""

from datetime import timedelta

import pytest

from shop.ledger.balances import balance
from shop.settlements.models import Funding, Payout, Settlement
from shop.settlements.remote.send import send_payouts
from tests.paying import assert_books_agree
from tests.shop.settlements.earned import MONDAY
from tests.shop.settlements.remote.sent import (
    assert_storage_agrees,
    flush,
    owed,
    payments,
    queued,
    store,
)

pytestmark = pytest.mark.django_db


def test_a_payout_is_funded_sent_and_booked(abroad):
    merchant = store(abroad)
    payout = queued(abroad, merchant)
    flush(abroad)

    send_payouts(at=MONDAY)

    payout.refresh_from_db()
    (sent,) = payments(abroad)
    assert (payout.state, payout.remote_id) == ("sent", sent["id"])
    assert (sent["amount"], sent["metadata"]["operation"]) == (
        {"value": 180_00, "currency": "usd"}, str(payout.key),
    )  # fmt: skip
    assert Settlement.objects.get().state == "paying"
    assert owed(merchant) == 0
    assert balance("transit", "USD") == -180_00
    assert Funding.objects.get().state == "done"
    assert_books_agree()
    assert_storage_agrees()
