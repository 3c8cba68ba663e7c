"""Early fraud warnings stop parcel and payout, and a person refunds or calls it a wrong alarm."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible, StaleState
from shop.core.jobs.models import FailedJob
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.fraud import check_warning, refund_now, wrong_alarm
from shop.money.payments.models import RefundProposal
from shop.money.payments.operations import run_operations
from shop.money.payments.proposals import approve, drop
from shop.money.payments.recent import find_warnings
from shop.money.settlements.claims import kept
from shop.orders.models import Refund, Suborder
from shop.orders.ship import ship
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import assert_books_agree, begin, deliver
from tests.queue import letters
from tests.shop.money.payments.test_external import SENT, at_the_provider, sold

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


def bought(till, cart):
    """Return the payment of a cart whose card issuer suspects fraud, as the shop has heard."""
    payment = begin(cart)
    till.pay(payment.session_id)
    deliver(till)
    payment.refresh_from_db()
    return payment


def suspect(till, payment):
    till.warn_of_fraud(payment.charge_id)
    deliver(till)
    return the_task()


def stock(of):
    pool = Pool.objects.get(pk=of.pool_id)
    return (pool.on_hand, pool.sold)


def test_refund_now_frees_what_has_not_left_of_an_order_of_which_a_parcel_has(till):
    gone, here = make.variant(10_00, on_hand=9), make.variant(5_00, on_hand=9)
    payment = bought(till, make.cart({gone: 3, here: 2}))
    sent, waiting = (payment.order.suborders.get(lines__variant=each) for each in (gone, here))
    line = sent.lines.get()
    ship(sent, **SENT, units={line.pk: 1}, at=NOON, by=make.user())

    refund_now(suspect(till, payment), reason="Not their card", at=NOON, by=organizer())

    assert (stock(gone), stock(here)) == ((8, 0), (9, 0))
    refund = payment.order.refunds.get()
    assert refund.amount == payment.order.total
    assert all(row.is_restocked for row in refund.lines.filter(line=waiting.lines.get()))
    assert [part.state for part in (Suborder.objects.get(pk=sent.pk),
                                    Suborder.objects.get(pk=waiting.pk))] == [
        "shipped", "cancelled",
    ]  # fmt: skip
    assert_books_agree()


def test_refund_now_gives_the_delivery_of_a_parcel_that_has_left_back_too(till):
    make.delivery(6_00)
    kettle = make.variant(20_00, on_hand=9)
    payment = bought(till, make.cart({kettle: 2}))
    ship(Suborder.objects.get(), **SENT, at=NOON, by=make.user())

    refund_now(suspect(till, payment), reason="Not their card", at=NOON, by=organizer())

    assert (payment.order.refunds.get().amount, stock(kettle)) == (46_00, (7, 0))
    assert_books_agree()


def test_refund_now_cancels_what_was_wholly_discounted_too(till):
    paid, given = make.variant(20_00, on_hand=9), make.variant(5_00, on_hand=9)
    festival = make.festival()
    make.promotion(festival, group="merchant", merchant=given.product.merchant, value=5_00)
    payment = bought(till, make.cart({paid: 1, given: 1}))
    assert payment.order.lines.get(variant=given).paid == 0
    task = suspect(till, payment)

    refund_now(task, reason="Not their card", at=NOON, by=organizer())

    assert {part.state for part in Suborder.objects.all()} == {"cancelled"}
    assert (stock(paid), stock(given)) == ((9, 0), (9, 0))
    assert_books_agree()


def test_refund_now_says_in_the_shopper_s_language_that_the_bank_suspects_fraud(
    till, suspected, mailoutbox
):
    suspected.order.__class__.objects.update(language="fr")
    refund_now(the_task(), reason="Not their card", at=NOON, by=organizer())

    found = {letter.to[0]: letter.body for letter in letters()}

    said = found[suspected.order.contact.email]
    assert Refund.objects.get().cause == "fraud"
    assert "annulé" not in said
    assert "Nous vous remboursons ce que vous avez payé pour" in said
    assert "La banque émettrice de la carte" in said


def test_above_what_one_may_send_back_a_second_person_is_asked_and_the_parcel_stays(
    till, suspected, settings
):
    settings.ALONE_UP_TO = 20_00

    refund_now(the_task(), reason="Not their card", at=NOON, by=organizer())

    assert RefundProposal.objects.get().amount == 30_00
    assert Suborder.objects.get().stopped_at
    assert is_kept()


def test_until_a_second_person_has_decided_even_what_was_sent_is_kept(till, settings):
    settings.ALONE_UP_TO = 20_00
    payment = sold(till)
    ship(Suborder.objects.get(), **SENT, at=NOON, by=make.user())
    task = suspect(till, payment)

    refund_now(task, reason="Not their card", at=NOON, by=organizer())
    assert is_kept()
    drop(MoneyTask.objects.get(kind="refund_check"), reason="They called", at=NOON, by=make.user())

    assert not is_kept()


@pytest.mark.parametrize("units", [None, 1], ids=["nothing sent", "one of two sent"])
def test_once_a_second_person_has_approved_nothing_of_it_is_in_question(till, settings, units):
    settings.ALONE_UP_TO = 20_00
    payment = sold(till)
    if units:
        line = payment.order.lines.get()
        ship(Suborder.objects.get(), **SENT, units={line.pk: units}, at=NOON, by=make.user())
    refund_now(suspect(till, payment), reason="Not their card", at=NOON, by=organizer())
    asked = MoneyTask.objects.get(kind="refund_check")

    approve(asked, reason="Right", at=NOON, by=make.user())
    run_operations(at=NOON)

    part = Suborder.objects.get()
    assert (part.state, part.stopped_at) == ("shipped" if units else "cancelled", None)
    assert not is_kept()
    assert_books_agree()


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
    assert FailedJob.objects.get().key == odd


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
