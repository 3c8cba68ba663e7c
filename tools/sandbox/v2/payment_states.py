"""What becomes of a payment to a recipient, and what each step does to the financial account.

processing → posted → returned, or processing → failed or canceled. A payment under review stays
processing until somebody decides.
"""

from typing import Any

from tools.sandbox.errors import forbidden
from tools.sandbox.shapes import new_id
from tools.sandbox.store import Body
from tools.sandbox.v2 import bank_data, conversion, financial_accounts, transactions
from tools.sandbox.v2 import notifications as thin
from tools.sandbox.v2.asked import get
from tools.sandbox.v2.conversion import amount
from tools.sandbox.v2.moments import write_moment
from tools.sandbox.v2.transactions import Cause
from tools.sandbox.world import World

KIND = "v2.money_management.outbound_payment"
POSTED_AFTER = 24 * 60 * 60

_RETURNED_AFTER = 2 * 24 * 60 * 60
_UNDER_REVIEW = {"processing": {"reason": "under_review"}}


def begin(world: World, payment: Body, storage: Body) -> None:
    """Let the money of a new payment leave what is available."""
    sum_ = amount(-payment["from"]["debited"]["value"], payment["from"]["debited"]["currency"])
    cause = Cause("outbound_payment", "outbound_payment", payment["id"])
    moved = transactions.move(world, storage, sum_, cause, pending=True)
    world.store.notes(payment["id"])["transaction"] = moved["id"]
    world.store.save(payment)
    thin.emit(world, f"{KIND}.created", payment)


def post(world: World, payment: Body) -> None:
    """Let a payment leave the financial account, and take the provider's fees."""
    _need(payment, "processing")
    notes = world.store.notes(payment["id"])
    transactions.post(world, notes["transaction"])
    if notes["number"].endswith(bank_data.RETURNS):
        notes["returns"] = world.now() + _RETURNED_AFTER
    trace = {"bank_account": {"trace_id": new_id("refund").removeprefix("re_")}}
    tracking = {"status": "supported", "type": "bank_account", **trace}
    _enter(world, payment, "posted", cancelable=False, tracking_details=tracking)
    _take_fees(world, payment)


def fail(world: World, payment: Body, reason: str) -> None:
    """Let a payment fail, and bring its money back."""
    _need(payment, "processing")
    transactions.void(world, world.store.notes(payment["id"])["transaction"])
    details = {"failed": {"reason": reason}}
    _enter(world, payment, "failed", cancelable=False, status_details=details)


def cancel(world: World, payment: Body) -> None:
    """Take a payment back, and bring its money back."""
    _need(payment, "processing")
    transactions.void(world, world.store.notes(payment["id"])["transaction"])
    _enter(world, payment, "canceled", cancelable=False, status_details=None)


def send_back(world: World, payment: Body, value: int | None, reason: str) -> None:
    """Let the recipient's bank send a payment back: all of it, or less than was sent."""
    _need(payment, "posted")
    debited = payment["from"]["debited"]
    back = debited["value"] if value is None else value
    if not 0 < back <= debited["value"]:
        raise forbidden(f"Of {debited['value']} that were sent, {back} cannot come back.")
    storage = get(world, financial_accounts.KIND, payment["from"]["financial_account"])
    cause = Cause("outbound_payment_reversal", "outbound_payment", payment["id"])
    transactions.move(world, storage, amount(back, debited["currency"]), cause)
    _enter(world, payment, "returned", status_details={"returned": {"reason": reason}})


def review(world: World, payment: Body) -> None:
    """Let somebody at the provider look at a payment before it leaves."""
    _need(payment, "processing")
    world.store.change(payment, status_details=_UNDER_REVIEW)
    thin.emit(world, f"{KIND}.under_review", payment)


def approve(world: World, payment: Body) -> None:
    """End a review well: the payment is posted after a day."""
    if payment["status_details"] != _UNDER_REVIEW:
        raise forbidden(f"The payment {payment['id']} is not under review.")
    world.store.notes(payment["id"])["due"] = world.now() + POSTED_AFTER
    world.store.change(payment, status_details=None)
    thin.emit(world, f"{KIND}.updated", payment)


def settle_due(world: World) -> None:
    """Let every payment be posted, fail or come back whose time has come."""
    for payment in world.store.all(KIND):
        notes = world.store.notes(payment["id"])
        is_under_way = payment["status"] == "processing" and not payment["status_details"]
        if is_under_way and notes["due"] <= world.now():
            if notes["number"].endswith(bank_data.FAILS):
                fail(world, payment, "payout_method_declined")
            else:
                post(world, payment)
        elif payment["status"] == "posted" and notes.get("returns", world.now() + 1) <= world.now():
            send_back(world, payment, None, "payout_method_closed")


def _enter(world: World, payment: Body, status: str, **changes: Any) -> None:
    moment = {f"{status}_at": write_moment(world.now())}
    world.store.change(
        payment,
        status=status,
        status_transitions={**payment["status_transitions"], **moment},
        **{"expected_arrival_date": None} if status != "posted" else {},
        **changes,
    )
    thin.emit(world, f"{KIND}.{status}", payment)


def _take_fees(world: World, payment: Body) -> None:
    """Book the fees one by one; they belong to one batch and do not name the payment."""
    source = payment["from"]
    storage = get(world, financial_accounts.KIND, source["financial_account"])
    country = world.store.notes(payment["id"])["country"]
    batch = f"fee_batch_{payment['id'].rpartition('_')[2]}"
    for fee in conversion.fees(source["debited"], payment["to"]["credited"]["currency"], country):
        sum_ = amount(-fee.value, source["debited"]["currency"])
        cause = Cause("stripe_fee", "fee_batch", batch, fee.kind)
        transactions.move(world, storage, sum_, cause)


def _need(payment: Body, status: str) -> None:
    if payment["status"] != status:
        message = f"The payment {payment['id']} is {payment['status']}, not {status}."
        raise forbidden(message)
