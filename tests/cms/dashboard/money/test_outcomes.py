"""Organizers say at the desk what a refund was for, who bears a dispute, and what a payment is."""

import pytest

from shop.money.ledger.balances import balance
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.models import Payment
from shop.orders.models import Order, Refund, Suborder
from tests import make
from tests.paying import assert_books_agree, begin, deliver
from tests.shop.money.payments.test_external import at_the_provider, sold

pytestmark = pytest.mark.django_db
LIST = "/organize/money/"


def where(outcome=""):
    task = MoneyTask.objects.get(state="open")
    return f"{LIST}{task.pk}/" + (f"{outcome}/" if outcome else "")


def test_a_refund_from_outside_is_split_by_line_and_units(desk, till):
    payment = sold(till)
    line = payment.order.lines.get()
    at_the_provider(payment, 15_00)
    deliver(till)
    page = desk.get(where()).text
    assert "$15.00 were paid back at the provider, not by us." in page
    form = desk.get(where("split")).text
    assert "$30.00 left" in form

    answers = {f"paid-{line.pk}": "15.00", f"units-{line.pk}": "1", "reason": "One was broken"}
    answer = desk.post(where("split"), answers, follow=True)

    assert "Written down" in answer.text
    refund = Refund.objects.get()
    assert (refund.cause, refund.amount, refund.reason) == ("outside", 15_00, "One was broken")
    assert line.refund_lines.get().quantity == 1
    assert balance("suspense", "USD") == 0
    assert_books_agree()


@pytest.mark.parametrize("typed", ["14.99", "30.01", "x", ""])
def test_parts_that_are_not_the_amount_are_told_and_nothing_is_lost(desk, till, typed):
    payment = sold(till)
    line = payment.order.lines.get()
    at_the_provider(payment, 15_00)
    deliver(till)

    answers = {f"paid-{line.pk}": typed, f"units-{line.pk}": "0", "reason": "A dent"}
    answer = desk.post(where("split"), answers)

    assert answer.status_code == 422
    assert 'value="A dent"' in answer.text
    assert not Refund.objects.exists()


def test_a_lost_dispute_is_borne_by_store_and_platform(desk, till):
    payment = sold(till)
    till.dispute(payment.charge_id)
    deliver(till)
    page = desk.get(where()).text
    assert "product not received" in page
    assert "Answered" in page
    assert "Say who bears it" not in page
    desk.post(where("answered"), {"reason": "Tracking and signature"})
    till.close_dispute(Dispute.objects.get().remote_id, won=False)
    deliver(till)
    assert "Answered" not in desk.get(where()).text
    part = Suborder.objects.get()
    assert "at most $30.00" in desk.get(where("fault_split")).text

    answers = {str(part.pk): "10", "platform": "20", "reason": "Half of it"}
    desk.post(where("fault_split"), answers)

    assert Dispute.objects.get().borne["platform"] == 20_00
    assert balance("losses", "USD") == 20_00
    assert not MoneyTask.objects.filter(state="open").exists()


def test_a_store_bears_no_more_than_is_left(desk, till):
    payment = sold(till)
    till.dispute(payment.charge_id)
    deliver(till)
    till.close_dispute(Dispute.objects.get().remote_id, won=False)
    deliver(till)
    part = Suborder.objects.get()

    answer = desk.post(where("fault_split"), {str(part.pk): "30.01", "reason": "All"})

    assert answer.status_code == 422
    assert Dispute.objects.get().borne is None


def test_another_amount_is_taken_as_the_sale(desk, till):
    payment = sold_for_less(till)

    desk.post(where("accept_as_sale"), {"reason": "A cent"})

    assert Payment.objects.get().state == "paid"
    assert Order.objects.get().is_paid
    assert desk.get(f"/organize/desk_orders/inspect/{payment.order_id}/").status_code == 200


def sold_for_less(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay(payment.session_id)
    for kind, field in (("payment_intent", "amount_received"), ("charge", "amount")):
        (row,) = till.world.store.all(kind)
        row[field] = 19_99
    deliver(till)
    return payment


def test_the_parcels_of_an_order_are_stopped_and_let_go(desk, till):
    payment = sold(till)
    order = f"/organize/desk_orders/inspect/{payment.order_id}/"
    stop, go = (f"/organize/orders/{payment.order_id}/{name}/" for name in ("stop", "go"))
    assert stop in desk.get(order).text
    assert go not in desk.get(order).text
    assert desk.post(stop, {"reason": ""}).status_code == 422

    desk.post(stop, {"reason": "The shopper called"})

    assert Suborder.objects.get().stopped_at
    page = desk.get(order).text
    assert go in page
    assert "parcels stopped" in page
    desk.post(go, {"reason": "It is all right"})
    assert Suborder.objects.get().stopped_at is None
