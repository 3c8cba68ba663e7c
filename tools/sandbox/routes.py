import re
from collections.abc import Callable
from dataclasses import dataclass

from tools.sandbox import (
    balance,
    balance_settings,
    disputes,
    endpoints,
    events,
    fraud_warnings,
    own_account,
    paying,
    payouts,
    refunds,
    sessions,
    transfers,
    uploads,
)
from tools.sandbox.errors import Refused
from tools.sandbox.store import Body


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the API, its path written as Stripe's specification writes it.

    ``run`` is called with the world, the ids of the path in their order, and the form.
    """

    method: str
    path: str
    run: Callable[..., Body]


ROUTES = (
    Route("GET", "/v1/account", own_account.retrieve),
    Route("GET", "/v1/balance", balance.retrieve),
    Route("GET", "/v1/balance_settings", balance_settings.retrieve),
    Route("POST", "/v1/balance_settings", balance_settings.update),
    Route("GET", "/v1/balance_transactions", balance.list_lines),
    Route("GET", "/v1/charges", paying.list_charges),
    Route("GET", "/v1/charges/{charge}", paying.retrieve_charge),
    Route("GET", "/v1/checkout/sessions", sessions.list_all),
    Route("POST", "/v1/checkout/sessions", sessions.create),
    Route("GET", "/v1/checkout/sessions/{session}", sessions.retrieve),
    Route("POST", "/v1/checkout/sessions/{session}/expire", sessions.expire),
    Route("GET", "/v1/disputes", disputes.list_all),
    Route("GET", "/v1/disputes/{dispute}", disputes.retrieve),
    Route("POST", "/v1/disputes/{dispute}", disputes.update),
    Route("GET", "/v1/events", events.list_all),
    Route("GET", "/v1/events/{id}", events.retrieve),
    Route("POST", "/v1/files", uploads.create),
    Route("GET", "/v1/payment_intents", paying.list_intents),
    Route("GET", "/v1/payment_intents/{intent}", paying.retrieve_intent),
    Route("GET", "/v1/payouts", payouts.list_all),
    Route("POST", "/v1/payouts", payouts.create),
    Route("GET", "/v1/payouts/{payout}", payouts.retrieve),
    Route("GET", "/v1/radar/early_fraud_warnings", fraud_warnings.list_all),
    Route("GET", "/v1/radar/early_fraud_warnings/{early_fraud_warning}", fraud_warnings.retrieve),
    Route("GET", "/v1/refunds", refunds.list_all),
    Route("POST", "/v1/refunds", refunds.create),
    Route("GET", "/v1/refunds/{refund}", refunds.retrieve),
    Route("GET", "/v1/transfers", transfers.list_all),
    Route("POST", "/v1/transfers", transfers.create),
    Route("GET", "/v1/transfers/{transfer}", transfers.retrieve),
    Route("GET", "/v1/transfers/{id}/reversals", transfers.list_reversals),
    Route("POST", "/v1/transfers/{id}/reversals", transfers.reverse),
    Route("GET", "/v1/webhook_endpoints", endpoints.list_all),
    Route("POST", "/v1/webhook_endpoints", endpoints.create),
    Route("POST", "/v1/webhook_endpoints/{webhook_endpoint}", endpoints.update),
)

OPERATIONS = frozenset((route.method, route.path) for route in ROUTES)


def find_route(method: str, path: str) -> tuple[Route, list[str]]:
    """Return the operation that a call names, and the ids in its path.

    Raises:
        Refused: the sandbox does not imitate such an operation.
    """
    for route, pattern in _PATTERNS:
        if route.method == method and (match := pattern.fullmatch(path)):
            return route, list(match.groups())
    message = f"Unrecognized request URL ({method}: {path}). The sandbox does not imitate it."
    raise Refused(404, message)


_PATTERNS = [(route, re.compile(re.sub(r"{\w+}", "([^/]+)", route.path))) for route in ROUTES]
