"""Money that reaches the financial account: from the payments balance, or from a bank."""

from tools.sandbox.store import Body
from tools.sandbox.v2 import financial_accounts, notifications, transactions
from tools.sandbox.v2.asked import Asked, add, get
from tools.sandbox.v2.conversion import amount
from tools.sandbox.v2.moments import write_moment
from tools.sandbox.v2.refusals import wrong
from tools.sandbox.v2.transactions import Cause
from tools.sandbox.world import World

_KIND = "v2.money_management.received_credit"


def simulate(world: World, address_id: str, asked: Asked) -> Body:
    """Let a bank send money to an address of the financial account."""
    address = financial_accounts.retrieve_address(world, address_id, asked)
    sum_ = asked.fields["amount"]
    if sum_["value"] < 1 or sum_["currency"] != address["settlement_currency"]:
        message = f"amount: some {address['settlement_currency']}, more than nothing."
        raise wrong(message, "currency_unsupported_on_financial_address")
    bank = {
        "financial_address": address_id,
        "network": asked.fields["network"],
        "originating_bank_account": {"type": "aba", "aba": {"last4": "0000"}},
        "statement_descriptor": asked.fields.get("statement_descriptor"),
    }
    storage_id = address["financial_account"]
    _receive(world, storage_id, sum_, "bank_transfer", bank)
    kind = "v2.money_management.financial_address_credit_simulation"
    return {"object": kind, "livemode": False, "status": "initiated"}


def take_in(world: World, payout: Body) -> Body:
    """Add a payout of the payments balance to the financial account, and return the credit."""
    sum_ = amount(payout["amount"], payout["currency"])
    transfer = {"type": "payout", "payout": payout["id"]}
    return _receive(world, payout["payout_method"], sum_, "balance_transfer", transfer)


def give_back(world: World, payout: Body) -> None:
    """Take a payout out of the financial account again, which may then have less than nothing."""
    credit = next(
        credit
        for credit in world.store.all(_KIND)
        if (credit["balance_transfer"] or {}).get("payout") == payout["id"]
    )
    storage = get(world, financial_accounts.KIND, credit["financial_account"])
    moment = {"returned_at": write_moment(world.now())}
    world.store.change(
        credit,
        status="returned",
        status_details={"returned": {"reason": "originator_initiated_reversal"}},
        status_transitions={**credit["status_transitions"], **moment},
    )
    back = amount(-credit["amount"]["value"], credit["amount"]["currency"])
    cause = Cause("received_credit_reversal", "received_credit", credit["id"])
    transactions.move(world, storage, back, cause)
    notifications.emit(world, f"{_KIND}.returned", credit)


def _receive(world: World, storage_id: str, sum_: Body, kind: str, cause: Body) -> Body:
    storage = financial_accounts.need_open(world, storage_id, sum_["currency"])
    credit = add(
        world,
        _KIND,
        amount=sum_,
        amount_received=sum_,
        balance_transfer=None,
        description=None,
        financial_account=storage_id,
        status="succeeded",
        status_transitions={"succeeded_at": write_moment(world.now())},
        type=kind,
    )
    world.store.change(credit, **{kind: cause})
    cause = Cause("received_credit", "received_credit", credit["id"])
    moved = transactions.move(world, storage, sum_, cause)
    notifications.emit(world, f"{_KIND}.available", credit, transaction_id=moved["id"])
    notifications.emit(world, f"{_KIND}.succeeded", credit)
    return credit
