"""A provider that takes calls and says nothing: one waits for it, the others do not."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import GatewayError, NotPossible
from shop.money.payments import void
from shop.money.payments.call_off import call_off, settle_called_off
from shop.money.payments.models import GatewayEvent, Operation
from shop.money.payments.operations import run_operations
from shop.money.payments.provider import circuit_breaker, stripe_gateway
from shop.money.payments.provider.ask import AT_ONCE
from shop.money.payments.provider.circuit_breaker import REST_SECONDS, TRY_SECONDS, Breaker
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.payments.sweep import expire_overdue
from shop.money.payments.webhooks import handle_waiting
from shop.orders.models import Order
from tests import make
from tests.make import NOON
from tests.patience import PATIENCE
from tests.paying import begin, completed, post, press_pay
from tests.queue import run_queued_work
from tests.shop.money.payments.late import owed_back
from tests.shop.orders.tickets import visits
from tests.silence import silent_server

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=31)


@contextmanager
def silence(settings, monkeypatch):
    """Put a server in the provider's place that accepts and never answers, and knows who came."""
    before = settings.STRIPE_BASE_URL
    with silent_server() as silent, monkeypatch.context() as patience:
        settings.STRIPE_BASE_URL = silent.url
        patience.setattr(stripe_gateway, "READ_SECONDS", 0.4)
        patience.setattr(stripe_gateway, "BRIEF_SECONDS", (PATIENCE, 0.4))
        patience.setattr(
            circuit_breaker, "REST_SECONDS", PATIENCE
        )  # the test comes to its end before
        gateway.cache_clear()
        yield silent
    settings.STRIPE_BASE_URL = before
    gateway.cache_clear()


def test_of_many_overdue_orders_the_first_few_alone_wait(till, settings, monkeypatch):
    kettle = make.variant(20_00)
    for _number in range(3 * AT_ONCE):
        begin(make.cart({kettle: 1}))

    with silence(settings, monkeypatch) as silent:
        assert expire_overdue(at=LATER) == 0
        assert expire_overdue(at=LATER) == 0
        assert 0 < silent.callers <= AT_ONCE

    assert set(Order.objects.values_list("state", flat=True)) == {"pending"}
    assert Pool.objects.get().held == 3 * AT_ONCE
    assert expire_overdue(at=LATER) == 3 * AT_ONCE


def test_the_second_shopper_is_told_at_once(till, settings, monkeypatch):
    kettle = make.variant(20_00)
    with silence(settings, monkeypatch) as silent:
        for _number in range(4):
            with pytest.raises(NotPossible, match="cannot be reached"):
                press_pay(make.cart({kettle: 1}))
        assert silent.callers == 1


def test_the_health_look_ends_the_rest_when_the_provider_is_back(till, settings, monkeypatch):
    with silence(settings, monkeypatch):
        with pytest.raises(GatewayError):
            gateway().session("cs_1")
        door = gateway()
        assert door.is_given_up
    door._breaker.note_answer()

    gateway().knock()

    assert not gateway().is_given_up


def test_after_the_rest_one_tries_and_the_others_wait_for_it():
    now = [0.0]
    made = Breaker(seconds=lambda: now[0])
    made.note_silence()

    assert (made.is_open, made.admit()) == (True, False)
    now[0] = REST_SECONDS + 1
    assert [made.admit() for _number in range(3)] == [True, False, False]
    now[0] += TRY_SECONDS + 1  # whoever tried never came back
    assert made.admit()
    made.note_answer()
    assert [made.admit(), made.admit()] == [True, True]


def test_silence_uses_up_no_try_of_a_refund_or_a_message(till, settings, monkeypatch):
    refund = owed_back(till)
    event = completed(till)
    with silence(settings, monkeypatch):
        run_operations(at=NOON)
        for minutes in range(1, 30):
            run_operations(at=NOON + timedelta(minutes=minutes))
            handle_waiting(at=NOON + timedelta(minutes=minutes))
        refund.refresh_from_db()
        assert (refund.state, refund.tries) == ("queued", 0)
        assert post(event, till) == 200

    assert GatewayEvent.objects.get().tries == 0
    run_operations(at=NOON + timedelta(minutes=31))
    assert Operation.objects.get().state == "done"


def test_a_wrong_price_is_voided_without_waiting_for_the_provider(till, settings, monkeypatch):
    kettle = make.variant(20_00)
    deal = make.deal(kettle, during=make.festival(), price=1_50, allotment=5)
    begin(make.cart({kettle: 1}))

    with silence(settings, monkeypatch) as silent:
        found = void.void_price(deal, reason="A slip", at=NOON)
        assert silent.callers == 0

    assert found.open_orders == 1
    assert Order.objects.get().is_pending
    run_queued_work()
    assert Order.objects.get().state == "expired"


def test_a_session_is_called_off_without_waiting_for_the_provider(till, settings, monkeypatch):
    adult, *_ = visits.session()
    visits.bought(till, {adult: 2})
    begin(make.cart({adult: 1}))
    pool = Pool.objects.get(pk=adult.pool_id)

    with silence(settings, monkeypatch) as silent:
        assert call_off(pool, reason="Rain", at=NOON, by=visits.host_of(adult)) == 1
        assert silent.callers == 0

    run_queued_work()
    assert sorted(Order.objects.values_list("state", flat=True)) == ["expired", "paid"]
    assert Operation.objects.get().amount == 80_00
    settle_called_off.func(pool.pk, 0)
    assert Operation.objects.count() == 1
