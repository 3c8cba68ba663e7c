import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from sandbox.errors import Refused
from sandbox.store import Body
from sandbox.v2 import (
    account_links,
    accounts,
    bank_data,
    destinations,
    notifications,
    payout_methods,
    setup_intents,
)


@dataclass(frozen=True)
class Way:
    """One operation of the newer API, and the SDK's types of what it takes and gives.

    ``run`` is called with the world, the ids of the path in their order, and what was asked.
    """

    method: str
    path: str
    run: Callable[..., Body]
    params: str
    kind: str | None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return what the paths of its calls look like."""
        return re.compile(re.sub(r"{\w+}", "([^/]+)", self.path))

    @property
    def is_list(self) -> bool:
        """Tell whether it answers with a page of objects."""
        return self.params.endswith("ListParams")


def find_way(method: str, path: str) -> tuple[Way, list[str]]:
    """Return the operation that a call names, and the ids in its path.

    Raises:
        Refused: the sandbox does not imitate such an operation.
    """
    for way in WAYS:
        if way.method == method and (match := way.pattern.fullmatch(path)):
            return way, list(match.groups())
    message = f"Unrecognized request URL ({method}: {path}). The sandbox does not imitate it."
    raise Refused(404, message, code="not_found")


def _core(path: str, kind: str | None, **runs: Callable[..., Body]) -> list[Way]:
    return _ways("core", f"/v2/core/{path}", kind, runs)


def _money(path: str, kind: str, **runs: Callable[..., Body]) -> list[Way]:
    return _ways("money_management", f"/v2/money_management/{path}", kind, runs)


def _ways(room: str, path: str, kind: str, runs: dict[str, Callable[..., Body]]) -> list[Way]:
    ways = []
    for action, run in runs.items():
        method = {"list": "GET", "retrieve": "GET", "delete": "DELETE"}.get(action, "POST")
        whole = path if action in {"list", "create"} else f"{path}/{{id}}"
        if action not in {"list", "create", "retrieve", "update", "delete"}:
            whole = f"{whole}/{action}"
        verb = "".join(word.capitalize() for word in action.split("_"))
        answers = _ANSWERS.get((kind, action), kind)
        ways.append(
            Way(method, whole, run, f"{room}.{kind}{verb}Params", answers and f"{room}.{answers}")
        )
    return ways


# What a deletion and a ping answer is no object of their resource.
_ANSWERS = {("EventDestination", "delete"): None, ("EventDestination", "ping"): "Event"}

WAYS: tuple[Way, ...] = (
    *_core(
        "accounts",
        "Account",
        list=accounts.list_all,
        create=accounts.create,
        retrieve=accounts.retrieve,
        update=accounts.update,
        close=accounts.close,
    ),
    *_core("account_links", "AccountLink", create=account_links.create),
    *_core("events", "Event", list=notifications.list_all, retrieve=notifications.retrieve),
    *_core(
        "event_destinations",
        "EventDestination",
        list=destinations.list_all,
        create=destinations.create,
        retrieve=destinations.retrieve,
        update=destinations.update,
        delete=destinations.delete,
        disable=destinations.disable,
        enable=destinations.enable,
        ping=destinations.ping,
    ),
    *_money(
        "payout_methods",
        "PayoutMethod",
        list=payout_methods.list_all,
        retrieve=payout_methods.retrieve,
        archive=payout_methods.archive,
        unarchive=payout_methods.unarchive,
    ),
    Way(
        "GET",
        "/v2/money_management/payout_methods_bank_account_spec",
        bank_data.retrieve,
        "money_management.PayoutMethodsBankAccountSpecRetrieveParams",
        "money_management.PayoutMethodsBankAccountSpec",
    ),
    *_money(
        "outbound_setup_intents",
        "OutboundSetupIntent",
        list=setup_intents.list_all,
        create=setup_intents.create,
        retrieve=setup_intents.retrieve,
        update=setup_intents.update,
        cancel=setup_intents.cancel,
    ),
)
