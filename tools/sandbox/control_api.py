"""The controls over HTTP, for tests against a separate process.

Only programs on this machine reach them: the peer and the Host header must be loopback, nothing
may have been forwarded, no browser may have sent it, and the API's key is asked for as well.
"""

import json
from dataclasses import asdict, is_dataclass
from http import HTTPStatus
from typing import Any

from tools.sandbox.api import is_authorised
from tools.sandbox.controls import Sandbox
from tools.sandbox.errors import NotPayable, Refused
from tools.sandbox.forms import names
from tools.sandbox.guards import is_loopback
from tools.sandbox.web import Request, Response

_METHODS = names(
    "reset advance set_offset fail_next silence spoil mend forget_keys pay decline pay_later settle"
    " onboard set_transfers pay_out fund settle_topup settle_payout book_line change_fee lose_line"
    " hold_refunds settle_refund dispute warn_of_fraud close_dispute close_inquiry escalate appeal"
    " dashboard_refund dashboard_transfer dashboard_reversal events pull redeliver deliveries"
    " wait_until_delivered roll_secret drop_old_secrets onboard_recipient set_capability"
    " close_account restrict_method post_payment fail_payment return_payment review_payment"
    " approve_payment set_payment fund_storage adjust_storage empty_storage open_storage"
    " thin_events pull_thin"
)
_FROM_ELSEWHERE = ("forwarded", "x-forwarded-for", "x-real-ip", "via", "origin", "sec-fetch-site")


def respond(sandbox: Sandbox, request: Request) -> Response:
    """Run a control and return its result as JSON.

    ``POST /_control/advance`` with ``{"seconds": 60}`` calls ``advance(seconds=60)``; a list is
    taken as arguments in order. ``GET /_control/`` shows the state of the sandbox.
    """
    if not _is_from_here(request):
        return _json(HTTPStatus.FORBIDDEN, {"error": "Controls answer programs on this machine."})
    if not is_authorised(sandbox.world, request.headers):
        return _json(HTTPStatus.UNAUTHORIZED, {"error": "Send the sandbox's key as a bearer."})
    name = request.segments[1] if len(request.segments) > 1 else ""
    if request.method == "GET" and not name:
        return _json(HTTPStatus.OK, _state(sandbox))
    if request.method != "POST" or name not in _METHODS:
        return _json(HTTPStatus.NOT_FOUND, {"error": f"There is no control named {name!r}."})
    try:
        return _json(HTTPStatus.OK, {"result": _run(sandbox, name, request.body)})
    except (Refused, NotPayable, TypeError, ValueError) as problem:
        return _json(HTTPStatus.BAD_REQUEST, {"error": str(problem)})


def _run(sandbox: Sandbox, name: str, body: str) -> Any:
    arguments = json.loads(body or "{}")
    if isinstance(arguments, list):
        return getattr(sandbox, name)(*arguments)
    statuses = arguments.pop("statuses", [])
    return getattr(sandbox, name)(*statuses, **arguments)


def _state(sandbox: Sandbox) -> dict[str, Any]:
    return {
        "contract": sandbox.world.contract is not None,
        "contract_errors": sandbox.contract_errors,
        "now": sandbox.world.now(),
        "offset": sandbox.world.clock.offset,
    }


def _is_from_here(request: Request) -> bool:
    host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    direct = not any(name in request.headers for name in _FROM_ELSEWHERE)
    return direct and is_loopback(request.peer) and is_loopback(host.strip("[]"))


def _json(status: int, content: Any) -> Response:
    text = json.dumps(content, default=_plain, indent=2)
    return Response(status, text.encode(), "application/json")


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return asdict(value)
    raise TypeError(f"{value!r} has no JSON form.")
