from tools.sandbox import events
from tools.sandbox.balance import book, not_before
from tools.sandbox.currencies import CURRENCIES, check_amount
from tools.sandbox.errors import forbidden, invalid
from tools.sandbox.forms import Form
from tools.sandbox.store import Body
from tools.sandbox.world import World

_KNOWN = frozenset({"charge", "payment_intent", "amount", "metadata", "reason"})
_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(world: World, form: Form) -> Body:
    """Give back a charge, or a part of it: all that is left when no amount is named."""
    form.only(_KNOWN)
    charge = _refundable_charge(world, form)
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise forbidden(message, "charge_already_refunded")
    amount = _amount(form, charge, left)
    refund = world.new(
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        destination_details={
            "type": "card",
            "card": {"type": "refund", "reference_status": "pending"},
        },
        metadata=form.metadata(),
        payment_intent=charge["payment_intent"],
        reason=form.choice("reason", *_REASONS),
        status="pending" if world.refunds_wait else "succeeded",
        **({"pending_reason": world.refunds_wait} if world.refunds_wait else {}),
    )
    moment = not_before(world, charge["balance_transaction"])
    line = book(world, "refund", -amount, refund, available_on=moment)
    world.store.change(refund, balance_transaction=line["id"])
    _count(world, charge, amount)
    events.emit(world, "refund.created", refund)
    events.emit(world, "charge.refunded", charge)
    return refund


def settle(world: World, refund_id: str, *, ok: bool) -> Body:
    """Let a refund reach the shopper, or fail, and return it.

    A refund that succeeded can still fail, when the bank sends the money back. The amount then
    counts as not refunded.

    Raises:
        Refused: the refund has failed before, or has arrived and arrives again.
    """
    refund = world.store.get("refund", refund_id)
    if refund["status"] == "failed" or (ok and refund["status"] == "succeeded"):
        raise forbidden(f"The refund {refund_id} has {refund['status']} already.")
    refund.pop("pending_reason", None)
    if ok:
        world.store.change(refund, status="succeeded")
    else:
        _fail(world, refund)
    events.emit(world, "refund.updated" if ok else "refund.failed", refund)
    events.emit(world, "charge.refund.updated", refund)
    return refund


def refer(world: World, refund_id: str, reference: str) -> Body:
    """Let the card network give a refund the number by which banks find it, and return it."""
    refund = world.store.get("refund", refund_id)
    card = {
        "type": "refund", "reference": reference, "reference_status": "available",
        "reference_type": "acquirer_reference_number",
    }  # fmt: skip
    world.store.change(refund, destination_details={"type": "card", "card": card})
    events.emit(world, "refund.updated", refund)
    return refund


def _refundable_charge(world: World, form: Form) -> Body:
    charge_id, intent_id = form.text("charge"), form.text("payment_intent")
    if not charge_id and not intent_id:
        message = "One of the following params should be provided: payment_intent or charge."
        raise invalid(message, code="parameter_missing")
    if not charge_id:
        intent = world.store.get("payment_intent", intent_id, "payment_intent")
        charge_id = intent["latest_charge"] or ""
    charge = world.store.get("charge", charge_id, "charge")
    if not charge["paid"]:
        raise forbidden(f"Charge {charge_id} has not been paid, so it cannot be refunded.")
    if charge["disputed"]:
        raise forbidden(f"Charge {charge_id} has been charged back.", "charge_disputed")
    return charge


def _amount(form: Form, charge: Body, left: int) -> int:
    asked = form.integer("amount")
    if asked is None:
        return left
    check_amount(asked, CURRENCIES[charge["currency"]], "amount")
    if asked > left:
        message = f"Refund amount ({asked}) is greater than unrefunded amount on charge ({left})."
        raise forbidden(message, param="amount")
    return asked


def _count(world: World, charge: Body, amount: int) -> None:
    refunded = charge["amount_refunded"] + amount
    world.store.change(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])


def _fail(world: World, refund: Body) -> None:
    moment = not_before(world, refund["balance_transaction"])
    line = book(world, "refund_failure", refund["amount"], refund, available_on=moment)
    world.store.change(
        refund,
        status="failed",
        failure_reason="unknown",
        failure_balance_transaction=line["id"],
    )
    _count(world, world.store.get("charge", refund["charge"]), -refund["amount"])
