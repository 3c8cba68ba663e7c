"""A 500 of the provider stays under its key: nothing is repeated before it is looked for."""

from datetime import timedelta

import pytest

from shop.core.errors import GatewayError
from shop.money.payments import operations
from shop.money.payments.models import Operation
from shop.money.payments.operations import run_operations
from shop.money.payments.provider.doubts import LOOK_AFTER, SURE_AFTER, found_or_next_key
from shop.money.payments.provider.outbox import LEASE
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, begin, set_clocks
from tests.shop.money.payments.books import refunded, sessions
from tests.shop.money.payments.late import owed_back

pytestmark = pytest.mark.django_db
REFUNDS = "POST /v1/refunds"
SOON, SURE = NOON + LOOK_AFTER, NOON + SURE_AFTER


def calls(till, what=REFUNDS):
    """Return how many calls of a kind have reached the provider, under which keys."""
    kept = till.world.store.all("idempotent_answer")
    return [row for row in kept if row["call"] == what]


@pytest.fixture
def refund(till):
    return owed_back(till)


@pytest.mark.parametrize("saved", [True, False])
def test_a_refund_that_was_made_behind_a_500_is_found_and_not_made_again(till, refund, saved):
    till.fail_next(500, executed=True, saved=saved, on=REFUNDS)

    run_operations(at=NOON)
    refund.refresh_from_db()
    assert (refund.state, refund.doubted_at) == ("queued", NOON)
    assert run_operations(at=NOON + timedelta(seconds=30)) == 0
    run_operations(at=SOON)

    refund.refresh_from_db()
    assert (refund.state, refund.keys_used) == ("done", 0)
    assert refunded(till) == [20_00]
    assert len(calls(till)) == 1
    assert_books_agree()


def test_a_500_is_not_repeated_at_once_under_its_key(till, refund):
    till.fail_next(500, 500, on=REFUNDS)

    run_operations(at=NOON)

    assert len(till.world.faults) == 1
    assert refunded(till) == []


def test_a_refund_that_was_not_made_behind_a_500_goes_under_the_next_key_when_that_is_sure(
    till, refund
):
    till.fail_next(500, saved=True, on=REFUNDS)
    run_operations(at=NOON)

    run_operations(at=SOON)
    refund.refresh_from_db()
    assert (refund.state, refund.keys_used, refunded(till)) == ("queued", 0, [])
    run_operations(at=SURE)

    refund.refresh_from_db()
    assert (refund.state, refund.keys_used, refund.doubted_at) == ("done", 1, None)
    assert refunded(till) == [20_00]
    assert_books_agree()


def test_a_refund_that_the_provider_puts_right_late_is_found(till, refund):
    till.fail_next(500, saved=True, on=REFUNDS)
    run_operations(at=NOON)
    run_operations(at=SOON)
    refund.refresh_from_db()
    made = till.dashboard_refund(refund.request["charge"], amount=20_00)
    row = till.world.store.get("refund", made["id"])
    till.world.store.change(row, metadata={"operation": str(refund.uuid)})

    run_operations(at=SURE)

    refund.refresh_from_db()
    assert (refund.state, refund.remote_id) == ("done", made["id"])
    assert refunded(till) == [20_00]


def test_no_next_key_is_taken_while_the_list_cannot_be_read(till, refund):
    till.fail_next(500, saved=True, on=REFUNDS)
    run_operations(at=NOON)
    till.fail_next(*[500] * 4, on="GET /v1/refunds")

    run_operations(at=SURE)
    run_operations(at=SURE + SURE_AFTER)

    refund.refresh_from_db()
    assert (refund.state, refund.keys_used, refunded(till)) == ("queued", 0, [])
    run_operations(at=SURE + timedelta(hours=2))
    assert refunded(till) == [20_00]


def test_two_500s_use_two_keys_and_send_the_money_once(till, refund):
    till.fail_next(500, 500, saved=True, on=REFUNDS)
    at = NOON
    for _try in range(6):
        run_operations(at=at)
        at += SURE_AFTER

    refund.refresh_from_db()
    assert (refund.state, refund.keys_used) == ("done", 2)
    assert refunded(till) == [20_00]


def test_a_slow_worker_takes_no_key_of_a_refund_that_another_one_sends(till, refund):
    till.fail_next(500, saved=True, on=REFUNDS)
    run_operations(at=NOON)
    slow = operations.REFUNDS.claim(operations._due(SURE), at=SURE)
    run_operations(at=SURE + LEASE)

    with pytest.raises(GatewayError, match="another worker"):  # it had looked before, in vain
        found_or_next_key(slow, lambda: None, at=SURE + LEASE, state="sending", tries=slow.tries)

    operations.REFUNDS.carry_out(slow, at=SURE + LEASE)
    refund.refresh_from_db()
    assert (refund.state, refund.keys_used) == ("done", 1)
    assert refunded(till) == [20_00]
    assert_books_agree()


def test_a_refund_that_is_renewed_by_a_person_begins_with_its_first_key(till, refund):
    Operation.objects.update(keys_used=3, doubted_at=NOON)
    refund.refresh_from_db()

    refund.renew(at=NOON)

    assert refund.key_of(refund.uuid) == str(refund.uuid)
    assert refund.doubted_at is None


@pytest.mark.parametrize("executed", [True, False])
def test_a_session_behind_a_500_is_asked_for_once_and_again_under_the_next_key(till, executed):
    """What was made behind the first key nobody has seen, so nobody can pay it."""
    till.fail_next(500, saved=True, executed=executed, on="POST /v1/checkout/sessions")

    payment = begin(make.cart({make.variant(20_00): 1}))

    assert (payment.state, payment.keys_used) == ("open", 1)
    assert len(sessions(till)) == 1 + executed
    assert len(calls(till, "POST /v1/checkout/sessions")) == 2


def test_a_read_that_met_a_500_is_repeated_once(till, payment):
    till.fail_next(500, on="GET /v1/checkout/sessions")
    set_clocks(till, NOON)

    from shop.money.payments.provider.stripe_gateway import gateway  # noqa: PLC0415

    assert gateway().session(payment.session_id).id == payment.session_id
