import time

import pytest
import stripe

from tests.sandbox import make

MINUTE = 60
HOUR = 60 * MINUTE


def test_a_session_adds_up_its_lines_and_opens_a_page(api, running):
    made = make.session(api, make.line(12_50, 2, "eur", "Mask"), make.line(9_99, 1, "eur"))

    assert (made.amount_total, made.amount_subtotal, made.currency) == (34_99, 34_99, "eur")
    assert (made.status, made.payment_status, made.mode) == ("open", "unpaid", "payment")
    assert made.payment_intent is None
    assert made.url == f"{running.url}/pay/{made.id}"
    assert made.id.startswith("cs_test_")


def test_a_session_keeps_what_the_shop_said_about_it(api):
    made = make.session(
        api,
        client_reference_id="BB-204",
        customer_email="ama@example.org",
        locale="fr",
        metadata={"order": "8c2f"},
    )

    found = api.v1.checkout.sessions.retrieve(made.id)

    assert (found.client_reference_id, found.customer_email) == ("BB-204", "ama@example.org")
    assert (found.locale, found.metadata["order"]) == ("fr", "8c2f")


@pytest.mark.parametrize("seconds", [30 * MINUTE, 31 * MINUTE, 24 * HOUR])
def test_a_session_may_live_thirty_minutes_to_a_day(api, seconds):
    moment = int(time.time()) + seconds

    assert make.session(api, expires_at=moment).expires_at == moment


def test_a_session_lives_a_day_unless_told_otherwise(api):
    params = make.session_params()
    del params["expires_at"]

    made = api.v1.checkout.sessions.create(params)

    assert made.expires_at == made.created + 24 * HOUR


@pytest.mark.parametrize("seconds", [-5, 29 * MINUTE, 24 * HOUR + MINUTE])
def test_a_session_cannot_live_shorter_or_longer(api, seconds):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        make.session(api, expires_at=int(time.time()) + seconds)

    assert refusal.value.param == "expires_at"
    assert api.v1.checkout.sessions.list().data == []


def test_life_is_counted_from_the_sandboxes_own_clock(api, sandbox):
    sandbox.set_offset(3 * HOUR)

    made = make.session(api, expires_at=int(time.time()) + 3 * HOUR + 31 * MINUTE)

    assert made.status == "open"
    with pytest.raises(stripe.InvalidRequestError):
        make.session(api, expires_at=int(time.time()) + 31 * MINUTE)


def test_a_hundred_lines_are_the_most(api):
    made = make.session(api, *[make.line(1_00)] * 100)

    assert made.amount_total == 100_00
    with pytest.raises(stripe.InvalidRequestError, match="at most 100"):
        make.session(api, *[make.line(1_00)] * 101)


def test_a_session_has_one_currency(api):
    with pytest.raises(stripe.InvalidRequestError, match="same currency"):
        make.session(api, make.line(currency="usd"), make.line(currency="eur"))


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"line_items": []}, "line_items"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0][price_data][product_data][name]"),
        ({"success_url": None}, "success_url"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"cancel_url": "http://shop.example/\nx"}, "cancel_url"),
        ({"mode": "subscription"}, "mode"),
        ({"customer_email": "nobody"}, "customer_email"),
        ({"excluded_payment_method_types": ["card"]}, "excluded_payment_method_types"),
        ({"allow_promotion_codes": True}, "allow_promotion_codes"),
        ({"automatic_tax": {"enabled": True}}, "automatic_tax"),
        ({"shipping_options": [{"shipping_rate": "shr_1"}]}, "shipping_options"),
        ({"metadata": {"order": "x" * 501}}, "metadata[order]"),
        ({"metadata": {"k" * 41: "x"}}, f"metadata[{'k' * 41}]"),
        ({"metadata": {str(n): "x" for n in range(1, 52)}}, "metadata"),
    ],
)
def test_a_session_refuses_what_is_missing_wrong_or_not_imitated(api, changes, param):
    params = {**make.session_params(), **changes}
    params = {name: value for name, value in params.items() if value is not None}

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.checkout.sessions.create(params)

    assert refusal.value.param == param
    assert api.v1.checkout.sessions.list().data == []


@pytest.mark.parametrize(
    "broken",
    [
        make.line(quantity=0),
        make.line(amount=-1),
        make.line(currency="xyz"),
        make.line(currency="ghs"),
    ],
)
def test_a_line_refuses_wrong_quantities_amounts_and_currencies(api, broken):
    with pytest.raises(stripe.InvalidRequestError):
        make.session(api, broken)

    assert api.v1.checkout.sessions.list().data == []


def test_a_session_expires_when_its_time_is_up(api, sandbox):
    made = make.session(api)
    sandbox.advance(30 * MINUTE)
    assert api.v1.checkout.sessions.retrieve(made.id).status == "open"

    sandbox.advance(2 * MINUTE)

    found = api.v1.checkout.sessions.retrieve(made.id)
    assert (found.status, found.payment_status, found.url) == ("expired", "unpaid", None)
    assert [event["type"] for event in sandbox.events()] == ["checkout.session.expired"]


def test_a_session_expires_when_the_shop_says_so(api, sandbox):
    made = make.session(api)

    assert api.v1.checkout.sessions.expire(made.id).status == "expired"

    assert len(sandbox.events("checkout.session.expired")) == 1
    with pytest.raises(stripe.InvalidRequestError, match="status of expired"):
        api.v1.checkout.sessions.expire(made.id)
    assert len(sandbox.events("checkout.session.expired")) == 1


def test_a_paid_session_cannot_expire(api, sandbox):
    made = make.session(api)
    sandbox.pay(made.id)

    with pytest.raises(stripe.InvalidRequestError, match="status of complete"):
        api.v1.checkout.sessions.expire(made.id)

    sandbox.advance(HOUR)
    assert api.v1.checkout.sessions.retrieve(made.id).status == "complete"


def test_sessions_are_found_by_payment_intent_and_by_status(api, sandbox):
    paid, opened = make.session(api), make.session(api)
    intent = sandbox.pay(paid.id)["payment_intent"]

    found = api.v1.checkout.sessions.list({"payment_intent": intent})

    assert [session.id for session in found.data] == [paid.id]
    open_ones = api.v1.checkout.sessions.list({"status": "open"})
    assert [session.id for session in open_ones.data] == [opened.id]
