"""Holds calls and answers of /v2/core against Stripe's published specification as well.

It is older than the SDK and knows nothing of money management. Where both are known to differ,
the SDK is right.
"""

import re
from typing import Any

from tools.sandbox.contract import Contract, Problem, load_contract
from tools.sandbox.store import Body
from tools.sandbox.v2.routes import WAYS, Way

# The specification of 2026-05 still needs the first, and does not know the second.
KNOWN_DIFFERENCES = re.compile(r"\b(configurations|bank_accounts)\b")

_CORE = frozenset((way.method, way.path) for way in WAYS if way.path.startswith("/v2/core/"))


def published_call_problems(way: Way, fields: dict[str, Any]) -> list[str]:
    """Return what the specification finds wrong with a call that the SDK's types allow."""
    contract = _contract(way)
    problems = contract.json_problems(way.method, way.path, fields) if contract else []
    return [f"{problem.field}: {problem.message}" for problem in problems if not _is_known(problem)]


def published_answer_problems(way: Way, body: Body) -> list[Problem]:
    """Return what the specification finds wrong with an answer; it leaves out what is null."""
    contract = _contract(way)
    if contract is None:
        return []
    shown = {name: _without_nulls(value) for name, value in body.items()}
    kept = shown if way.is_list else _without_nulls(body)
    problems = contract.answer_problems(way.method, way.path, kept)
    return [problem for problem in problems if not _is_known(problem)]


def _contract(way: Way) -> Contract | None:
    return load_contract(_CORE) if (way.method, way.path) in _CORE else None


def _is_known(problem: Problem) -> bool:
    return bool(KNOWN_DIFFERENCES.search(f"{problem.field} {problem.message}"))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nulls(part) for part in value]
    if isinstance(value, dict):
        return {name: _without_nulls(part) for name, part in value.items() if part is not None}
    return value
