from uuid import uuid4

from django.db import transaction

from shop.money.payments.apply import apply_session
from shop.money.payments.models import Operation, Payment
from shop.money.payments.open_session import open_session
from shop.orders import end
from tests import make
from tests.make import NOON
from tests.paying import begin


def owed_back(sandbox):
    """Return the refund of money that came when the goods were gone."""
    kettle = make.variant(20_00, on_hand=1)
    payment = begin(make.cart({kettle: 1}))
    with transaction.atomic():
        end.expire(end.lock(payment.order_id), at=NOON)
    make.order({kettle: 1})
    sandbox.pay(payment.session_id)
    apply_session(payment.session_id, at=NOON)
    return Operation.objects.get(payment=payment)


def twin_of(payment):
    """Return a second open session of the same order, as a fault of ours might leave it."""
    twin = Payment.objects.get(pk=payment.pk)
    twin.pk, twin.uuid, twin.session_id, twin.session_url = None, uuid4(), None, ""
    twin.state, twin.request = "creating", payment.request | {"payment": str(twin.uuid)}
    twin.save(force_insert=True)
    return open_session(twin, at=NOON)
