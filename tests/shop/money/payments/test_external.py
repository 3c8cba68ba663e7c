"""Cases P51 and P52: refunds that somebody made at the provider are imported once, and matched."""

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible, StaleState
from shop.festivals.models import Fund
from shop.money.ledger.balances import balance
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.external.decide import split
from shop.money.payments.external.take_over import (
    check_refund,
    check_refunds_of,
    take_over_refund,
)
from shop.money.payments.models import Operation, Payment
from shop.money.payments.provider.gateway import RemoteRefund
from shop.money.payments.provider.stripe_gateway import gateway
from shop.orders.models import Refund, Suborder
from shop.orders.refund import Amount
from shop.orders.ship import ship
from shop.orders.stop import decide
from tests import make
from tests.cms.dashboard.people import organizer
from tests.crowd import at_once
from tests.make import NOON
from tests.paying import assert_books_agree, begin, deliver

pytestmark = pytest.mark.django_db
SENT = {"carrier": "DHL", "tracking_number": "JD1"}


def sold(till, *, fund=False):
    """Return a paid payment for two kettles: paid 30.00, of 38.00 that the sale is worth."""
    kettle = make.variant(25_00)
    festival = make.festival(commission_bp=800)
    given = Fund.objects.create(festival=festival, sponsor="Chamber", amount=500_00)
    terms = {"fund": given, "allotment": 5} if fund else {}
    make.deal(kettle, during=festival, price=20_00, subsidy=1_00, **terms)
    make.promotion(festival, group="merchant", merchant=kettle.product.merchant, value=4_00)
    make.promotion(festival, group="save", value=6_00, organizer_share=100)
    payment = begin(make.cart({kettle: 2}))
    till.pay(payment.session_id)
    deliver(till)
    payment.refresh_from_db()
    assert payment.state == "paid"
    return payment


def at_the_provider(payment, amount, key="by hand"):
    """Refund as one does in the provider's dashboard: without a word of ours."""
    request = {"charge": payment.charge_id, "currency": "USD", "operation": "", "order": ""}
    return gateway().refund(request | {"amount": amount}, key=key).id


def books(*accounts):
    return [balance(account, "USD") for account in accounts]


def the_task():
    return MoneyTask.objects.get(kind="external_refund", state="open")


def test_p51_it_is_imported_once_whatever_the_messages_and_stops_the_parcel(till):
    payment = sold(till)
    at_the_provider(payment, 10_00)

    deliver(till)
    deliver(till)
    check_refunds_of(payment.charge_id, at=NOON)

    found = Operation.objects.get(cause="outside")
    assert (found.state, found.amount, found.unmatched) == ("done", 10_00, 10_00)
    assert books("suspense", "provider", "refunds_due") == [10_00, 20_00, 0]
    task = the_task()
    assert (task.operation, task.amount, task.order) == (found, 10_00, payment.order)
    part = Suborder.objects.get()
    with pytest.raises(NotPossible, match="Do not send"):
        ship(part, **SENT, at=NOON, by=make.user())
    assert_books_agree()


def test_p51_without_any_message_a_look_at_the_charge_finds_it(till):
    payment = sold(till)
    at_the_provider(payment, 30_00)

    check_refunds_of(payment.charge_id, at=NOON)

    assert Operation.objects.get(cause="outside").state == "done"


def test_a_part_of_a_line_is_split_by_the_cumulative_floor(till):
    payment = sold(till, fund=True)
    line = payment.order.lines.get()
    at_the_provider(payment, 10_00)
    deliver(till)

    split(the_task(), {line: Amount(10_00)}, reason="A dent", at=NOON, by=organizer())

    row = line.refund_lines.get()
    assert (row.quantity, row.paid, row.funded, row.commission) == (0, 10_00, 2_66, 1_01)
    assert books("suspense", "refunds_due", "funds", "promotions") == [0, 0, 1_34, 4_00]
    assert books("payable", "commission") == [-34_96 + 11_65, -3_04 + 1_01]
    part = Suborder.objects.get()
    assert (part.stopped_at, part.state, part.returned) == (None, "waiting", 11_65)
    assert not MoneyTask.objects.filter(state="open").exists()
    ship(part, **SENT, at=NOON, by=make.user())
    assert_books_agree()


def test_p51_a_whole_refund_with_its_units_frees_them_and_cancels_the_parcel(till):
    payment = sold(till)
    line = payment.order.lines.get()
    at_the_provider(payment, 30_00)
    deliver(till)

    split(the_task(), {line: Amount(30_00, 2)}, reason="Twice", at=NOON, by=organizer())

    assert Pool.objects.get().sold == 0
    assert Suborder.objects.get().state == "cancelled"
    assert books("payable", "commission", "promotions", "suspense") == [0, 0, 0, 0]
    assert_books_agree()


