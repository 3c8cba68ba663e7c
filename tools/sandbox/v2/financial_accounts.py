"""The financial account, from which recipients are paid. There is one from the start."""

from tools.sandbox.store import Body
from tools.sandbox.v2 import transactions
from tools.sandbox.v2.asked import Asked, get, page
from tools.sandbox.v2.countries import HOME
from tools.sandbox.v2.moments import write_moment
from tools.sandbox.v2.refusals import refused, wrong
from tools.sandbox.world import World

KIND = "v2.money_management.financial_account"
STORAGE_ID = "fa_test_sandbox"
ADDRESS_ID = "finaddr_test_sandbox"

_ADDRESS = "v2.money_management.financial_address"
_CURRENCIES = ["usd", "eur", "gbp"]


def add_default(world: World) -> None:
    """Make the financial account and the address of its bank, unless they are there."""
    if world.store.find(KIND, STORAGE_ID):
        return
    moment = write_moment(world.now())
    world.store.add(
        KIND,
        STORAGE_ID,
        created=moment,
        country=HOME,
        display_name="Payouts",
        metadata={},
        status="open",
        storage={"holds_currencies": _CURRENCIES},
        type="storage",
    )
    account = {"account_number": "000000009900", "routing_number": "110000000"}
    bank = {"type": "aba", "country": HOME, "currency": "usd", "aba": account}
    world.store.add(
        _ADDRESS,
        ADDRESS_ID,
        created=moment,
        bank_account=bank,
        financial_account=STORAGE_ID,
        settlement_currency="usd",
        status="active",
        type="bank_account",
    )


def retrieve(world: World, storage_id: str, _asked: Asked) -> Body:
    """Return one financial account, with what it holds now."""
    return shown(world, get(world, KIND, storage_id))


def list_all(world: World, asked: Asked) -> Body:
    """Return a page of financial accounts, newest first."""
    wanted = asked.fields.get("statuses")
    rows = [s for s in world.store.all(KIND) if not wanted or s["status"] in wanted]
    listed = page(asked, "/v2/money_management/financial_accounts", rows)
    return {**listed, "data": [shown(world, row) for row in listed["data"]]}


def retrieve_address(world: World, address_id: str, _asked: Asked) -> Body:
    """Return one address to which banks send money for a financial account."""
    return get(world, _ADDRESS, address_id)


def need_open(world: World, storage_id: str, currency: str) -> Body:
    """Return a financial account that money can be moved from or to.

    Raises:
        Refused: there is none, it is closed, or it does not hold the currency.
    """
    storage = get(world, KIND, storage_id)
    if storage["status"] != "open":
        message = f"The financial account {storage_id} is {storage['status']}."
        raise refused("financial_account_not_open", "financial_account_not_open", message)
    if currency not in storage["storage"]["holds_currencies"]:
        raise wrong(f"The financial account holds no {currency}.", "currency_unsupported")
    return storage


def need_available(world: World, storage: Body, sum_: Body) -> None:
    """Refuse to move more than a financial account has available."""
    currency = sum_["currency"]
    left = transactions.balances(world, storage)["available"][currency]["value"]
    if sum_["value"] > left:
        message = f"The financial account has {left} {currency}, less than {sum_['value']}."
        raise refused("insufficient_funds", "insufficient_funds", message)


def shown(world: World, storage: Body) -> Body:
    """Return a financial account as the API shows it at this moment."""
    return {**storage, "balance": transactions.balances(world, storage)}
