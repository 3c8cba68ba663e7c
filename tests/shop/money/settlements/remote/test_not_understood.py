"""One answer about a payout that the shop cannot read stops that one alone, and is listed."""

from datetime import timedelta

import pytest

from shop.core.jobs.models import FailedJob
from shop.money.ledger.balances import balance
from shop.money.payments.models import GatewayEvent
from shop.money.payments.provider.outbox import MOST_TRIES, READ_AGAIN
from shop.money.settlements.models import Payout, PayoutMethod
from shop.money.settlements.remote.fund import look_at_fundings
from shop.money.settlements.remote.messages import look_for_messages
from shop.money.settlements.remote.models import Funding, Transfer
from shop.money.settlements.remote.payout_checks import look_at_payouts
from shop.money.settlements.remote.recipients import look_at_recipients
from shop.money.settlements.remote.send import send_payouts
from shop.money.settlements.remote.transfers import send_transfers, take_back_refunded
from shop.reports.reconciliation.storage import book_storage_lines
from tests.paying import assert_books_agree, set_clocks
from tests.shop.money.settlements.earned import DAY, MONDAY, earned, settled
from tests.shop.money.settlements.remote import owned
from tests.shop.money.settlements.remote.sent import flush, fund, payments, queued, store

pytestmark = pytest.mark.django_db
SENT = "v2.money_management.outbound_payment"
HOUR = timedelta(hours=1)


def listed():
    return [row.key for row in FailedJob.objects.filter(closed_at=None)]


@pytest.fixture
def two(abroad):
    """Queue two payouts of 180.00, for which the money is there."""
    stores = [store(abroad), store(abroad)]
    made = [queued(abroad, one) for one in stores]
    flush(abroad)
    fund()
    return made


def states(rows):
    return [Payout.objects.get(pk=row.pk).state for row in rows]


def test_payouts_are_sent_beside_one_whose_answer_cannot_be_read(abroad, two):
    odd, _sound = two
    abroad.spoil(SENT, "to.credited", 7)
    abroad.fail_next()
    send_payouts(at=MONDAY)
    assert sorted(listed()) == sorted(str(row.pk) for row in two)
    abroad.mend()
    abroad.spoil(SENT, "to.credited", 7, of=payments(abroad)[0]["id"])

    send_payouts(at=MONDAY + READ_AGAIN)

    assert states(two) == ["sending", "sent"]
    assert len(payments(abroad)) == 2
    assert listed() == [str(odd.pk)]

    abroad.mend()
    send_payouts(at=MONDAY + 2 * READ_AGAIN)
    assert states(two) == ["sent", "sent"]
    assert len(payments(abroad)) == 2
    assert listed() == []
    assert_books_agree()


def test_a_balance_that_cannot_be_read_sends_nothing_and_is_listed(abroad, two):
    abroad.spoil("v2.money_management.financial_account", "balance", None)

    send_payouts(at=MONDAY)

    assert states(two) == ["queued", "queued"]
    assert listed() == ["the account"]


def test_payouts_are_looked_at_beside_one_that_cannot_be_read(abroad, two):
    send_payouts(at=MONDAY)
    set_clocks(abroad, MONDAY + 2 * DAY)
    odd = two[0]
    odd.refresh_from_db()
    abroad.spoil(SENT, "from", None, of=odd.remote_id)

    look_at_payouts(at=MONDAY + 2 * DAY)

    assert states(two) == ["sent", "done"]
    assert listed() == [str(odd.pk)]


def test_a_funding_that_cannot_be_read_is_listed(abroad, two):
    funding = Funding.objects.get()
    abroad.spoil("payout", "status", "floating")

    assert look_at_fundings(at=MONDAY + HOUR) == 0

    assert (Funding.objects.get().state, listed()) == ("done", [str(funding.pk)])


def test_recipients_are_looked_at_beside_one_that_cannot_be_read(abroad, two):
    odd, sound = (row.method for row in two)
    path = "configuration.recipient.capabilities.bank_accounts"
    abroad.spoil("v2.core.account", path, {"swift": {"status": "asleep"}}, of=odd.remote_id)

    assert look_at_recipients(at=MONDAY + DAY) == 1

    rows = PayoutMethod.objects.filter(state="ready")
    assert {row.pk for row in rows} == {odd.pk, sound.pk}
    assert listed() == [str(odd.pk)]


def test_messages_are_stored_beside_one_that_cannot_be_read(abroad, two):
    send_payouts(at=MONDAY)
    events = [e for e in abroad.thin_events() if "outbound_payment" in e["type"]]
    abroad.spoil("v2.core.event", "related_object", "x", of=events[0]["id"])
    GatewayEvent.objects.all().delete()

    look_for_messages(at=MONDAY)

    stored = set(GatewayEvent.objects.values_list("gateway_id", flat=True))
    assert events[0]["id"] not in stored
    assert events[1]["id"] in stored
    assert [events[0]["id"].startswith(key) for key in listed()] == [True]


def test_lines_of_the_account_are_booked_beside_one_that_cannot_be_read(abroad, two):
    send_payouts(at=MONDAY)
    abroad.adjust_storage(-5_00)
    abroad.adjust_storage(-7_00)
    lines = abroad.world.store.all("v2.money_management.transaction")
    odd = next(line for line in lines if line["amount"]["value"] == -5_00)
    before = balance("suspense", "USD")
    abroad.spoil("v2.money_management.transaction", "amount.value", "five", of=odd["id"])

    assert book_storage_lines(at=MONDAY + DAY) >= 1

    assert balance("suspense", "USD") - before == 7_00
    assert len(listed()) == 1


def test_transfers_are_sent_beside_one_that_cannot_be_read_and_none_goes_twice(connected):
    for _ in range(2):
        merchant = owned.store(connected)
        earned(connected, merchant)
        settled(merchant)
    set_clocks(connected, MONDAY)
    connected.spoil("transfer", "id", gone=True)
    send_transfers(at=MONDAY)
    connected.mend()
    made = next(iter(connected.world.store.all("transfer")))["id"]
    connected.spoil("transfer", "metadata", 7, of=made)

    send_transfers(at=MONDAY + READ_AGAIN)

    assert sorted(row.state for row in Transfer.objects.all()) == ["done", "sending"]
    assert len(owned.moves(connected)) == 2
    assert len(listed()) == 1
    send_transfers(at=MONDAY + 2 * DAY)  # its key is too old: it is looked for, and not sent anew
    assert len(owned.moves(connected)) == 2
    connected.mend()
    send_transfers(at=MONDAY + 3 * DAY)
    assert {row.state for row in Transfer.objects.all()} == {"done"}
    assert listed() == []


def test_a_reversal_that_cannot_be_read_is_not_taken_as_refused(connected):
    merchant = owned.store(connected)
    order = earned(connected, merchant)
    settled(merchant)
    set_clocks(connected, MONDAY)
    send_transfers(at=MONDAY)
    owned.refund(order, 1, at=MONDAY)
    take_back_refunded(at=MONDAY)
    connected.spoil("transfer_reversal", "id", 7)

    Transfer.objects.filter(kind="reversal").update(tries=MOST_TRIES)  # it has waited for long
    for turn in range(4):
        send_transfers(at=MONDAY + turn * READ_AGAIN)

    reversal = Transfer.objects.get(kind="reversal")
    assert (reversal.state, listed()) == ("sending", [str(reversal.pk)])
    connected.mend()
    send_transfers(at=MONDAY + HOUR)
    reversal.refresh_from_db()
    assert (reversal.state, listed()) == ("done", [])
    assert len(list(connected.world.store.all("transfer_reversal"))) == 1