@pytest.mark.parametrize("parts", [9_99, 10_01, 0])
def test_parts_that_are_not_the_amount_are_refused(till, parts):
    payment = sold(till)
    line = payment.order.lines.get()
    at_the_provider(payment, 10_00)
    deliver(till)

    with pytest.raises(NotPossible):
        split(the_task(), {line: Amount(parts)}, reason="x", at=NOON, by=organizer())

    assert not Refund.objects.exists()
    assert the_task()


def test_it_is_split_once(till):
    payment = sold(till)
    line = payment.order.lines.get()
    at_the_provider(payment, 10_00)
    deliver(till)
    task, again = the_task(), the_task()
    split(task, {line: Amount(10_00)}, reason="x", at=NOON, by=organizer())

    with pytest.raises((NotPossible, StaleState)):
        split(again, {line: Amount(10_00)}, reason="x", at=NOON, by=organizer())

    assert Refund.objects.count() == 1


def test_p52_one_that_comes_back_is_as_if_it_never_was(till):
    payment = sold(till)
    remote = at_the_provider(payment, 10_00)
    deliver(till)

    till.settle_refund(remote, ok=False)
    deliver(till)

    assert books("suspense", "refunds_due", "provider") == [0, 0, 30_00]
    assert Suborder.objects.get().stopped_at is None
    assert not MoneyTask.objects.filter(state="open").exists()
    assert Operation.objects.get().state == "void"


def test_p52_one_that_comes_back_after_it_was_split_is_owed(till):
    payment = sold(till)
    line = payment.order.lines.get()
    remote = at_the_provider(payment, 10_00)
    deliver(till)
    split(the_task(), {line: Amount(10_00)}, reason="x", at=NOON, by=organizer())

    till.settle_refund(remote, ok=False)
    deliver(till)

    assert books("suspense", "refunds_due", "provider") == [0, -10_00, 30_00]
    task = MoneyTask.objects.get(state="open")
    assert (task.kind, task.amount) == ("refund_stuck", 10_00)


def test_a_refund_of_another_shop_on_the_account_is_none_of_ours(till):
    payment = sold(till)
    at_the_provider(payment, 10_00)
    Payment.objects.update(charge_id="ch_other")

    assert set(deliver(till)) == {200}

    assert not Operation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_p51_eight_messages_at_once_import_a_refund_once(till):
    payment = sold(till)
    remote = at_the_provider(payment, 10_00)

    at_once([lambda: check_refund(remote, at=NOON)] * 8)

    assert Operation.objects.count() == 1
    assert books("suspense", "provider") == [10_00, 20_00]
    assert MoneyTask.objects.count() == 1
    assert_books_agree()


def test_a_delivery_that_nobody_named_does_not_go_back(till):
    payment = sold(till)
    Suborder.objects.update(delivery_paid=5_00)
    line = payment.order.lines.get()
    at_the_provider(payment, 30_00)
    deliver(till)

    with pytest.raises(NotPossible, match="delivery goes back whole"):
        split(the_task(), {line: Amount(30_00, 2)}, reason="x", at=NOON, by=organizer())

    assert not Refund.objects.exists()


def test_two_questions_keep_a_parcel_until_both_are_answered(till):
    payment = sold(till)
    line = payment.order.lines.get()
    at_the_provider(payment, 10_00)
    dispute = till.dispute(payment.charge_id)["id"]
    deliver(till)
    split(the_task(), {line: Amount(10_00)}, reason="x", at=NOON, by=organizer())
    assert Suborder.objects.get().stopped_at

    till.close_dispute(dispute, won=True)
    deliver(till)

    assert Suborder.objects.get().stopped_at is None


def test_what_a_person_stopped_a_person_lets_go(till):
    payment = sold(till)
    facts = {"reason": "She called", "at": NOON, "by": organizer()}
    decide(payment.order_id, is_stopped=True, **facts)
    dispute = till.dispute(payment.charge_id)["id"]
    deliver(till)
    till.close_dispute(dispute, won=True)
    deliver(till)
    assert Suborder.objects.get().stopped_at

    decide(payment.order_id, is_stopped=False, **facts)

    assert Suborder.objects.get().stopped_at is None


def test_a_refund_that_names_no_charge_is_of_no_order(till):
    payment = sold(till)
    Payment.objects.update(charge_id=None)

    take_over_refund(
        RemoteRefund("re_1", True, amount=5_00, currency="USD", operation_uuid="no uuid"), at=NOON
    )

    assert not Operation.objects.exists()
    assert payment.order.is_paid
