"""The financial account's books: a transaction for each cause, an entry for each step of it.

Balances are sums of entries. What is sent leaves *available* for *outbound pending* at once, and
the account when it is posted.
"""

from dataclasses import dataclass

from tools.sandbox.store import Body
from tools.sandbox.v2 import notifications
from tools.sandbox.v2.asked import Asked, add, get, page
from tools.sandbox.v2.conversion import amount
from tools.sandbox.v2.moments import write_moment
from tools.sandbox.world import World

_KIND = "v2.money_management.transaction"
_ENTRY = "v2.money_management.transaction_entry"
_ADJUSTMENT = "v2.money_management.adjustment"
_STORAGE = "v2.money_management.financial_account"
_OLDER = {"treasury_transaction": None}
_PARTS = ("available", "inbound_pending", "outbound_pending")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why money moves.

    Attributes:
        category: Stripe's word for the transaction, such as "outbound_payment".
        kind: of the object that causes it, such as "outbound_payment", "fee_batch".
        id: of that object.
    """

    category: str
    kind: str
    id: str
    description: str | None = None


def move(world: World, storage: Body, sum_: Body, cause: Cause, *, pending: bool = False) -> Body:
    """Write a transaction with its first entry, and return it.

    Args:
        storage: the financial account.
        sum_: what is added to the account, negative when it leaves.
        pending: what leaves waits in between; ``post`` or ``void`` ends that.
    """
    parts = {"available": sum_["value"], "outbound_pending": -sum_["value"] if pending else 0}
    now = write_moment(world.now())
    transaction = add(
        world,
        _KIND,
        amount=sum_,
        balance_impact=_impact(sum_["currency"], parts),
        category=cause.category,
        counterparty=None,
        description=cause.description,
        financial_account=storage["id"],
        flow={"type": cause.kind, cause.kind: cause.id},
        metadata={},
        regulatory_receipt={"status": "not_applicable"},
        status="pending" if pending else "posted",
        status_transitions={"posted_at": None if pending else now},
    )
    _enter(world, transaction, parts)
    notifications.emit(world, f"{_KIND}.created", transaction, **_OLDER, v1_id=None)
    return transaction


def post(world: World, transaction_id: str) -> None:
    """Let what waits leave the account."""
    _end(world, get(world, _KIND, transaction_id), "posted")


def void(world: World, transaction_id: str) -> None:
    """Bring what waits back."""
    _end(world, get(world, _KIND, transaction_id), "void")


def adjust(world: World, storage: Body, sum_: Body, description: str) -> Body:
    """Correct the balance, as the provider does, and return the adjustment."""
    adjustment = add(
        world,
        _ADJUSTMENT,
        adjusted_flow=None,
        amount=sum_,
        description=description,
        financial_account=storage["id"],
    )
    cause = Cause("adjustment", "adjustment", adjustment["id"], description)
    move(world, storage, sum_, cause)
    notifications.emit(world, f"{_ADJUSTMENT}.created", adjustment)
    return adjustment


def balances(world: World, storage: Body) -> Body:
    """Return what a financial account has, by part and currency."""
    held = storage["storage"]["holds_currencies"]
    sums = {part: dict.fromkeys(held, 0) for part in _PARTS}
    for entry in world.store.all(_ENTRY):
        if entry["transaction_details"]["financial_account"] == storage["id"]:
            for part in _PARTS:
                moved = entry["balance_impact"][part]
                sums[part][moved["currency"]] += moved["value"]
    return {
        part: {code: amount(value, code) for code, value in by_currency.items()}
        for part, by_currency in sums.items()
    }


def list_all(world: World, asked: Asked) -> Body:
    """Return a page of transactions, newest first: of one account, or of one cause."""
    storage, flow = asked.fields.get("financial_account"), asked.fields.get("flow")
    rows = [
        transaction
        for transaction in world.store.all(_KIND)
        if storage in {None, transaction["financial_account"]}
        and (flow is None or flow in transaction["flow"].values())
    ]
    return page(asked, "/v2/money_management/transactions", rows)


def _end(world: World, transaction: Body, status: str) -> None:
    waiting = transaction["balance_impact"]["outbound_pending"]["value"]
    parts = {"available": waiting if status == "void" else 0, "outbound_pending": -waiting}
    whole = {
        part: transaction["balance_impact"][part]["value"] + parts.get(part, 0) for part in _PARTS
    }
    moment = {f"{status}_at": write_moment(world.now())}
    world.store.change(
        transaction,
        status=status,
        balance_impact=_impact(transaction["amount"]["currency"], whole),
        status_transitions={**transaction["status_transitions"], **moment},
    )
    _enter(world, transaction, parts)
    notifications.emit(world, f"{_KIND}.updated", transaction, **_OLDER)


def _enter(world: World, transaction: Body, parts: dict[str, int]) -> None:
    add(
        world,
        _ENTRY,
        balance_impact=_impact(transaction["amount"]["currency"], parts),
        effective_at=write_moment(world.now()),
        transaction=transaction["id"],
        transaction_details={
            "category": transaction["category"],
            "financial_account": transaction["financial_account"],
            "flow": transaction["flow"],
        },
    )
    storage = get(world, _STORAGE, transaction["financial_account"])
    notifications.emit(world, f"{_STORAGE}.updated", storage)


def _impact(currency: str, parts: dict[str, int]) -> Body:
    return {part: amount(parts.get(part, 0), currency) for part in _PARTS}
