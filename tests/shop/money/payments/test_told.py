"""What the provider is told of a payment: Radar and the shopper's bank judge by it."""

import pytest

from shop.money.payments.models import Payment
from shop.money.payments.open_session import open_session
from shop.money.payments.provider.requests import Addresses, checkout_request, suffix_of
from shop.money.payments.provider.stripe_shapes import KNOWN_AT_ONCE, METHODS
from shop.orders.freeze import frozen_rows
from tests import make
from tests.make import NOON
from tests.paying import begin
from tests.shop.money.settlements.earned import DAY

pytestmark = pytest.mark.django_db


def intent_of(till, payment):
    till.pay(payment.session_id)
    session = till.world.store.get("checkout.session", payment.session_id)
    return till.world.store.get("payment_intent", session["payment_intent"])


def test_the_bank_is_told_what_for_and_where_it_goes(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    order, contact = payment.order, payment.order.contact

    intent = intent_of(till, payment)

    store = order.suborders.get().merchant.name
    assert intent["description"] == f"Order {order.number}: {store}"
    assert intent["statement_descriptor_suffix"] == suffix_of(order.number)
    shipping = intent["shipping"]
    assert (shipping["name"], shipping["address"]["line1"]) == (contact.name, contact.line1)
    assert shipping["address"]["country"] == contact.country


def test_of_a_visit_no_address_is_told(till):
    seat = make.variant(20_00, session_start=NOON + 9 * DAY)

    payment = begin(make.cart({seat: 1}))

    assert not payment.request["is_sent"]
    assert intent_of(till, payment)["shipping"] is None


def test_the_kept_request_names_no_person(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    contact = payment.order.contact

    kept = str(payment.request)

    assert contact.email not in kept
    assert contact.name not in kept
    assert contact.line1 not in kept


@pytest.mark.parametrize(
    ("number", "suffix"),
    [("BB-2026-100457", "BB-100457"), ("BAOBAB-2026-123456789", "BA-3456789"), ("X12", "X12")],
)
def test_what_stands_on_the_statement_fits_behind_the_shop_s_name(number, suffix):
    assert suffix_of(number) == suffix
    assert len(suffix) <= 10


def test_a_session_that_was_asked_for_before_is_repeated_as_it_was(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    old = {
        k: v for k, v in payment.request.items() if k not in ("description", "suffix", "is_sent")
    }
    payment.delete()
    earlier = Payment.objects.create(
        order=payment.order, amount=20_00, currency="USD", made_at=NOON,
        session_ends_at=payment.session_ends_at, request=old,
    )  # fmt: skip

    assert intent_of(till, open_session(earlier, at=NOON))["description"] is None


def test_where_nothing_may_wait_only_methods_are_offered_that_are_known_at_once(till):
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=10_00, allotment=3)
    payment = begin(make.cart({kettle: 1}))

    session = till.world.store.get("checkout.session", payment.session_id)

    assert payment.request["is_urgent"]
    assert session["payment_method_types"] == ["card"]


def test_a_method_that_nobody_has_looked_at_is_left_out():
    assert KNOWN_AT_ONCE < METHODS
    delayed = {"sepa_debit", "us_bank_account", "boleto", "customer_balance", "sofort", "payto"}
    assert delayed <= METHODS - KNOWN_AT_ONCE


def test_the_request_says_whether_something_is_sent(till):
    order = make.order({make.variant(20_00): 1})

    asked = checkout_request(
        Payment(order=order), frozen_rows(order), Addresses("/{order}", "/{order}"), ends_at=NOON
    )

    assert asked["is_sent"]
