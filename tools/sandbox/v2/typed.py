"""Holds calls, answers and events of the newer API against the types that the SDK declares.

No package carries a specification of all of it. The SDK names each parameter in a TypedDict and
each field in an annotation; what it leaves open, such as patterns, is not checked.
"""

import sys
import types
import typing
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from stripe import StripeObject
from stripe.events._event_classes import get_v2_event_class, get_v2_event_notification_class
from stripe.v2.core._event import UnknownEventNotification
from typing_extensions import is_typeddict

_PLAIN = (str, int, bool, float, type(None))
_MACHINERY = frozenset({"OBJECT_NAME"})
_ROOMS = ("core", "money_management", "money_management.test_helpers")


@cache
def find_type(name: str, *, of: str = "stripe.v2") -> Any:
    """Return a class of the SDK by its place, such as ``core.Account``."""
    room, _, kind = name.rpartition(".")
    return getattr(import_module(f"{of}.{room}"), kind)


def call_problems(params: str, fields: dict[str, Any]) -> list[str]:
    """Return what is wrong with a call's parameters."""
    return [f"{text}." for text in _differences(find_type(params, of="stripe.params.v2"), fields)]


def convert(params: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Give the texts of a query the types that its parameters have."""
    return _converted(find_type(params, of="stripe.params.v2"), fields)


def answer_problems(name: str, body: dict[str, Any]) -> list[str]:
    """Return what is wrong with an object that is answered."""
    return list(_differences(type_of(name, body), body))


def complete(kind: Any, body: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of an object with every field that it may lack as null, at every depth."""
    whole = {name: None for name, (_type, may_lack) in fields_of(kind).items() if may_lack}
    for name, value in body.items():
        known = fields_of(kind).get(name)
        whole[name] = _completed(known[0], value) if known else value
    return whole


def type_of(name: str, body: dict[str, Any]) -> Any:
    """Return the class of an object; each kind of event has its own."""
    return get_v2_event_class(body["type"]) if name == "core.Event" else find_type(name)


def is_event(kind: str) -> bool:
    """Tell whether the SDK knows a kind of event of the newer API."""
    known = get_v2_event_notification_class(kind) is not UnknownEventNotification
    return known and kind.startswith("v2.")


def event_problems(event: dict[str, Any]) -> list[str]:
    """Return what is wrong with an event, as it is delivered."""
    kind = get_v2_event_notification_class(event["type"])
    if kind is UnknownEventNotification:
        return [f"type: the SDK knows no {event['type']}"]
    wanted = typing.get_type_hints(kind, vars(sys.modules[kind.__module__]))
    names = {"id", "type", "created", "livemode", "object", "context", "reason"}
    if "related_object" in wanted:
        names.add("related_object")
    return [f"{name}: unknown, or missing" for name in sorted(names ^ event.keys())]


@cache
def fields_of(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Return the fields of the SDK's object class by name: the type, and whether it may lack."""
    remapped = getattr(kind, "_field_remappings", {})
    found = {}
    for name, hint in _hints(kind).items():
        if name not in _MACHINERY and not name.startswith("_"):
            may_lack = type(None) in typing.get_args(hint)
            found[remapped.get(name, name)] = (hint, may_lack)
    return found


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """Return a class's resolved annotations; some name classes that only type checkers import."""
    module = vars(sys.modules[kind.__module__])
    if is_typeddict(kind):
        return typing.get_type_hints(kind, module)
    others = {
        name: value
        for room in _ROOMS[:2]
        for name in import_module(f"stripe.v2.{room}")._import_map
        if isinstance(value := find_type(f"{room}.{name}"), type)
    }
    own = {name: value for name, value in vars(kind).items() if isinstance(value, type)}
    return typing.get_type_hints(kind, {**others, **module}, own)


def _differences(kind: Any, value: Any, where: str = "") -> Iterator[str]:
    """Yield how a value differs from a type: what is missing, unknown or of another type."""
    origin, options = typing.get_origin(kind), typing.get_args(kind)
    if is_typeddict(kind) or _is_object(kind):
        yield from _differences_of_fields(kind, value, where)
    elif _is_union(kind):
        yield from _differences_of_union(options, value, where)
    elif origin is list:
        yield from _differences_of_list(options[0], value, where)
    elif origin is dict or _is_map(kind):
        yield from _differences_of_map(options[-1], value, where)
    elif origin is typing.Literal and value not in options:
        yield f"{where}: {value!r} is none of {', '.join(map(str, options))}"
    elif kind in _PLAIN and not _is_plain(kind, value):
        yield f"{where}: {value!r} is not {kind.__name__}"


def _differences_of_union(options: tuple[Any, ...], value: Any, where: str) -> Iterator[str]:
    tried = [list(_differences(option, value, where)) for option in options]
    if all(tried):
        # The option that fits best explains most; a plain text never explains an object.
        yield from min(tried, key=lambda found: (found[0].startswith(f"{where}: "), len(found)))


def _differences_of_list(kind: Any, value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{where}: not a list"
        return
    for place, part in enumerate(value):
        yield from _differences(kind, part, f"{where}[{place}]")


def _differences_of_fields(kind: Any, value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: not an object"
        return
    if is_typeddict(kind):
        known, needed = _hints(kind), kind.__required_keys__
    else:
        known = {name: hint for name, (hint, _may_lack) in fields_of(kind).items()}
        needed = {name for name, (_hint, may_lack) in fields_of(kind).items() if not may_lack}
    for name in sorted(needed - value.keys()):
        yield f"{_step(where, name)}: missing"
    for name, part in value.items():
        if name in known:
            yield from _differences(known[name], part, _step(where, name))
        else:
            yield f"{_step(where, name)}: unknown parameter"


def _differences_of_map(kind: Any, value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: not an object"
        return
    for name, part in value.items():
        yield from _differences(kind, part, _step(where, name))


def _step(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _is_plain(kind: type, value: Any) -> bool:
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _is_union(kind: Any) -> bool:
    return typing.get_origin(kind) in (typing.Union, types.UnionType)


def _is_object(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, StripeObject) and not _is_map(kind)


def _is_map(kind: Any) -> bool:
    return getattr(typing.get_origin(kind), "__name__", "") == "UntypedStripeObject"


def _completed(kind: Any, value: Any) -> Any:
    options = typing.get_args(kind)
    if _is_union(kind):
        fitting = [option for option in options if _fits(option, value)]
        return _completed(fitting[0], value) if fitting else value
    if _is_object(kind) and isinstance(value, dict):
        return complete(kind, value)
    if isinstance(value, list) and options:
        return [_completed(options[0], part) for part in value]
    if _is_map(kind) and isinstance(value, dict):
        return {name: _completed(options[-1], part) for name, part in value.items()}
    return value


def _fits(kind: Any, value: Any) -> bool:
    is_nested = _is_object(kind) or _is_map(kind) or typing.get_origin(kind) is list
    return is_nested and isinstance(value, dict | list)


def _converted(kind: Any, value: Any) -> Any:
    origin, options = typing.get_origin(kind), typing.get_args(kind)
    if is_typeddict(kind) and isinstance(value, dict):
        hints = _hints(kind)
        return {name: _converted(hints.get(name), part) for name, part in value.items()}
    if origin is list and isinstance(value, list):
        return [_converted(options[0], part) for part in value]
    if kind is int and isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    if kind is bool:
        return {"true": True, "false": False}.get(value, value)
    return value
