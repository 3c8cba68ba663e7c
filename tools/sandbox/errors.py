from typing import Any


class Refused(Exception):
    """An error that Stripe's API answers.

    ``saved`` tells whether the refusal stays under the call's idempotency key. Stripe saves what
    an endpoint answered once it began to execute, refusals included; wrong parameters, wrong keys
    and rate limits come earlier and are not saved (Stripe, Advanced error handling, checked
    2026-11).
    """

    def __init__(self, status: int, message: str, *, saved: bool = False, **details: Any) -> None:
        """Keep the status, the message, and Stripe's further fields: code, param, type."""
        super().__init__(message)
        self.status = status
        self.saved = saved
        self.error = {"type": "invalid_request_error", "message": message, **details}

    @property
    def body(self) -> dict[str, Any]:
        """The JSON that Stripe sends, without the fields that do not apply."""
        return {"error": {name: value for name, value in self.error.items() if value is not None}}


class NotPayable(Exception):
    """The checkout session has ended: paid, waiting for its money, or expired."""

    def __init__(self, session: dict[str, Any]) -> None:
        """Keep the session, so that a page can say how it ended."""
        super().__init__(f"Checkout session {session['id']} is {session['status']}.")
        self.session = session


def invalid(message: str, param: str | None = None, code: str | None = None) -> Refused:
    """Return the refusal of a wrong parameter. It leaves the idempotency key free."""
    return Refused(400, message, param=param, code=code)


def forbidden(message: str, code: str | None = None, param: str | None = None) -> Refused:
    """Return the refusal of a well-formed call, by the state of things. It stays under its key."""
    return Refused(400, message, saved=True, param=param, code=code)


def missing(kind: str, object_id: str, param: str = "id") -> Refused:
    """Return the answer about an object that does not exist."""
    name = kind.replace(".", " ").replace("_", " ")
    return Refused(404, f"No such {name}: '{object_id}'", param=param, code="resource_missing")
