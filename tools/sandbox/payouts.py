"""Money that leaves: the platform's for its bank or its financial account, a merchant's for theirs.

The API shows the platform's payouts alone. One that was paid can still fail, when the bank sends
the money back.
"""

from tools.sandbox import events
from tools.sandbox.balance import available, book
from tools.sandbox.currencies import check_amount, find_currency
from tools.sandbox.errors import forbidden, missing
from tools.sandbox.forms import Form, names
from tools.sandbox.lists import matching, page
from tools.sandbox.store import Body
from tools.sandbox.transfers import held_by
from tools.sandbox.v2 import financial_accounts, received_credits
from tools.sandbox.world import World

_KNOWN = names(
    "amount currency description metadata method payout_method source_type statement_descriptor"
)
_DAYS_UNDER_WAY = 2
_DAY = 24 * 60 * 60
_CLOSED = {
    "failure_code": "account_closed",
    "failure_message": "The bank account has been closed.",
}


def create(world: World, form: Form) -> Body:
    """Send available money to the platform's bank, where it arrives after two days.

    With ``payout_method`` it goes to that financial account, where it is at once.
    """
    form.only(_KNOWN)
    storage_id = form.text("payout_method")
    if storage_id:
        _need_open(world, storage_id)
    currency = find_currency(form.need_text("currency"), "currency")
    amount = check_amount(form.need_integer("amount"), currency, "amount")
    if amount > available(world, currency.code):
        message = "You have insufficient funds in your Stripe account for this payout."
        raise forbidden(message, "balance_insufficient")
    payout = world.new(
        "payout",
        notes={"account": None},
        amount=amount,
        arrival_date=world.now() + (0 if storage_id else _DAYS_UNDER_WAY * _DAY),
        automatic=False,
        currency=currency.code,
        description=form.text("description"),
        metadata=form.metadata(),
        method=form.choice("method", "standard", "instant") or "standard",
        payout_method=storage_id,
        reconciliation_status="not_applicable",
        source_type="card",
        statement_descriptor=form.text("statement_descriptor"),
        status="pending",
        type="bank_account",
    )
    line = book(world, "payout", -amount, payout)
    world.store.change(payout, balance_transaction=line["id"])
    events.emit(world, "payout.created", payout)
    if storage_id:
        received_credits.take_in(world, payout)
        settle(world, payout["id"], ok=True)
    return payout


def retrieve(world: World, payout_id: str, _form: Form) -> Body:
    """Return one payout of the platform."""
    payout = world.store.get("payout", payout_id)
    if world.store.notes(payout_id)["account"]:
        raise missing("payout", payout_id)
    return payout


def list_all(world: World, form: Form) -> Body:
    """Return a page of the platform's payouts, newest first."""
    own = [p for p in world.store.all("payout") if not world.store.notes(p["id"])["account"]]
    return page("/v1/payouts", matching(own, form, "status", "destination"), form)


def settle(world: World, payout_id: str, *, ok: bool) -> Body:
    """Let a payout arrive, or come back, and return it.

    Raises:
        Refused: it has ended, or has arrived and arrives again.
    """
    payout = world.store.get("payout", payout_id)
    if payout["status"] not in {"pending", "in_transit", "paid"} or (
        ok and payout["status"] == "paid"
    ):
        raise forbidden(f"The payout {payout_id} is {payout['status']} already.")
    if ok:
        world.store.change(payout, status="paid")
    else:
        line = book(world, "payout_failure", payout["amount"], payout)
        failed = {**_CLOSED, "failure_balance_transaction": line["id"]}
        world.store.change(payout, status="failed", **failed)
        if payout["payout_method"]:
            received_credits.give_back(world, payout)
    events.emit(world, "payout.paid" if ok else "payout.failed", payout)
    return payout


def settle_due(world: World) -> None:
    """Let every payout arrive whose day has come."""
    for payout in world.store.all("payout"):
        if payout["status"] == "pending" and payout["arrival_date"] <= world.now():
            settle(world, payout["id"], ok=True)


def pay_out(world: World, account_id: str, currency: str, *, ok: bool) -> Body:
    """Send what a connected account holds to its bank, and return the payout.

    A payout that the bank refuses leaves the money with the account.
    """
    world.store.get("account", account_id)
    amount = held_by(world, account_id, currency)
    if amount < 1:
        raise forbidden(f"The account {account_id} holds nothing in {currency}.")
    payout = world.new(
        "payout",
        notes={"account": account_id},
        amount=amount,
        arrival_date=world.now(),
        automatic=True,
        currency=currency,
        method="standard",
        metadata={},
        reconciliation_status="not_applicable",
        source_type="card",
        status="paid" if ok else "failed",
        type="bank_account",
        **({} if ok else _CLOSED),
    )
    if ok:
        paid_out = world.store.notes(account_id)["paid_out"]
        paid_out[currency] = paid_out.get(currency, 0) + amount
        world.store.save(world.store.get("account", account_id))
    events.emit(world, "payout.paid" if ok else "payout.failed", payout, account=account_id)
    return payout


def _need_open(world: World, storage_id: str) -> None:
    storage = world.store.find(financial_accounts.KIND, storage_id)
    if storage is None:
        raise missing("payout method", storage_id, "payout_method")
    if storage["status"] != "open":
        raise forbidden(f"The financial account {storage_id} is not open.", param="payout_method")
