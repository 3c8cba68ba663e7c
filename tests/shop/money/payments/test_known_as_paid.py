"""A message about a payment that is known as paid asks the provider nothing; others do."""

import pytest

from shop.money.payments.apply import apply_session
from shop.money.payments.models import GatewayEvent, Payment
from tests.emptying import in_any_step
from tests.make import NOON
from tests.paying import completed, post
from tests.shop.money.payments.standing import standing

pytestmark = pytest.mark.django_db


def test_of_what_is_known_as_paid_the_provider_is_not_asked_again(till, payment):
    till.pay(payment.session_id)
    apply_session(payment.session_id, at=NOON)  # the page on which the shopper comes back
    before = standing(till)
    till.fail_next(*[503] * 20)

    assert post(completed(till), till) == 200

    assert GatewayEvent.objects.get().state == GatewayEvent.State.DONE
    assert standing(till) == before


@pytest.mark.parametrize("state", sorted({*Payment.State.values} - {Payment.State.PAID}))
def test_of_what_is_not_known_as_paid_it_is_asked(till, payment, state):
    till.pay(payment.session_id)
    with in_any_step(Payment):
        Payment.objects.filter(pk=payment.pk).update(state=state)
    till.fail_next(*[503] * 20)

    assert post(completed(till), till) == 200

    assert GatewayEvent.objects.get().state == GatewayEvent.State.NEW
