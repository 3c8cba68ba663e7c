"""Several shops may share one account at the provider: each keeps to its own."""

import uuid

import pytest

from shop.core.jobs.models import FailedJob
from shop.money.payments.compare import compare_recent, mismatches
from shop.money.payments.models import GatewayEvent, Payment
from shop.money.payments.provider.gateway import Payer
from shop.money.payments.provider.stripe_gateway import gateway
from tests import make
from tests.make import NOON, START
from tests.paying import begin, completed, deliver, post

pytestmark = pytest.mark.django_db


def theirs(till, **metadata):
    """Let another shop on the account sell something, and return the message about it."""
    request = begin(make.cart({make.variant(20_00): 1})).request | metadata
    session = gateway().open_checkout(request, whose=Payer("li@example.org"), key=str(uuid.uuid4()))
    if not metadata:
        till.world.store.change(till.world.store.get("checkout.session", session.id), metadata={})
    till.pull()
    till.pay(session.id)
    return completed(till)


def test_a_message_without_our_metadata_is_done_and_nothing_of_it_is_kept(till):
    assert post(theirs(till), till) == 200

    assert not GatewayEvent.objects.exists()


def test_a_message_of_another_of_these_shops_is_done_at_once(till):
    message = theirs(till, payment=str(uuid.uuid4()), shop="https://other.example")

    assert post(message, till) == 200

    stored = GatewayEvent.objects.get()
    assert (stored.state, stored.tries, stored.body) == ("done", 0, None)


def test_a_message_of_ours_that_is_not_known_yet_is_tried_again(till):
    message = theirs(till, payment=str(uuid.uuid4()))

    assert post(message, till) == 200

    assert (GatewayEvent.objects.get().state, GatewayEvent.objects.get().tries) == ("new", 1)


def test_what_was_paid_and_never_heard_of_is_taken_over(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay(payment.session_id)
    till.pull()
    assert list(mismatches(since=START)) == [
        f"{payment.session_id} is paid at the provider, and open here"
    ]

    compare_recent(at=NOON)

    payment.refresh_from_db()
    assert payment.state == "paid"
    assert list(mismatches(since=START)) == []
    assert not FailedJob.objects.exists()


def test_what_is_paid_here_and_not_there_is_listed_for_a_person(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay(payment.session_id)
    deliver(till)
    session = till.world.store.get("checkout.session", payment.session_id)
    till.world.store.change(session, payment_status="unpaid", status="open")

    compare_recent(at=NOON)

    assert "not paid at the provider, and paid here" in next(mismatches(since=START))
    failed_job = FailedJob.objects.get()
    assert payment.session_id.startswith(failed_job.key)


def test_a_payment_that_the_provider_does_not_know_is_named(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay(payment.session_id)
    deliver(till)
    Payment.objects.filter(pk=payment.pk).update(session_id="cs_from_elsewhere")

    said = list(mismatches(since=START))

    assert f"{payment.session_id} is paid at the provider beside cs_from_elsewhere" in said
    assert "cs_from_elsewhere is paid here, and unknown at the provider" in said
