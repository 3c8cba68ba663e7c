import pytest
import stripe

from tests.sandbox import make

DAY = 24 * 60 * 60


def refund(api, charge, key, amount=10_00):
    return api.v1.refunds.create({"charge": charge, "amount": amount}, {"idempotency_key": key})


def replayed(made):
    return made.last_response.headers.get("Idempotent-Replayed")


def count(api):
    return len(api.v1.refunds.list().data)


@pytest.fixture
def charge(api, sandbox):
    return make.charge(api, sandbox, 100_00)


def test_the_same_call_is_answered_from_memory(api, charge):
    first, second = refund(api, charge, "op-1"), refund(api, charge, "op-1")

    assert (replayed(first), replayed(second)) == (None, "true")
    assert first.id == second.id
    assert second.last_response.headers["Original-Request"] == first.last_response.request_id
    assert count(api) == 1


def test_the_same_key_with_other_parameters_is_refused(api, charge):
    refund(api, charge, "op-1")

    with pytest.raises(stripe.IdempotencyError, match="same parameters") as refusal:
        refund(api, charge, "op-1", amount=10_01)

    assert refusal.value.http_status == 400
    assert count(api) == 1


def test_the_same_key_at_another_endpoint_is_refused(api, charge):
    refund(api, charge, "op-1")

    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        api.v1.checkout.sessions.create(make.session_params(), {"idempotency_key": "op-1"})

    assert len(api.v1.checkout.sessions.list().data) == 1


def test_a_key_is_forgotten_after_a_day(api, sandbox, charge):
    refund(api, charge, "op-1")
    sandbox.advance(DAY - 60)
    assert replayed(refund(api, charge, "op-1"))

    sandbox.advance(60)

    assert not replayed(refund(api, charge, "op-1"))
    assert count(api) == 2


def test_wrong_parameters_leave_the_key_free(api, charge):
    with pytest.raises(stripe.InvalidRequestError):
        refund(api, charge, "op-1", amount=0)

    assert not replayed(refund(api, charge, "op-1"))


def test_what_was_done_before_its_answer_was_refused_is_not_done_again(api, charge):
    params = {"charge": charge, "amount": 10_00, "expand": ["nope"]}
    for _attempt in range(2):
        with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
            api.v1.refunds.create(params, {"idempotency_key": "op-1"})

    assert count(api) == 1


def test_a_refusal_by_the_state_of_things_stays_under_the_key(api, sandbox, charge):
    account = make.account(api)
    params = {
        "amount": 1_00,
        "currency": "usd",
        "destination": account,
        "source_transaction": charge,
    }
    for _attempt in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            api.v1.transfers.create(params, {"idempotency_key": "op-1"})
        assert refusal.value.code == "insufficient_capabilities_for_transfer"
        sandbox.onboard_recipient(account, bank=False)

    assert refusal.value.headers["Idempotent-Replayed"] == "true"
    assert api.v1.transfers.create(params, {"idempotency_key": "op-2"}).amount == 1_00


def test_a_failure_before_the_call_was_executed_leaves_the_key_free(api, sandbox, charge):
    sandbox.fail_next(500)
    with pytest.raises(stripe.APIError):
        refund(api, charge, "op-1")
    assert count(api) == 0

    assert not replayed(refund(api, charge, "op-1"))
    assert count(api) == 1


def test_a_lost_answer_is_given_again(api, sandbox, charge):
    sandbox.fail_next(503, executed=True)
    with pytest.raises(stripe.APIError):
        refund(api, charge, "op-1")
    assert count(api) == 1

    again = refund(api, charge, "op-1")

    assert (replayed(again), again.amount) == ("true", 10_00)
    assert count(api) == 1


def test_the_sdk_itself_recovers_a_lost_answer(running, api, sandbox, charge):
    patient = make.client(running.url, retries=1)
    sandbox.fail_next(503, executed=True, on="POST /v1/refunds")

    made = patient.v1.refunds.create({"charge": charge})

    assert replayed(made) == "true"
    assert count(api) == 1


@pytest.mark.parametrize("executed", [True, False])
def test_a_saved_failure_is_given_again(running, api, sandbox, charge, executed):
    patient = make.client(running.url, retries=2)
    sandbox.fail_next(500, executed=executed, saved=True)

    for _attempt in range(2):
        with pytest.raises(stripe.APIError) as failure:
            refund(patient, charge, "op-1")
        assert failure.value.http_status == 500

    assert failure.value.headers["Idempotent-Replayed"] == "true"
    assert count(api) == executed


def test_failures_come_in_their_order_and_only_where_they_belong(api, sandbox, charge):
    sandbox.fail_next(429, 500, on="POST /v1/refunds")
    assert api.v1.charges.retrieve(charge).paid

    with pytest.raises(stripe.RateLimitError):
        refund(api, charge, "op-1")
    with pytest.raises(stripe.APIError):
        refund(api, charge, "op-1")

    assert refund(api, charge, "op-1").amount == 10_00


def test_two_calls_without_a_key_of_their_own_are_two_calls(api, charge):
    for _attempt in range(2):
        api.v1.refunds.create({"charge": charge, "amount": 10_00})

    assert count(api) == 2


def test_a_key_has_at_most_255_characters(api, charge):
    assert refund(api, charge, "k" * 255).amount == 10_00

    with pytest.raises(stripe.InvalidRequestError):
        refund(api, charge, "k" * 256)

    assert count(api) == 1
