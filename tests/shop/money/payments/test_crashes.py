"""Festival cases 91 and 93 and payment cases 21 and 50: processes that are really killed."""

import json
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from shop.catalogue.stock.models import Pool
from shop.money.payments.apply import apply_session
from shop.money.payments.models import GatewayEvent, Operation, Payment
from shop.money.payments.operations import run_operations
from shop.money.payments.provider.outbox import LEASE
from shop.money.payments.sweep import check_unsettled, expire_overdue
from shop.money.payments.webhooks import handle_waiting
from shop.orders.models import Order
from tests import make
from tests.make import NOON
from tests.patience import PATIENCE
from tests.paying import assert_books_agree, begin, deliver, post, set_clocks, the_order
from tests.processes import environment
from tests.shop.money.payments.books import charged, sessions
from tests.shop.money.payments.late import owed_back

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
ROOT = Path(__file__).parents[4]
PAY_BY = NOON + timedelta(minutes=30)


@pytest.fixture
def kill(till):
    """Give a way to start a task in another process that is killed at a point of it."""

    def kill_at(point, task, **facts):
        killed = subprocess.run(
            [sys.executable, "-m", "tests.shop.money.payments.dying", point, task],
            input=json.dumps(facts), env=environment(), cwd=ROOT, timeout=PATIENCE,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert killed.returncode == -signal.SIGKILL, killed.stderr

    return kill_at


def everything_scarce():
    """Make a cart that holds units of a deal and its pool, a promotion and its budget."""
    kettle = make.variant(50_00, on_hand=5)
    festival = make.festival()
    deal = make.deal(kettle, during=festival, price=40_00, allotment=3)
    promotion = make.promotion(festival, value=10_00, budget=30_00, max_uses=3)
    return deal, promotion, make.cart({kettle: 2})


@pytest.mark.parametrize("point", ["before the session is made", "after the session is made"])
def test_case_91_a_kill_before_the_session_is_known_gives_everything_back(till, kill, point):
    deal, promotion, who = everything_scarce()
    kill(point, "pay", token_hash=who.token_hash, network_key=who.network_key)
    assert (the_order().state, Payment.objects.get().state) == ("pending", "creating")
    assert Pool.objects.get().held == 2
    set_clocks(till, PAY_BY)

    assert expire_overdue(at=PAY_BY) == 1

    assert the_order().state == "expired"
    deal.refresh_from_db()
    promotion.refresh_from_db()
    pool = Pool.objects.get()
    assert (pool.on_hand, pool.held, pool.sold) == (5, 0, 0)
    assert (deal.held, deal.sold) == (0, 0)
    assert (promotion.held_uses, promotion.held_amount) == (0, 0)
    made = 1 if point.startswith("after") else 0
    assert [session["status"] for session in sessions(till)] == ["expired"] * made
    assert till.events("charge.succeeded") == []
    assert_books_agree()


def test_case_91_after_the_kill_the_shopper_pays_the_same_order(till, kill):
    _, _, who = everything_scarce()
    kill("before the session is made", "pay", token_hash=who.token_hash,
         network_key=who.network_key)  # fmt: skip
    order = the_order()
    later = NOON + timedelta(minutes=5)
    set_clocks(till, later)

    payment = begin(who, at=later)
    till.pay(payment.session_id)
    apply_session(payment.session_id, at=later)

    assert payment.order_id == order.pk
    assert the_order().is_paid
    assert Pool.objects.get().sold == 2
    assert_books_agree()


def test_case_91_after_the_kill_a_changed_cart_is_paid_instead(till, kill):
    _, _, who = everything_scarce()
    kill("before the session is made", "pay", token_hash=who.token_hash,
         network_key=who.network_key)  # fmt: skip
    later = NOON + timedelta(minutes=5)
    set_clocks(till, later)
    make.cart({make.variant(7_00): 1}, of=who)

    payment = begin(who, at=later)

    assert (payment.state, payment.amount) == ("open", 77_00)
    assert Order.objects.filter(state="pending").get().pk == payment.order_id
    assert Pool.objects.earliest("pk").held == 2
    assert_books_agree()


@pytest.mark.parametrize("way", ["webhook", "poller"])
def test_case_21_a_session_made_before_the_kill_is_adopted_when_it_is_paid(till, kill, way):
    who = make.cart({make.variant(20_00): 1})
    kill("after the session is made", "pay", token_hash=who.token_hash,
         network_key=who.network_key)  # fmt: skip
    (session,) = sessions(till)
    assert (Payment.objects.get().state, Payment.objects.get().session_id) == ("creating", None)
    till.pay(session["id"])

    if way == "webhook":
        deliver(till)
    else:
        check_unsettled(at=NOON + timedelta(minutes=6))
        check_unsettled(at=NOON + timedelta(minutes=12))

    payment = Payment.objects.get()
    assert (payment.state, payment.session_id) == ("paid", session["id"])
    assert the_order().is_paid
    assert charged(till) == [20_00]
    assert len(sessions(till)) == 1
    assert (Pool.objects.get().held, Pool.objects.get().sold) == (0, 1)
    assert_books_agree()


@pytest.mark.parametrize("way", ["sent again", "kept"])
def test_case_93_a_message_stored_before_the_kill_is_applied_once(till, kill, way):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay(payment.session_id)
    event = next(e for e in till.pull() if e["type"] == "checkout.session.completed")
    body, signature = till.sign(event)
    kill("before the message is applied", "take a message", body=body.decode(),
         signature=signature)  # fmt: skip
    assert GatewayEvent.objects.get().state == "new"
    assert the_order().is_pending

    if way == "sent again":
        assert post(event, till) == 200
    else:
        assert handle_waiting(at=PAY_BY) == 1

    assert the_order().is_paid
    assert GatewayEvent.objects.get().state == "done"
    assert Pool.objects.get().sold == 1
    assert_books_agree()


def test_case_50_a_refund_made_before_the_kill_is_made_once_and_recorded(till, kill):
    payment = owed_back(till).payment
    kill("after the refund is made", "move money")
    refund = Operation.objects.get()
    assert (refund.state, refund.remote_id) == ("sending", None)

    assert run_operations(at=NOON) == 0
    assert run_operations(at=NOON + LEASE) == 1

    refund.refresh_from_db()
    made = list(till.world.store.all("refund"))
    assert (refund.state, refund.tries) == ("done", 2)
    assert [r["id"] for r in made] == [refund.remote_id]
    assert Payment.objects.get(pk=payment.pk).state == "refunded"
    assert Order.objects.get(pk=payment.order_id).state == "expired"
    assert_books_agree()
