"""Turns the errors of Stripe's SDK into ours: what was refused, and whether to ask again."""

from __future__ import annotations

from collections.abc import Callable

import requests
import stripe

from shop.core.errors import GatewayError
from shop.money.payments.provider.gateway import FAULT
from shop.money.payments.provider.reading import UNREADABLE, NotUnderstood

# What is refused for what, by the class of the error; most are the newer API's.
BY_CLASS: dict[type[stripe.StripeError], str] = {
    stripe.RateLimitError: "busy",
    stripe.QuotaExceededError: "busy",
    stripe.AuthenticationError: "authentication",
    stripe.PermissionError: "permission",
    stripe.IdempotencyError: "idempotency",
    stripe.InsufficientFundsError: "funds",
    stripe.FeatureNotEnabledError: "not enabled",
    stripe.CapabilityNotEnabledError: "not enabled",
    stripe.FinancialAccountNotOpenError: "not enabled",
    stripe.InvalidPayoutMethodError: "not enabled",
    stripe.BlockedByStripeError: "not enabled",
    stripe.AlreadyCanceledError: "canceled already",
    stripe.NotCancelableError: "too late",
}
PASSING = {"busy", "funds"}


def said_plainly[T](ask: Callable[[], T]) -> T:
    """Ask, and turn the SDK's errors into ours."""
    try:
        return ask()
    except stripe.APIConnectionError as error:
        is_silence = isinstance(error.__cause__, requests.Timeout)
        code = "silent" if is_silence else "broken line"
        raise GatewayError(_said(error), may_retry=True, code=code) from error
    except tuple(BY_CLASS) as error:
        code = BY_CLASS[type(error)]
        raise GatewayError(_said(error), may_retry=code in PASSING, code=code) from error
    except stripe.InvalidRequestError as error:
        code = error.code or "invalid"
        raise GatewayError(_said(error), may_retry=False, code=code) from error
    except UNREADABLE as error:  # the SDK's own, of an answer that is none of its objects
        raise NotUnderstood("answer", "", type(error).__name__) from error
    except stripe.StripeError as error:
        status = error.http_status or 500
        if status < 400:
            raise NotUnderstood("answer", "", "it is no JSON") from error
        # 409: the same key is being worked on at this moment.
        code = FAULT if status >= 500 else "at work" if status == 409 else "refused"
        raise GatewayError(_said(error), may_retry=code != "refused", code=code) from error


def _said(error: stripe.StripeError) -> str:
    # The request's id is what support asks for; the key and the body are never in it.
    # An answer that is no JSON would be quoted whole.
    is_page = error.http_status and not error.json_body
    said = "" if is_page else error.user_message
    return f"{said or type(error).__name__} ({error.request_id or 'no answer'})"
