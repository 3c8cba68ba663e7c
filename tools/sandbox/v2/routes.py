import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from tools.sandbox.errors import Refused
from tools.sandbox.store import Body
from tools.sandbox.v2 import (
    account_links,
    accounts,
    destinations,
    financial_accounts,
    notifications,
    outbound_payments,
    payout_intents,
    payout_methods,
    transactions,
)
from tools.sandbox.v2.asked import get


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


def _read(kind: str) -> Callable[..., Body]:
    """Return what answers with one object."""
    return lambda world, object_id, _asked: get(world, kind, object_id)


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
    ),
    *_core("account_links", "AccountLink", create=account_links.create),
    *_core("events", "Event", list=notifications.list_all, retrieve=_read("v2.core.event")),
    *_core(
        "event_destinations",
        "EventDestination",
        list=destinations.list_all,
        create=destinations.create,
        update=destinations.update,
        enable=destinations.enable,
    ),
    *_money(
        "payout_methods",
        "PayoutMethod",
        list=payout_methods.list_all,
    ),
    *_money(
        "financial_accounts",
        "FinancialAccount",
        list=financial_accounts.list_all,
        retrieve=financial_accounts.retrieve,
    ),
    *_money(
        "received_credits",
        "ReceivedCredit",
        retrieve=_read("v2.money_management.received_credit"),
    ),
    *_money(
        "outbound_payments",
        "OutboundPayment",
        list=outbound_payments.list_all,
        create=outbound_payments.create,
        retrieve=_read("v2.money_management.outbound_payment"),
        cancel=outbound_payments.cancel,
    ),
    *_money(
        "payout_intents",
        "PayoutIntent",
        create=payout_intents.create,
        cancel=payout_intents.cancel,
    ),
    *_money(
        "transactions",
        "Transaction",
        list=transactions.list_all,
    ),
)
