"""Early fraud warnings stop parcel and payout, and a person refunds or calls it a wrong alarm."""

from datetime import timedelta

import pytest

from shop.errors import NotPossible, StaleState
from shop.money_desk.models import MoneyTask
from shop.orders.models import Suborder
from shop.orders.ship import ship
from shop.payments.disputes.fraud import check_warning, refund_now, wrong_alarm
from shop.payments.models import RefundProposal
from shop.payments.operations import run_operations
from shop.payments.recent import find_warnings
from shop.rounds.models import Mishap
from shop.settlements.claims import kept
from shop.stock.models import Pool
from tests import make
from tests.cms.admin.people import organizer
from tests.make import NOON
from tests.paying import assert_books_agree, deliver
from tests.shop.payments.test_outside import SENT, at_the_provider, sold

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(hours=1)


@pytest.fixture
def suspected(till):
    """Return a paid order of 30.00 whose card issuer suspects fraud, as the shop has heard."""
    payment = sold(till)
    till.warn_of_fraud(payment.charge_id)
    deliver(till)
    return payment


def the_task():
    return MoneyTask.objects.get(kind="fraud_warning", state="open")


def is_kept():
    return Suborder.objects.filter(kept()).exists()


def test_a_warning_stops_the_parcel_and_the_payout_and_asks_a_person_once(till, suspected):
    task = the_task()
    assert (task.order, task.payment, task.amount) == (suspected.order, suspected, 30_00)
    assert "unauthorized use of card" in task.what
    assert is_kept()
    with pytest.raises(NotPossible, match="Do not send"):
        ship(Suborder.objects.get(), **SENT, at=NOON, by=make.user())

    check_warning(task.about, at=NOON)

    assert MoneyTask.objects.filter(kind="fraud_warning").count() == 1


def test_a_warning_keeps_the_payout_even_of_what_was_sent_before(till):
    payment = sold(till)
    ship(Suborder.objects.get(), **SENT, at=NOON, by=make.user())
    assert not is_kept()

    till.warn_of_fraud(payment.charge_id)
    deliver(till)

    assert is_kept()


def test_a_wrong_alarm_lets_both_go_on_and_does_not_come_back(till, suspected):
    task = the_task()

    wrong_alarm(task, reason="They called us", at=NOON, by=organizer())

    assert not is_kept()
    assert Suborder.objects.get().stopped_at is None
    assert find_warnings(at=SOON) == 1
    check_warning(task.about, at=SOON)
    assert not is_kept()
    with pytest.raises(StaleState):
        wrong_alarm(task, reason="Again", at=NOON, by=organizer())


def test_refund_now_sends_all_of_it_back_and_frees_the_goods(till, suspected):
    refund_now(the_task(), reason="Not their card", at=NOON, by=organizer())
    run_operations(at=NOON)

    refund = suspected.order.refunds.get()
    assert refund.amount == 30_00
    assert Suborder.objects.get().state == "cancelled"
    assert Pool.objects.get().sold == 0
    assert not MoneyTask.objects.filter(state="open").exists()
    assert till.world.store.get("charge", suspected.charge_id)["refunded"]
    assert_books_agree()


def test_above_what_one_may_send_back_a_second_person_is_asked_and_the_parcel_stays(
    till, suspected, settings
):
    settings.ALONE_UP_TO = 20_00

    refund_now(the_task(), reason="Not their card", at=NOON, by=organizer())

    assert RefundProposal.objects.get().amount == 30_00
    assert Suborder.objects.get().stopped_at
    assert is_kept()


def test_a_dispute_after_the_warning_keeps_what_the_alarm_would_let_go(till, suspected):
    till.dispute(suspected.charge_id)
    deliver(till)
    task = the_task()

    wrong_alarm(task, reason="They called us", at=NOON, by=organizer())

    assert Suborder.objects.get().stopped_at
    assert is_kept()


def test_what_was_refunded_meanwhile_is_no_question_any_more(till, suspected):
    at_the_provider(suspected, 30_00)

    find_warnings(at=SOON)

    assert MoneyTask.objects.get(kind="fraud_warning").outcome == "by_itself"


def test_a_warning_of_which_no_message_told_is_found_beside_one_that_cannot_be_read(till):
    first, second = sold(till), sold(till)
    odd = till.warn_of_fraud(first.charge_id)["id"]
    till.warn_of_fraud(second.charge_id)
    till.pull()
    till.spoil("radar.early_fraud_warning", "actionable", "perhaps", of=odd)

    assert find_warnings(at=SOON) == 1

    assert the_task().payment == second
    assert Mishap.objects.get().key == odd


def test_a_warning_about_another_shop_s_charge_is_left_alone(till, suspected):
    till.spoil("radar.early_fraud_warning", "charge", "ch_of_another")
    MoneyTask.objects.all().delete()

    assert find_warnings(at=SOON) == 1

    assert not MoneyTask.objects.exists()


def test_the_end_of_a_dispute_does_not_let_a_suspected_parcel_go(till, suspected):
    remote = till.dispute(suspected.charge_id)["id"]
    deliver(till)

    till.close_dispute(remote, won=True)
    deliver(till)

    assert Suborder.objects.get().stopped_at
    assert is_kept()
