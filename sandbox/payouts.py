from sandbox import events
from sandbox.errors import forbidden
from sandbox.store import Body
from sandbox.transfers import held_by
from sandbox.world import World


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
        failure_code=None if ok else "account_closed",
        failure_message=None if ok else "The bank account has been closed.",
    )
    if ok:
        paid_out = world.store.notes(account_id)["paid_out"]
        paid_out[currency] = paid_out.get(currency, 0) + amount
        world.store.save(world.store.get("account", account_id))
    events.emit(world, "payout.paid" if ok else "payout.failed", payout, account=account_id)
    return payout
