"""What no message told is found within the hour: refunds made outside, disputes, and their ends."""

from datetime import timedelta

import pytest

from shop.money.ledger.balances import balance
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.models import Operation
from shop.money.payments.recent import LATELY, find_disputes, find_refunds
from tests.make import NOON
from tests.paying import assert_books_agree, set_clocks
from tests.shop.money.payments.test_external import at_the_provider, sold

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(hours=1)


def test_a_refund_made_outside_is_found_and_imported_once(till):
    at_the_provider(sold(till), 10_00)
    till.pull()

    assert find_refunds(at=SOON) == 1
    assert find_refunds(at=SOON) == 1

    assert Operation.objects.get().cause == "outside"
    assert balance("suspense", "USD") == 10_00
    assert_books_agree()


def test_a_dispute_is_found_and_how_it_ended_even_weeks_later(till):
    payment = sold(till)
    remote = till.dispute(payment.charge_id)["id"]
    till.pull()

    assert find_disputes(at=SOON) == 1
    assert Dispute.objects.get().state == "open"
    till.close_dispute(remote, won=True)
    till.pull()
    later = NOON + timedelta(days=40)
    set_clocks(till, later)
    assert find_disputes(at=later) == 1

    assert Dispute.objects.get().state == "won"
    assert balance("disputed", "USD") == 0
    assert find_disputes(at=later + LATELY) == 0


def test_while_the_provider_is_silent_nothing_is_changed(till):
    at_the_provider(sold(till), 10_00)
    till.pull()
    till.fail_next(503, 503, on="GET /v1/refunds")

    assert find_refunds(at=SOON) == 0

    assert not Operation.objects.exists()
