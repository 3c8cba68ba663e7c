"""Holds calls and answers against Stripe's published specification.

It needs packages that only development installs; where they are missing there is no contract, and
the sandbox works without.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tools.sandbox.specification import DOCUMENT, Schema, parts, published_specification, schemas_of

try:
    from jsonschema import Draft202012Validator, ValidationError
    from referencing.jsonschema import DRAFT202012, EMPTY_REGISTRY
except ImportError:
    Draft202012Validator = None

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
        self._parts = dict(parts(specification, operations))
        self._schemas = schemas_of(specification, self._parts.values())
        document = DRAFT202012.create_resource({"components": {"schemas": self._schemas}})
        self._registry = EMPTY_REGISTRY.with_resource(DOCUMENT, document)
        self._validator = cache(self._make_validator)

    def call_problems(self, method: str, path: str, fields: dict[str, Any]) -> list[Problem]:
        """Return what is wrong with a call's parameters; they are texts, as forms send them."""
        schema = self._parts[f"{method} {path} call"]
        return self._problems(f"{method} {path} call", self._typed(schema, fields))

    def json_problems(self, method: str, path: str, fields: dict[str, Any]) -> list[Problem]:
        """Return what is wrong with a call's parameters that have types already, as JSON has."""
        return self._problems(f"{method} {path} call", fields)

    def answer_problems(self, method: str, path: str, body: Any) -> list[Problem]:
        """Return what is wrong with a successful answer."""
        where = f"{method} {path} answer"
        return [*self._problems(where, body), *self._unknown_fields(where, body, [])]

    def object_problems(self, kind: str, body: Any) -> list[Problem]:
        """Return what is wrong with an object, for instance one inside an event."""
        if kind not in self._schemas:
            return []
        where = f"object {kind}"
        return [*self._problems(where, body), *self._unknown_fields(where, body, [])]

    def fields(self, kind: str) -> set[str]:
        """Return the names of the fields that an object of a kind may have."""
        return set(self._schemas[kind]["properties"])

    def parameters(self, method: str, path: str) -> set[str]:
        """Return the names of the parameters that a call may send."""
        return set(self._parts[f"{method} {path} call"]["properties"])

    def _make_validator(self, where: str) -> Any:
        schema = self._parts.get(where) or {
            "$ref": f"{DOCUMENT}#/components/schemas/{where.removeprefix('object ')}"
        }
        return Draft202012Validator(schema, registry=self._registry)

    def _problems(self, where: str, value: Any) -> list[Problem]:
        return [_problem(where, error) for error in self._validator(where).iter_errors(value)]

    def _unknown_fields(self, where: str, value: Any, steps: list[str | int]) -> Iterator[Problem]:
        """Yield the fields of objects that the specification does not name; it allows any."""
        if isinstance(value, list):
            for place, part in enumerate(value):
                yield from self._unknown_fields(where, part, [*steps, place])
        elif isinstance(value, dict):
            kind = value.get("object")
            is_known = isinstance(kind, str) and kind in self._schemas
            known = {*self.fields(kind), "deleted"} if is_known else value.keys()
            for name, part in value.items():
                if name not in known:
                    yield Problem(where, _name([*steps, name]), f"{kind} has no such field")
                yield from self._unknown_fields(where, part, [*steps, name])

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
    """Return the contract for these operations, or nothing where its packages are missing."""
    specification = published_specification() if Draft202012Validator else None
    return Contract(specification, operations) if specification else None


def _problem(where: str, error: "ValidationError") -> Problem:
    steps = list(error.absolute_path)
    if error.validator == "additionalProperties" and error.validator_value is False:
        steps += [key for key in error.instance if key not in error.schema["properties"]][:1]
        return Problem(where, _name(steps), f"Received unknown parameter: {_name(steps)}")
    return Problem(where, _name(steps), error.message[:200])


def _name(steps: list[str | int]) -> str:
    """Return a field's place as forms write it: ``line_items[0][quantity]``."""
    return "".join(f"[{step}]" if place else str(step) for place, step in enumerate(steps))


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
