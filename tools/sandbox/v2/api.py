import json
import logging
from typing import Any

from tools.sandbox.api import Call, authorise
from tools.sandbox.contract import Problem
from tools.sandbox.errors import Refused
from tools.sandbox.forms import decode
from tools.sandbox.idempotency import Answer, to_answer
from tools.sandbox.store import Body
from tools.sandbox.v2 import keys, typed
from tools.sandbox.v2.asked import Asked
from tools.sandbox.v2.published import published_answer_problems, published_call_problems
from tools.sandbox.v2.refusals import INVALID, TYPES, not_found, wrong
from tools.sandbox.v2.routes import Way, find_way
from tools.sandbox.world import Fault, World

log = logging.getLogger(__name__)


def answer(world: World, call: Call) -> Answer:
    """Execute a call of the newer API and return its answer. The caller holds the lock."""
    authorise(world, call)
    way, ids = find_way(call.method, call.path)
    asked = _read(world, way, call)
    fault = world.take_fault(call.name)
    saved = call.key, call.name, asked.context, asked.fields
    found = keys.find_success(world, *saved) if call.key else None
    if found is None and (fault is None or fault.executed):
        found = _execute(world, way, ids, asked)
        if call.key:
            keys.keep(world, *saved, found)
    return _failure(fault) if fault else found


def _execute(world: World, way: Way, ids: list[str], asked: Asked) -> Answer:
    try:
        body = way.run(world, *ids, asked)
    except Refused as refusal:
        return to_answer(refusal.status, refusal.body)
    return to_answer(200, _shown(world, way, body))


def _read(world: World, way: Way, call: Call) -> Asked:
    fields, query = _fields(way, call)
    context = call.headers.get("stripe-context") or None
    if context and not world.store.find("v2.core.account", context):
        raise not_found("account", context)
    page = fields.pop("page", None)
    problems = typed.call_problems(way.params, fields)
    if world.contract and not problems:
        problems = published_call_problems(way, fields)
    if problems:
        raise wrong("; ".join(problems))
    return Asked({**fields, **({"page": page} if page else {})}, context, query)


def _fields(way: Way, call: Call) -> tuple[dict[str, Any], str]:
    if call.method != "POST":
        return typed.convert(way.params, decode(call.text)), call.text
    try:
        fields = json.loads(call.text or "{}")
    except ValueError:
        raise wrong("The body is not JSON.") from None
    if not isinstance(fields, dict):
        raise wrong("The body is no JSON object.")
    return fields, ""


def _shown(world: World, way: Way, body: Body) -> Body:
    """Return an answer with every field that it could have, and note where it breaks its type."""
    rows = body["data"] if way.is_list else [body]
    whole = rows if way.kind is None else [_checked(world, way, row) for row in rows]
    shown = {**body, "data": whole} if way.is_list else whole[0]
    if world.contract:
        _note(world, published_answer_problems(way, shown))
    return shown


def _checked(world: World, way: Way, body: Body) -> Body:
    told = world.setting("unchecked", "id", None)
    if world.contract and (told is None or body.get("id") != told):
        where = f"{way.method} {way.path} answer"
        parts = [problem.partition(": ") for problem in typed.answer_problems(way.kind, body)]
        _note(world, [Problem(where, field, message) for field, _colon, message in parts])
    return typed.complete(typed.type_of(way.kind, body), body)


def _note(world: World, problems: list[Problem]) -> None:
    for problem in problems:
        log.error("Stripe's contract is broken: %s", problem)
        world.problems.append(problem)


def _failure(fault: Fault) -> Answer:
    kind = fault.code if fault.code in TYPES else INVALID
    error = Refused(
        fault.status,
        "The sandbox was told to fail here.",
        type="api_error" if fault.status >= 500 else kind,
        code=fault.code or {409: "lock_timeout", 429: "rate_limit"}.get(fault.status) or "failed",
    )
    return to_answer(error.status, error.body)
