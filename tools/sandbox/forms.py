import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tools.sandbox.errors import Refused, invalid

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]")
_ADDRESS = re.compile(r"[!-~]+")


def decode(text: str) -> dict[str, Any]:
    """Return the nested value of a form with Stripe's bracketed names.

    ``items[0][name]=Drum&items[1][name]=Mask`` gives ``{"items": [{"name": "Drum"}, ...]}``. All
    leaves are strings; a part whose names are the numbers from zero is a list.
    """
    root: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        match = _KEY.match(name)
        if not match:
            raise invalid(f"Invalid parameter name: {name}", name)
        steps = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        _place(root, steps, value)
    return {name: _with_lists(value) for name, value in root.items()}


def names(text: str) -> frozenset[str]:
    """Return the names in a text, which stand between blanks."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Form:
    """A call's parameters, read by name and type. ``path`` is where a nested form stands."""

    fields: dict[str, Any] = field(default_factory=dict)
    path: str = ""

    def name(self, name: str) -> str:
        """Return a parameter's full name, as an error shows it."""
        return f"{self.path}[{name}]" if self.path else name

    def text(self, name: str) -> str | None:
        """Return a text, or nothing when it is absent or empty."""
        value = self.fields.get(name)
        if value is not None and not isinstance(value, str):
            raise invalid(f"Invalid string: {value}", self.name(name))
        return value or None

    def need_text(self, name: str) -> str:
        """Return a text that must be there."""
        return self.text(name) or self._required(name)

    def integer(self, name: str) -> int | None:
        """Return a whole number, or nothing."""
        value = self.text(name)
        if value is None:
            return None
        if not re.fullmatch(r"-?\d{1,18}", value):
            message = f"Invalid integer: {value}"
            raise invalid(message, self.name(name), "parameter_invalid_integer")
        return int(value)

    def need_integer(self, name: str) -> int:
        """Return a whole number that must be there."""
        value = self.integer(name)
        return self._required(name) if value is None else value

    def flag(self, name: str) -> bool:
        """Return a truth value; absent means false."""
        value = self.text(name)
        if value not in {None, "true", "false"}:
            raise invalid(f"Invalid boolean: {value}", self.name(name))
        return value == "true"

    def choice(self, name: str, *options: str) -> str | None:
        """Return one of these words, or nothing."""
        value = self.text(name)
        if value is not None and value not in options:
            raise invalid(f"Invalid {name}: must be one of {', '.join(options)}", self.name(name))
        return value

    def url(self, name: str) -> str | None:
        """Return a web address that is safe to redirect to, or nothing."""
        value = self.text(name)
        if value is not None and not is_web_address(value):
            raise invalid("Not a valid URL", self.name(name), "url_invalid")
        return value

    def need_url(self, name: str) -> str:
        """Return a web address that must be there."""
        return self.url(name) or self._required(name)

    def inner(self, name: str) -> "Form":
        """Return the nested form of this name, empty when it is absent."""
        value = self.fields.get(name) or {}
        if not isinstance(value, dict):
            raise invalid("Invalid object", self.name(name))
        return Form(value, self.name(name))

    def inners(self, name: str) -> list["Form"]:
        """Return the nested forms of a list."""
        path = self.name(name)
        forms = []
        for number, value in enumerate(self._list(name)):
            if not isinstance(value, dict):
                raise invalid("Invalid object", f"{path}[{number}]")
            forms.append(Form(value, f"{path}[{number}]"))
        return forms

    def texts(self, name: str) -> list[str]:
        """Return a list of texts."""
        values = self._list(name)
        if not all(isinstance(value, str) for value in values):
            raise invalid("Invalid array", self.name(name))
        return values

    def metadata(self) -> dict[str, str]:
        """Return the metadata, within Stripe's limits: 50 keys of 40, values of 500 characters."""
        pairs = self.inner("metadata").fields
        path = self.name("metadata")
        if len(pairs) > 50:
            raise invalid("Metadata can have at most 50 keys.", path)
        for key, value in pairs.items():
            if not isinstance(value, str) or len(key) > 40 or len(value) > 500:
                raise invalid(f"Invalid metadata: {key}", f"{path}[{key}]")
        return dict(pairs)

    def only(self, known: frozenset[str]) -> None:
        """Refuse parameters that the sandbox does not imitate, instead of ignoring them."""
        for name in self.fields:
            if name not in known and name != "expand":
                message = f"The sandbox does not imitate the parameter {self.name(name)}."
                raise invalid(message, self.name(name), "parameter_unknown")

    def _list(self, name: str) -> list[Any]:
        value = self.fields.get(name) or []
        if not isinstance(value, list):
            raise invalid("Invalid array", self.name(name))
        return value

    def _required(self, name: str) -> Any:
        path = self.name(name)
        raise Refused(400, f"Missing required param: {path}.", param=path, code="parameter_missing")


def is_web_address(text: str) -> bool:
    """Tell whether a text is an absolute http(s) address, harmless in a header."""
    if not _ADDRESS.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(_HOST.fullmatch(host))


def _place(root: dict[str, Any], steps: list[str], value: str) -> None:
    here = root
    for step in steps[:-1]:
        here = here.setdefault(step or str(len(here)), {})
        if not isinstance(here, dict):
            raise invalid("Invalid object", steps[0])
    here[steps[-1] or str(len(here))] = value


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(part) for name, part in value.items()}
    if inner and list(inner) == [str(number) for number in range(len(inner))]:
        return list(inner.values())
    return inner
