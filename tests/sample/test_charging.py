import io

import pytest

from sample import charging
from sample.accounts import provide_accounts
from sample.past import write_past
from sample.progress import Progress
from sample.till import SandboxSilent, press_pay
from shop.core import clock
from shop.core.jobs.models import FailedJob
from shop.money.payments.compare import compare_recent, mismatches
from shop.money.payments.models import GatewayEvent, Operation, Payment
from shop.money.payments.operations import run_operations
from shop.money.payments.provider.gateway import Payer
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.payments.refund import refund_lines
from shop.orders.models import Order, Suborder
from tests.paying import assert_books_agree, deliver
from tests.sample.loaded import DAY_0, six

pytestmark = [pytest.mark.django_db, pytest.mark.long]
FEW, MANY = 6, 90  # of which the second is more than is asked for at once


@pytest.fixture(scope="module")
def sales(six_sellers, django_db_blocker):
    """Write more orders of earlier days; no page of the sandbox took the money of any."""
    with django_db_blocker.unblock():
        write_past(six(), provide_accounts(at=DAY_0), Progress(io.StringIO()))


@pytest.fixture
def uncharged(sales, sold, till):
    """Lend them, and a sandbox that knows nothing of them."""
    return till


def charge(payments):
    return charging.charge(payments, Progress(io.StringIO()), at=clock.now())


def facts():
    """Return all that a charge has to leave as it is."""
    kept = ("pk", "state", "amount", "currency", "method", "made_at", "session_ends_at")
    return [
        list(Payment.objects.order_by("pk").values_list(*kept)),
        list(Order.objects.order_by("pk").values_list("pk", "state", "paid_at", "total")),
        list(Suborder.objects.order_by("pk").values_list("pk", "state")),
    ]


def test_each_earlier_payment_gets_a_charge_and_nothing_else_changes(uncharged):
    every = charging.uncharged()
    assert len(every) == Payment.objects.count() > 400
    Payment.objects.exclude(pk__in=[payment.pk for payment in every[-MANY:]]).delete()
    before = facts()

    assert charge(charging.uncharged()) == MANY

    assert facts() == before
    assert charging.uncharged() == []
    paid = {one.id: one for one in gateway().sessions_since(charging.SINCE)}
    for payment in Payment.objects.all():
        session = paid.pop(payment.session_id)
        assert (session.intent_id, session.charge_id) == (payment.intent_id, payment.charge_id)
        assert (session.received, session.currency) == (payment.amount, payment.currency)
    assert paid == {}
    assert list(mismatches(since=charging.SINCE)) == []
    assert_books_agree()


def test_an_earlier_order_is_refunded_as_any_other(uncharged):
    newest = Payment.objects.order_by("-made_at")[:FEW]
    charge(list(newest))
    waiting = Suborder.objects.filter(state="waiting", order__payments__charge_id__isnull=False)
    line = waiting.order_by("pk").first().lines.first()

    refund = refund_lines(line.order_id, [line.pk], reason="A zero was missing.", at=DAY_0)
    run_operations(at=DAY_0)

    assert refund.operation.state == "queued"
    refund.operation.refresh_from_db()
    assert (refund.operation.state, refund.operation.amount) == ("done", refund.amount)
    there = gateway().refund_now(refund.operation.remote_id)
    assert there.is_final
    assert_books_agree()


def test_a_refund_that_waited_for_the_sandbox_is_sent_with_the_charge(uncharged):
    waiting = Suborder.objects.filter(state="waiting").order_by("pk").first()
    line = waiting.lines.first()
    refund_lines(line.order_id, [line.pk], reason="A zero was missing.", at=DAY_0)

    charge(list(line.order.payments.all()))
    run_operations(at=DAY_0)

    assert Operation.objects.get().state == "done"


def test_messages_about_earlier_payments_change_nothing(uncharged):
    charge(charging.uncharged()[:FEW])
    before = facts()

    assert set(deliver(uncharged)) == {200}

    assert facts() == before
    assert GatewayEvent.objects.exclude(state="done").count() == 0
    assert compare_recent(at=DAY_0) >= FEW
    assert not FailedJob.objects.exists()
    assert_books_agree()


def test_who_died_before_keeping_a_charge_finds_it_again(uncharged):
    paid, opened = charging.uncharged()[:2]
    sessions = [left_behind(payment) for payment in (paid, opened)]
    press_pay(sessions[0].url)

    charge([paid, opened])

    for payment, session in zip((paid, opened), sessions, strict=True):
        payment.refresh_from_db()
        assert payment.session_id == session.id
        assert payment.charge_id
    assert len(list(gateway().sessions_since(charging.SINCE))) == 2


def left_behind(payment):
    """Make a session as a load did that was killed before it could write it down."""
    [asked] = charging._asked((payment,), {}, at=clock.now())
    return gateway().open_checkout(asked.request, whose=Payer(asked.email), key=str(payment.uuid))


def test_without_a_sandbox_charges_wait_for_another_time(sales, sold, demo):
    every = charging.uncharged()

    with pytest.raises(SandboxSilent):
        charge(every)

    assert charging.uncharged() == every
