import re
from collections.abc import Callable
from dataclasses import dataclass

from tools.sandbox import (
    balance,
    balance_settings,
    disputes,
    endpoints,
    fraud_warnings,
    own_account,
    payouts,
    refunds,
    sessions,
    transfers,
    uploads,
)
from tools.sandbox.errors import Refused
from tools.sandbox.forms import Form
from tools.sandbox.lists import matching, page
from tools.sandbox.store import Body
from tools.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the API, its path written as Stripe's specification writes it.

    ``run`` is called with the world, the ids of the path in their order, and the form.
    """

    method: str
    path: str
    run: Callable[..., Body]


def _read(path: str, kind: str) -> Route:
    """Return an operation that answers with one object."""
    return Route("GET", path, lambda world, object_id, _form: world.store.get(kind, object_id))


def _listed(path: str, kind: str, *by: str) -> Route:
    """Return an operation that answers with a page of objects, newest first.

    Args:
        by: fields by which a call may choose.
    """

    def run(world: World, form: Form) -> Body:
        return page(path, matching(world.store.all(kind), form, *by), form)

    return Route("GET", path, run)


ROUTES = (
    Route("GET", "/v1/account", own_account.retrieve),
    Route("GET", "/v1/balance", balance.retrieve),
    Route("GET", "/v1/balance_settings", balance_settings.retrieve),
    Route("POST", "/v1/balance_settings", balance_settings.update),
    Route("GET", "/v1/balance_transactions", balance.list_lines),
    _listed("/v1/charges", "charge", "payment_intent", "transfer_group", "customer"),
    _read("/v1/charges/{charge}", "charge"),
    Route("GET", "/v1/checkout/sessions", sessions.list_all),
    Route("POST", "/v1/checkout/sessions", sessions.create),
    Route("GET", "/v1/checkout/sessions/{session}", sessions.retrieve),
    Route("POST", "/v1/checkout/sessions/{session}/expire", sessions.expire),
    _listed("/v1/disputes", "dispute", "charge", "payment_intent"),
    _read("/v1/disputes/{dispute}", "dispute"),
    Route("POST", "/v1/disputes/{dispute}", disputes.update),
    _listed("/v1/events", "event", "type"),
    _read("/v1/events/{id}", "event"),
    Route("POST", "/v1/files", uploads.create),
    _listed("/v1/payment_intents", "payment_intent", "customer"),
    _read("/v1/payment_intents/{intent}", "payment_intent"),
    Route("GET", "/v1/payouts", payouts.list_all),
    Route("POST", "/v1/payouts", payouts.create),
    Route("GET", "/v1/payouts/{payout}", payouts.retrieve),
    Route("GET", "/v1/radar/early_fraud_warnings", fraud_warnings.list_all),
    Route("GET", "/v1/radar/early_fraud_warnings/{early_fraud_warning}", fraud_warnings.retrieve),
    _listed("/v1/refunds", "refund", "charge", "payment_intent"),
    Route("POST", "/v1/refunds", refunds.create),
    _read("/v1/refunds/{refund}", "refund"),
    _listed("/v1/transfers", "transfer", "destination", "transfer_group"),
    Route("POST", "/v1/transfers", transfers.create),
    _read("/v1/transfers/{transfer}", "transfer"),
    Route("GET", "/v1/transfers/{id}/reversals", transfers.list_reversals),
    Route("POST", "/v1/transfers/{id}/reversals", transfers.reverse),
    _listed("/v1/webhook_endpoints", "webhook_endpoint"),
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
