import pytest
import stripe

from tests.sandbox.v2 import make

ON = "POST /v2/money_management/outbound_payments"


@pytest.fixture
def recipient(api, sandbox):
    sandbox.fund_storage(100_00)
    return make.recipient(api, sandbox)


def count(api):
    return len(api.v2.money_management.outbound_payments.list().data)


def replayed(made):
    return made.last_response.headers.get("Idempotent-Replayed")


def test_what_succeeded_is_answered_from_memory(api, recipient):
    first, second = (make.payment(api, recipient, key="op-1") for _ in range(2))

    assert (replayed(first), replayed(second)) == (None, "true")
    assert (first.id, count(api)) == (second.id, 1)


def test_what_failed_is_tried_again(api, sandbox, recipient):
    sandbox.adjust_storage(-100_00)
    with pytest.raises(stripe.InsufficientFundsError):
        make.payment(api, recipient, key="op-1")
    sandbox.fund_storage(100_00)

    assert make.payment(api, recipient, key="op-1").status == "processing"

    assert count(api) == 1


@pytest.mark.parametrize("failed_first", [True, False])
def test_the_same_key_with_another_body_is_refused(api, sandbox, recipient, failed_first):
    if failed_first:
        sandbox.adjust_storage(-100_00)
        with pytest.raises(stripe.InsufficientFundsError):
            make.payment(api, recipient, key="op-1")
        sandbox.fund_storage(100_00)
    else:
        make.payment(api, recipient, key="op-1")

    with pytest.raises(stripe.IdempotencyError) as refusal:
        make.payment(api, recipient, 1_00, key="op-1")

    assert (refusal.value.code, refusal.value.http_status) == ("idempotency_error", 400)
    assert count(api) == (0 if failed_first else 1)


def test_the_same_key_elsewhere_or_for_somebody_else_is_refused(api, sandbox, recipient):
    other, money = make.recipient(api, sandbox), api.v2.money_management
    key = {"idempotency_key": "op-1"}
    params = {**make.payment_params(recipient, 1_00), "confirmation_method": "manual"}
    money.payout_intents.create(params, {**key, "stripe_context": recipient})

    with pytest.raises(stripe.IdempotencyError):
        money.payout_intents.create(params, {**key, "stripe_context": other})
    with pytest.raises(stripe.IdempotencyError):
        make.payment(api, recipient, key="op-1")

    assert count(api) == 0


def test_both_halves_of_the_api_have_keys_of_their_own(api, sandbox, recipient):
    sandbox.fund(10_00, "usd")
    make.payment(api, recipient, key="op-1")

    params = {"amount": 1_00, "currency": "usd"}
    assert api.v1.payouts.create(params, {"idempotency_key": "op-1"}).amount == 1_00


def test_a_key_is_forgotten_after_thirty_days_by_the_sandboxs_clock(api, sandbox, recipient):
    made = make.payment(api, recipient, 10_00, key="op-1")
    sandbox.advance(30 * make.DAY - 60)
    assert make.payment(api, recipient, 10_00, key="op-1").id == made.id

    sandbox.advance(60)

    assert make.payment(api, recipient, 10_00, key="op-1").id != made.id
    assert count(api) == 2


def test_case_p36_a_lost_answer_is_found_by_its_key_until_the_key_is_forgotten(
    api, sandbox, recipient
):
    sandbox.fail_next(500, executed=True, on=ON)
    with pytest.raises(stripe.APIError):
        make.payment(api, recipient, 10_00, key="op-1")

    found = make.payment(api, recipient, 10_00, key="op-1")

    assert (replayed(found), count(api)) == ("true", 1)
    sandbox.forget_keys()
    assert make.payment(api, recipient, 10_00, key="op-1").id != found.id


def test_a_failure_before_anything_happens_leaves_the_key_free(api, sandbox, recipient):
    sandbox.fail_next(503, 429, on=ON)
    with pytest.raises(stripe.APIError):
        make.payment(api, recipient, key="op-1")
    with pytest.raises(stripe.RateLimitError):
        make.payment(api, recipient, key="op-1")

    assert count(api) == 0
    assert make.payment(api, recipient, key="op-1").status == "processing"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("blocked_by_stripe", stripe.BlockedByStripeError),
        ("feature_not_enabled", stripe.FeatureNotEnabledError),
        ("quota_exceeded", stripe.QuotaExceededError),
        ("something_new", stripe.InvalidRequestError),
    ],
)
def test_a_failure_is_told_by_any_of_the_sdks_types(api, sandbox, recipient, code, error):
    sandbox.fail_next(400, code=code, on=ON)

    with pytest.raises(error) as refusal:
        make.payment(api, recipient)

    assert (refusal.value.code, count(api)) == (code, 0)
