import base64
import binascii
import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tools.sandbox.errors import Refused, invalid
from tools.sandbox.expanding import expand
from tools.sandbox.forms import Form, decode
from tools.sandbox.idempotency import Answer, keep, replayed, to_answer
from tools.sandbox.routes import Route, find_route
from tools.sandbox.shapes import API_VERSION
from tools.sandbox.spoiling import spoiled
from tools.sandbox.store import Body
from tools.sandbox.world import Fault, World

log = logging.getLogger(__name__)
NEWER_METHODS = frozenset({"paypay", "sequra"})
"""Methods of the SDK's version that the published specification does not know yet."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the API. ``text`` is its form, from the body or from the query."""

    method: str
    path: str
    text: str
    headers: dict[str, str]

    @property
    def name(self) -> str:
        """Return the method and the path, by which faults and idempotency keys know the call."""
        return f"{self.method} {self.path}"

    @property
    def key(self) -> str:
        """Return the idempotency key; only POST has one, and DELETE in the newer half."""
        has_key = self.method == "POST" or (self.method == "DELETE" and self.is_newer)
        return self.headers.get("idempotency-key", "") if has_key else ""

    @property
    def is_newer(self) -> bool:
        """Tell whether it belongs to the newer half of the API."""
        return self.path.startswith("/v2/")


def answer(world: World, call: Call, execute: Callable[[World, Call], Answer]) -> Answer:
    """Return the answer to a call, in Stripe's words when it is refused.

    Args:
        execute: finds the answer, in this half of the API or in the newer one.
    """
    request = f"req_{secrets.token_hex(7)}"
    with world.lock:
        world.request = {"id": request, "idempotency_key": call.key or None}
        try:
            found = execute(world, call)
        except Refused as refusal:
            found = to_answer(refusal.status, refusal.body)
        finally:
            world.request = None
            world.store.commit()
    headers = {"Request-Id": request, "Stripe-Version": API_VERSION, **found.headers}
    if call.key:
        headers["Idempotency-Key"] = call.key
    is_spoiled = world.spoils and found.status == 200
    text = spoiled(found.text, world.spoils) if is_spoiled else found.text
    return Answer(found.status, text, headers)


def is_authorised(world: World, headers: dict[str, str]) -> bool:
    """Tell whether a request carries the sandbox's key."""
    return hmac.compare_digest(_given_key(headers).encode(), world.options.key.encode())


def authorise(world: World, call: Call) -> None:
    """Refuse a call that does not carry the sandbox's key, or acts for a connected account."""
    given = _given_key(call.headers)
    if not given:
        raise Refused(401, "You did not provide an API key.")
    if not is_authorised(world, call.headers):
        raise Refused(401, f"Invalid API Key provided: {given[:7]}****")
    if "stripe-account" in call.headers or ("stripe-context" in call.headers and not call.is_newer):
        raise invalid("The sandbox does not act on behalf of connected accounts.")


def execute(world: World, call: Call) -> Answer:
    """Execute a call and return its answer. The caller holds the lock."""
    authorise(world, call)
    route, ids = find_route(call.method, call.path)
    fields = decode(call.text)
    _check_call(world, route, fields)
    fault = world.take_fault(call.name)
    result = replayed(world, call.key, call.name, fields) if call.key else None
    if result is None:
        run = partial(_execute, world, route, ids, fields)
        result, final = _unless_failing(run, fault)
        if call.key and final:
            keep(world, call.key, call.name, fields, result)
    return _failure(fault) if fault else result


def _unless_failing(
    run: Callable[[], tuple[Answer, bool]], fault: Fault | None
) -> tuple[Answer, bool]:
    """Return the answer that belongs to the call, and whether it stays under its key."""
    executed = run() if fault is None or fault.executed else None
    if fault and fault.saved:
        return _failure(fault), True
    return executed or (_failure(fault), False)


def _execute(
    world: World, route: Route, ids: list[str], fields: dict[str, Any]
) -> tuple[Answer, bool]:
    form, done = Form(fields), False
    try:
        body = route.run(world, *ids, form)
        done = True
        for path in form.texts("expand"):
            body = expand(world, body, path)
    except Refused as refusal:
        return to_answer(refusal.status, refusal.body), refusal.saved or done
    _check_answer(world, route, body)
    return to_answer(200, body), True


def _failure(fault: Fault) -> Answer:
    error = Refused(
        fault.status,
        "The sandbox was told to fail here.",
        type="api_error" if fault.status >= 500 else "invalid_request_error",
        code=fault.code or {409: "lock_timeout", 429: "rate_limit"}.get(fault.status),
    )
    found = to_answer(error.status, error.body)
    if fault.saved:
        return Answer(found.status, found.text, {"Stripe-Should-Retry": "false"})
    return found


def _given_key(headers: dict[str, str]) -> str:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(credentials).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def _check_call(world: World, route: Route, fields: dict[str, Any]) -> None:
    if world.contract:
        # The published specification is older than the SDK, and does not know its version yet.
        newest = ("api_version", API_VERSION)
        told = {name: value for name, value in fields.items() if (name, value) != newest}
        if excluded := told.get("excluded_payment_method_types"):
            told["excluded_payment_method_types"] = [m for m in excluded if m not in NEWER_METHODS]
        for problem in world.contract.call_problems(route.method, route.path, told):
            known = problem.message.startswith("Received unknown parameter")
            code = "parameter_unknown" if known else None
            raise invalid(problem.message, problem.field or None, code)


def _check_answer(world: World, route: Route, body: Body) -> None:
    if world.contract:
        for problem in world.contract.answer_problems(route.method, route.path, body):
            log.error("Stripe's contract is broken: %s", problem)
            world.problems.append(problem)
