from tools.sandbox import events
from tools.sandbox.balance import available, book, not_before
from tools.sandbox.currencies import CURRENCIES, Currency, check_amount, find_currency
from tools.sandbox.errors import forbidden
from tools.sandbox.forms import Form, names
from tools.sandbox.lists import page
from tools.sandbox.shapes import listing, new_id
from tools.sandbox.store import Body
from tools.sandbox.world import World

_KNOWN = names("amount currency destination source_transaction transfer_group metadata description")
_KNOWN_OF_REVERSAL = frozenset({"amount", "metadata", "description"})
_SHORT = "You have insufficient available funds in your Stripe account."


def create(world: World, form: Form) -> Body:
    """Move money from the platform to a connected account.

    With ``source_transaction`` it comes out of one charge, may be pending as that charge is, and
    all transfers together cannot exceed it. Without, the available balance must cover it.
    """
    form.only(_KNOWN)
    currency = find_currency(form.need_text("currency"), "currency")
    account = world.store.get("account", form.need_text("destination"), "destination")
    source_id = form.text("source_transaction")
    if source_id:
        charge = world.store.get("charge", source_id, "source_transaction")
        amount = _amount_out_of_charge(world, form, charge, currency)
    else:
        charge = None
        amount = _amount_out_of_balance(world, form, currency)
    if account["capabilities"].get("transfers") != "active":
        raise forbidden(
            "Your destination account needs to have at least one of the following capabilities"
            " enabled: transfers.",
            "insufficient_capabilities_for_transfer",
        )
    return _transfer(world, form, charge, amount=amount, currency=currency.code)


def reverse(world: World, transfer_id: str, form: Form) -> Body:
    """Take a transfer back, or a part of it: all that is left when no amount is named."""
    form.only(_KNOWN_OF_REVERSAL)
    transfer = world.store.get("transfer", transfer_id)
    currency = CURRENCIES[transfer["currency"]]
    left = transfer["amount"] - transfer["amount_reversed"]
    asked = form.integer("amount")
    amount = left if asked is None else check_amount(asked, currency, "amount")
    if left == 0 or amount > left:
        message = f"Reversal amount ({amount}) is greater than what is left of it ({left})."
        raise forbidden(message, param="amount")
    if amount > held_by(world, transfer["destination"], currency.code):
        message = "The connected account has insufficient funds for this reversal."
        raise forbidden(message, "balance_insufficient")
    reversal = world.new(
        "transfer_reversal",
        amount=amount,
        currency=currency.code,
        metadata=form.metadata(),
        transfer=transfer_id,
    )
    moment = not_before(world, transfer["balance_transaction"])
    line = book(world, "transfer_refund", amount, reversal, available_on=moment)
    world.store.change(reversal, balance_transaction=line["id"])
    _count_reversal(world, transfer, reversal)
    events.emit(world, "transfer.reversed", transfer)
    return reversal


def list_reversals(world: World, transfer_id: str, form: Form) -> Body:
    """Return a page of a transfer's reversals, newest first."""
    world.store.get("transfer", transfer_id)
    url = f"/v1/transfers/{transfer_id}/reversals"
    return page(url, _reversals(world, transfer_id), form)


def held_by(world: World, account_id: str, currency: str) -> int:
    """Return what a connected account holds of the platform's transfers, in smallest units."""
    moved_in = sum(
        transfer["amount"] - transfer["amount_reversed"]
        for transfer in world.store.all("transfer")
        if (transfer["destination"], transfer["currency"]) == (account_id, currency)
    )
    paid_out = world.store.notes(account_id)["paid_out"].get(currency, 0)
    return moved_in - paid_out


def _amount_out_of_charge(world: World, form: Form, charge: Body, currency: Currency) -> int:
    if not charge["paid"]:
        raise forbidden(f"Charge {charge['id']} has not been paid.", param="source_transaction")
    if charge["currency"] != currency.code:
        message = "The currency of source_transaction must match the currency of the transfer."
        raise forbidden(message, param="currency")
    moved = sum(
        transfer["amount"]
        for transfer in world.store.all("transfer")
        if transfer["source_transaction"] == charge["id"]
    )
    left = charge["amount"] - moved
    asked = form.integer("amount")
    amount = left if asked is None else check_amount(asked, currency, "amount")
    if left == 0 or amount > left:
        message = f"Transfer amount ({amount}) is greater than what is left of the charge ({left})."
        raise forbidden(message, param="amount")
    return amount


def _amount_out_of_balance(world: World, form: Form, currency: Currency) -> int:
    amount = check_amount(form.need_integer("amount"), currency, "amount")
    if amount > available(world, currency.code):
        raise forbidden(_SHORT, "balance_insufficient")
    return amount


def _transfer(world: World, form: Form, charge: Body | None, *, amount: int, currency: str) -> Body:
    transfer = world.new(
        "transfer",
        amount=amount,
        amount_reversed=0,
        currency=currency,
        description=form.text("description"),
        destination=form.need_text("destination"),
        destination_payment=new_id("charge").replace("ch_", "py_"),
        metadata=form.metadata(),
        reversed=False,
        source_transaction=charge and charge["id"],
        source_type="card",
        transfer_group=form.text("transfer_group") or (charge and charge["transfer_group"]),
    )
    moment = not_before(world, charge["balance_transaction"]) if charge else world.now()
    line = book(world, "transfer", -amount, transfer, available_on=moment)
    url = f"/v1/transfers/{transfer['id']}/reversals"
    world.store.change(transfer, balance_transaction=line["id"], reversals=listing(url, []))
    events.emit(world, "transfer.created", transfer)
    return transfer


def _count_reversal(world: World, transfer: Body, reversal: Body) -> None:
    gone = transfer["amount_reversed"] + reversal["amount"]
    newest_first = _reversals(world, transfer["id"])[::-1]
    world.store.change(
        transfer,
        amount_reversed=gone,
        reversed=gone == transfer["amount"],
        reversals=listing(
            transfer["reversals"]["url"], newest_first[:10], has_more=len(newest_first) > 10
        ),
    )


def _reversals(world: World, transfer_id: str) -> list[Body]:
    return [r for r in world.store.all("transfer_reversal") if r["transfer"] == transfer_id]
