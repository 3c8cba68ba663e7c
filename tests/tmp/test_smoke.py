import pytest
from datetime import timedelta
from tests import make
from tests.make import NOON
from shop.payments.collecting import start_payment
from shop.payments.requests import Addresses
from shop.orders.models import Order
from shop.payments.models import Payment
from django.test.utils import CaptureQueriesContext
from django.db import connection


@pytest.mark.django_db(transaction=True)
def test_it(sandbox):
    import time

    sandbox.set_offset(int(NOON.timestamp() - time.time()))
    f = make.festival()
    a = make.variant(20_00)
    b = make.variant(50_00)
    d = make.deal(a, during=f, price=15_00, allotment=10)
    p = make.promotion(
        f,
        group="voucher",
        kind="percent",
        value=10,
        trigger="code",
        code="BAOBAB10",
        organizer_share=50,
        budget=100_00,
    )
    who = make.cart({a: 2, b: 1}, codes=("baobab10",))
    ag = make.agreed(who)
    assert ag.total == 77_00
    with CaptureQueriesContext(
        connection,
    ) as q:
        step = start_payment(
            who, agreed=ag, addresses=Addresses("http://x/{order}/", "http://x/c/"), at=NOON
        )
    for s in q:
        if not s["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")):
            print(s["sql"][:150])
    print(step.payment_url, len(q))
    sid = Payment.objects.get().session_id
    sandbox.pay(sid)
    from shop.payments.applying import apply_session

    apply_session(sid, at=NOON + timedelta(minutes=1))
    o = Order.objects.get()
    assert o.state == "paid"
    d.refresh_from_db()
    assert (d.held, d.sold) == (0, 2)
