import pytest
import stripe

from tests.sandbox import make
from tools.sandbox.errors import NotPayable, Refused
from tools.sandbox.sessions import DELAYED_METHODS

EXPAND = {"expand": ["payment_intent.latest_charge.balance_transaction"]}


def kinds(sandbox):
    return [event["type"] for event in sandbox.events()]


def test_paying_makes_an_intent_a_charge_and_a_line_of_the_balance(api, sandbox):
    made = make.session(
        api,
        make.line(100_00),
        payment_intent_data={"transfer_group": "order_8c2f", "metadata": {"order": "8c2f"}},
    )

    sandbox.pay(made.id)

    paid = api.v1.checkout.sessions.retrieve(made.id, EXPAND)
    intent, charge = paid.payment_intent, paid.payment_intent.latest_charge
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert (intent.status, intent.amount_received, intent.currency) == ("succeeded", 100_00, "usd")
    assert (charge.paid, charge.status, charge.amount) == (True, "succeeded", 100_00)
    assert (charge.transfer_group, charge.metadata["order"]) == ("order_8c2f", "8c2f")
    line = charge.balance_transaction
    assert (line.amount, line.fee, line.net, line.status) == (100_00, 3_20, 96_80, "pending")


def test_paying_is_told_in_order(api, sandbox):
    sandbox.pay(make.session(api).id)

    assert kinds(sandbox) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    session = sandbox.events("checkout.session.completed")[0]["data"]["object"]
    assert (session["payment_status"], session["amount_total"]) == ("paid", 25_00)


def test_a_session_is_paid_once(api, sandbox):
    made = make.session(api)
    sandbox.pay(made.id)
    before = kinds(sandbox)

    for again in (sandbox.pay, sandbox.decline, sandbox.pay_later, sandbox.settle):
        with pytest.raises(NotPayable):
            again(made.id)

    assert kinds(sandbox) == before
    assert len(api.v1.charges.list().data) == 1


def test_an_expired_session_cannot_be_paid(api, sandbox):
    made = make.session(api)
    sandbox.advance(make.HALF_AN_HOUR + 1)

    with pytest.raises(NotPayable):
        sandbox.pay(made.id)

    assert api.v1.charges.list().data == []


def test_a_refused_payment_leaves_the_session_open_and_a_failed_charge(api, sandbox):
    made = make.session(api)

    sandbox.decline(made.id)

    found = api.v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent.latest_charge"]})
    intent = found.payment_intent
    assert (found.status, found.payment_status) == ("open", "unpaid")
    assert intent.status == "requires_payment_method"
    assert (intent.last_payment_error.code, intent.amount_received) == ("card_declined", 0)
    assert (intent.latest_charge.paid, intent.latest_charge.status) == (False, "failed")
    assert kinds(sandbox) == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
    ]


def test_a_refused_payment_can_be_followed_by_a_good_one(api, sandbox):
    made = make.session(api)
    refused = sandbox.decline(made.id)

    paid = sandbox.pay(made.id)

    assert paid["payment_intent"] == refused["payment_intent"]
    assert [charge.paid for charge in api.v1.charges.list().data] == [True, False]
    intent = api.v1.payment_intents.retrieve(paid["payment_intent"])
    assert (intent.status, intent.last_payment_error) == ("succeeded", None)


def test_expiry_cancels_an_intent_that_was_tried(api, sandbox):
    made = make.session(api)
    sandbox.decline(made.id)

    expired = api.v1.checkout.sessions.expire(made.id, {"expand": ["payment_intent"]})

    assert expired.payment_intent.status == "canceled"
    assert kinds(sandbox)[-2:] == ["payment_intent.canceled", "checkout.session.expired"]


def test_a_delayed_method_completes_the_session_without_money(api, sandbox):
    made = make.session(api)

    sandbox.pay_later(made.id)

    found = api.v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent.latest_charge"]})
    assert (found.status, found.payment_status) == ("complete", "unpaid")
    assert found.payment_intent.status == "processing"
    assert (found.payment_intent.latest_charge.status, found.payment_intent.amount_received) == (
        "pending",
        0,
    )
    assert api.v1.balance_transactions.list().data == []
    assert kinds(sandbox)[-1] == "checkout.session.completed"


def test_delayed_money_arrives(api, sandbox):
    made = make.session(api)
    sandbox.pay_later(made.id)

    sandbox.settle(made.id)

    found = api.v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent.latest_charge"]})
    assert found.payment_status == "paid"
    assert found.payment_intent.latest_charge.paid
    assert kinds(sandbox)[-1] == "checkout.session.async_payment_succeeded"
    with pytest.raises(NotPayable):
        sandbox.settle(made.id)


def test_delayed_money_does_not_arrive(api, sandbox):
    made = make.session(api)
    sandbox.pay_later(made.id)

    sandbox.settle(made.id, ok=False)

    found = api.v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent"]})
    assert (found.status, found.payment_status) == ("complete", "unpaid")
    assert found.payment_intent.status == "requires_payment_method"
    assert kinds(sandbox)[-2:] == [
        "payment_intent.payment_failed",
        "checkout.session.async_payment_failed",
    ]
    with pytest.raises(NotPayable):
        sandbox.settle(made.id)


def test_a_session_offers_a_delayed_method_that_it_does_not_exclude(api, sandbox):
    made = make.session(api, excluded_payment_method_types=["sepa_debit"])

    assert made.payment_method_types == ["card", "us_bank_account"]


def test_a_session_without_delayed_methods_takes_money_at_once_only(api, sandbox):
    made = make.session(api, excluded_payment_method_types=list(DELAYED_METHODS))
    assert made.payment_method_types == ["card"]

    with pytest.raises(Refused):
        sandbox.pay_later(made.id)

    assert api.v1.checkout.sessions.retrieve(made.id).status == "open"
    assert kinds(sandbox) == []


def test_the_money_of_a_charge_becomes_available_after_two_days(api, sandbox):
    make.charge(api, sandbox, 100_00)
    balance = api.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (0, 96_80)

    sandbox.advance(2 * 24 * 60 * 60)

    balance = api.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (96_80, 0)
    assert api.v1.balance_transactions.list().data[0].status == "available"


def test_shipping_reaches_the_charge(api, sandbox):
    shipping = {
        "name": "Lena Brandt",
        "address": {"line1": "Neuer Weg 3", "city": "Bremen", "country": "DE"},
    }
    made = make.session(api, payment_intent_data={"shipping": shipping})

    intent = api.v1.payment_intents.retrieve(
        sandbox.pay(made.id)["payment_intent"], {"expand": ["latest_charge"]}
    )

    assert intent.latest_charge.shipping.address.city == "Bremen"


def test_charges_are_found_by_intent_and_by_group(api, sandbox):
    make.charge(api, sandbox)
    made = make.session(api, payment_intent_data={"transfer_group": "order_1"})
    intent = sandbox.pay(made.id)["payment_intent"]

    by_intent = api.v1.charges.list({"payment_intent": intent}).data
    by_group = api.v1.charges.list({"transfer_group": "order_1"}).data

    assert [c.id for c in by_intent] == [c.id for c in by_group]
    assert len(by_intent) == 1
    assert len(api.v1.payment_intents.list().data) == 2


def test_an_unknown_session_is_unknown(api):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.checkout.sessions.retrieve("cs_test_nope")

    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")
