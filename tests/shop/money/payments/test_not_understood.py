"""One answer that the shop cannot read stops its own item, which a person is told of; no other."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible
from shop.core.jobs.models import FailedJob
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.apply import apply_session
from shop.money.payments.cancel import cancel_pending
from shop.money.payments.compare import compare_recent
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.external.take_over import LOOK_AGAIN, look_at_blocked
from shop.money.payments.models import GatewayEvent, Operation, Payment
from shop.money.payments.operations import ASK_AGAIN, check_pending, run_operations
from shop.money.payments.provider.outbox import READ_AGAIN
from shop.money.payments.recent import find_disputes, find_refunds
from shop.money.payments.sweep import check_unsettled, expire_overdue
from shop.money.payments.webhooks import MOST_TRIES, handle_waiting
from shop.orders.models import Order
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, begin, deliver, post, set_clocks
from tests.shop.money.payments.late import owed_back
from tests.shop.money.payments.test_external import at_the_provider, sold

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(minutes=6)
PAY_BY = NOON + timedelta(minutes=30)
# What a session may say of itself one day, and what makes no sense at all.
STRANGE = [
    ("checkout.session", {"field": "status", "value": "paused"}),
    ("checkout.session", {"field": "payment_status", "value": "paid_in_part"}),
    ("checkout.session", {"field": "payment_status", "gone": True}),
    ("checkout.session", {"field": "amount_total", "value": "2000"}),
    ("checkout.session", {"field": "metadata", "value": "none"}),
    ("checkout.session", {"field": "metadata", "value": {}}),
    ("checkout.session", {"field": "id", "gone": True}),
]


def two():
    return [begin(make.cart({make.variant(20_00): 1})) for _ in range(2)]


def listed():
    """Return what a person is told of: by its model and row, or by its id at the provider."""
    return [row.key for row in FailedJob.objects.filter(closed_at=None)]


@pytest.mark.parametrize(("kind", "strange"), STRANGE)
def test_unpaid_orders_end_beside_one_of_which_nobody_knows(till, kind, strange):
    odd, sound = two()
    till.spoil(kind, of=odd.session_id, **strange)

    assert expire_overdue(at=PAY_BY) == 1

    assert Order.objects.get(pk=sound.order_id).state == "expired"
    assert Order.objects.get(pk=odd.order_id).is_pending
    assert sorted(pool.held for pool in Pool.objects.all()) == [0, 1]
    assert listed() == [str(odd.order_id)]

    till.mend()
    assert expire_overdue(at=PAY_BY) == 1
    assert listed() == []


def test_a_shopper_who_cancels_is_asked_to_try_again_and_nothing_is_given_back(till):
    odd, _sound = two()
    till.spoil("checkout.session", "status", "paused", of=odd.session_id)

    with pytest.raises(NotPossible, match="Try again in a few seconds"):
        cancel_pending(odd.order, at=SOON)

    assert Order.objects.get(pk=odd.order_id).is_pending


@pytest.mark.parametrize(("kind", "strange"), STRANGE)
def test_the_poller_asks_about_the_others(till, kind, strange):
    odd, sound = two()
    for payment in (odd, sound):
        till.pay(payment.session_id)
    till.spoil(kind, of=odd.session_id, **strange)

    assert check_unsettled(at=SOON) == 1

    assert Payment.objects.get(pk=sound.pk).state == "paid"
    assert Payment.objects.get(pk=odd.pk).state == "open"
    assert listed() == [str(odd.pk)]


def test_a_payment_that_says_no_known_word_is_no_refusal(till):
    payment = two()[0]
    till.pay_later(payment.session_id)
    till.spoil("payment_intent", "status", "requires_a_stamp")

    check_unsettled(at=SOON)

    assert Payment.objects.get(pk=payment.pk).state == "open"
    assert Order.objects.get(pk=payment.order_id).is_pending
    assert listed() == [str(payment.pk)]


def test_a_refund_that_cannot_be_read_is_asked_for_with_the_same_key_until_it_can(till):
    odd, sound = owed_back(till), owed_back(till)
    till.spoil("refund", "status", "halfway")
    run_operations(at=NOON)
    till.mend()
    till.spoil("refund", "status", "halfway", of=first_refund(till))

    for turn in range(1, 4):
        run_operations(at=NOON + turn * READ_AGAIN)

    odd.refresh_from_db()
    sound.refresh_from_db()
    assert (odd.state, sound.state) == ("queued", "done")
    assert len(list(till.world.store.all("refund"))) == 2
    assert listed() == [str(odd.pk)]

    till.mend()
    run_operations(at=NOON + 5 * READ_AGAIN)
    odd.refresh_from_db()
    assert (odd.state, listed()) == ("done", [])
    assert len(list(till.world.store.all("refund"))) == 2
    assert_books_agree()


def test_money_of_which_nobody_knows_whether_it_went_is_never_sent_under_a_new_key(till):
    refund = owed_back(till)
    till.spoil("refund", "metadata", "none")
    run_operations(at=NOON)

    run_operations(at=NOON + timedelta(days=2))

    refund.refresh_from_db()
    assert refund.state == "queued"
    assert len(list(till.world.store.all("refund"))) == 1


def first_refund(till):
    return next(iter(till.world.store.all("refund")))["id"]


def pending(till):
    refund = owed_back(till)
    till.hold_refunds()
    run_operations(at=NOON)
    till.hold_refunds(False)
    refund.refresh_from_db()
    assert refund.state == "pending"
    till.settle_refund(refund.remote_id, ok=True)
    return refund


def test_a_pending_refund_is_asked_about_beside_one_that_cannot_be_read(till):
    odd, sound = pending(till), pending(till)
    till.spoil("refund", "amount", None, of=odd.remote_id)

    assert check_pending(at=NOON + ASK_AGAIN) == 1

    odd.refresh_from_db()
    sound.refresh_from_db()
    assert (odd.state, sound.state) == ("pending", "done")
    assert listed() == [str(odd.pk)]


def test_refused_refunds_are_looked_at_beside_one_whose_charge_cannot_be_read(till):
    odd, sound = owed_back(till), owed_back(till)
    till.fail_next(400, 400)
    run_operations(at=NOON)
    remote = at_the_provider(odd.payment, 20_00)
    at_the_provider(sound.payment, 20_00, key="by another hand")
    till.spoil("refund", "currency", 7, of=remote)

    assert look_at_blocked(at=NOON + LOOK_AGAIN) == 1

    odd.refresh_from_db()
    sound.refresh_from_db()
    assert (odd.state, sound.state) == ("blocked", "void")
    assert listed() == [str(odd.pk)]


@pytest.mark.parametrize("strange", [{"field": "status", "value": "halfway"},
                                     {"field": "amount", "value": "much"},
                                     {"field": "currency", "value": "zzz"},
                                     {"field": "id", "gone": True}])  # fmt: skip
def test_refunds_from_outside_are_found_beside_one_that_cannot_be_read(till, strange):
    payment = sold(till)
    odd = at_the_provider(payment, 10_00)
    sound = at_the_provider(payment, 5_00, key="again")
    till.spoil("refund", of=odd, **strange)

    assert find_refunds(at=NOON + timedelta(hours=1)) == 1

    assert Operation.objects.get().remote_id == sound
    assert listed() == [odd if "gone" not in strange else "refund"]


def test_a_list_that_cannot_be_read_is_listed_and_ends_nothing_else(till):
    at_the_provider(sold(till), 10_00)
    till.spoil("list", "data", None)

    assert find_refunds(at=NOON + timedelta(hours=1)) == 0

    assert listed() == ["page of a list"]


def test_disputes_are_found_beside_one_that_cannot_be_read(till):
    first, second = sold(till), sold(till)
    odd, sound = (till.dispute(payment.charge_id)["id"] for payment in (first, second))
    till.spoil("dispute", "balance_transactions", "many", of=odd)

    assert find_disputes(at=NOON + timedelta(hours=1)) == 1

    assert Dispute.objects.get().remote_id == sound
    assert listed() == [odd]


def test_a_new_dispute_in_an_unknown_word_stops_its_order_and_is_listed(till):
    payment = sold(till)
    remote = till.dispute(payment.charge_id)["id"]
    till.spoil("dispute", "status", "being_pondered")

    assert find_disputes(at=NOON + timedelta(hours=1)) == 0

    assert Dispute.objects.get().state == "open"
    assert payment.order.suborders.get().stopped_at
    assert listed() == [remote]


def test_sessions_are_compared_beside_one_that_cannot_be_read(till):
    odd, sound = two()
    for payment in (odd, sound):
        till.pay(payment.session_id)
    till.spoil("checkout.session", "payment_status", "paid_in_part", of=odd.session_id)

    assert compare_recent(at=NOON) == 1

    assert Payment.objects.get(pk=sound.pk).state == "paid"
    assert [odd.session_id.startswith(key) for key in listed()] == [True]


def test_a_message_about_what_cannot_be_read_is_kept_and_given_to_a_person_in_the_end(till):
    odd, sound = two()
    for payment in (odd, sound):
        till.pay(payment.session_id)
    till.spoil("checkout.session", "status", "paused", of=odd.session_id)

    assert set(deliver(till)) == {200}

    assert Payment.objects.get(pk=sound.pk).state == "paid"
    kept = GatewayEvent.objects.get(object_id=odd.session_id)
    assert (kept.state, kept.tries) == ("new", 1)
    assert "paused" in kept.error
    for turn in range(1, MOST_TRIES):
        handle_waiting(at=NOON + turn * timedelta(hours=2))
    assert MoneyTask.objects.get(kind="message").event_id == kept.pk


@pytest.mark.parametrize("what", ["refund.created", "charge.refunded", "charge.dispute.created"])
def test_a_message_about_a_refund_or_dispute_that_cannot_be_read_is_kept(till, what):
    payment = sold(till)
    if what == "charge.dispute.created":
        till.dispute(payment.charge_id)
    else:
        at_the_provider(payment, 10_00)
    for kind in ("refund", "dispute"):
        till.spoil(kind, "amount", "much")

    for event in till.pull():
        if event["type"] == what:
            assert post(event, till) == 200

    assert GatewayEvent.objects.get(kind=what).state == "new"
    assert not Operation.objects.exists()
    assert not Dispute.objects.exists()


@pytest.mark.parametrize("changes", [
    {"id": 7}, {"type": None}, {"livemode": "no"}, {"data": None}, {"data": {"object": "x"}},
    {"data": {"object": {"id": ["x"]}}}, {"data": {"object": {"id": "x", "metadata": 7}}},
])  # fmt: skip
def test_a_signed_message_that_cannot_be_read_is_refused(till, changes):
    payment = two()[0]
    till.pay(payment.session_id)
    event = next(e for e in till.pull() if e["type"] == "checkout.session.completed")

    assert post(event | changes, till) == 400

    assert not GatewayEvent.objects.exists()


def test_whoever_comes_back_from_a_page_that_cannot_be_read_waits(till, client):
    payment = two()[0]
    till.pay(payment.session_id)
    till.spoil("checkout.session", "status", "paused")
    order = payment.order

    answer = client.get(f"/orders/{order.number}/{order.token}/paid/", follow=True)

    assert answer.status_code == 200
    till.mend()
    set_clocks(till, SOON)
    apply_session(payment.session_id, at=SOON)
    assert Payment.objects.get(pk=payment.pk).state == "paid"
