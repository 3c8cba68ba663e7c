"""What a shopper does on the hosted page, and what it makes of the session, intent and charge."""

from tools.sandbox import events, sessions
from tools.sandbox.balance import book, charge_available_on
from tools.sandbox.errors import NotPayable, invalid
from tools.sandbox.forms import Form
from tools.sandbox.store import Body
from tools.sandbox.world import World

_NO_FORM = Form()
_DECLINED = {
    "type": "card_error",
    "code": "card_declined",
    "decline_code": "generic_decline",
    "message": "Your card was declined.",
}
_NEVER_ARRIVED = {
    "type": "invalid_request_error",
    "code": "payment_intent_payment_attempt_failed",
    "message": "The payment failed.",
}
_NOBODY = dict.fromkeys(("address", "email", "name", "phone", "tax_id"))


def pay(world: World, session_id: str, *, waits: bool = True) -> Body:
    """Pay an open session at once and return it.

    Args:
        waits: the money is pending for some days; else it can be used now, as after paying with
            Stripe's test card 4000 0000 0000 0077.

    Raises:
        NotPayable: it is paid, waiting or expired; nothing happens.
    """
    session = _open_session(world, session_id)
    intent = _intent(world, session)
    charge = _charge(world, session, "card")
    _complete(world, session)
    _succeed(world, session, intent, charge, waits=waits)
    events.emit(world, "checkout.session.completed", session)
    return session


def decline(world: World, session_id: str) -> Body:
    """Let one try to pay fail, as a bank's refusal does. The session stays open.

    Raises:
        NotPayable: it is paid, waiting or expired; nothing happens.
    """
    session = _open_session(world, session_id)
    intent = _intent(world, session)
    _fail(world, intent, _charge(world, session, "card"), _DECLINED)
    return session


def pay_later(world: World, session_id: str) -> Body:
    """Complete an open session by a method whose money arrives later, and return it.

    Raises:
        NotPayable: it is paid, waiting or expired; nothing happens.
        Refused: the session excludes every such method.
    """
    session = _open_session(world, session_id)
    method = delayed_method(session)
    if method is None:
        raise invalid("This session excludes every delayed payment method.")
    intent = _intent(world, session)
    charge = _charge(world, session, method)
    world.store.change(intent, status="processing", latest_charge=charge["id"])
    _complete(world, session)
    events.emit(world, "charge.pending", charge)
    events.emit(world, "payment_intent.processing", intent)
    events.emit(world, "checkout.session.completed", session)
    return session


def settle(world: World, session_id: str, *, ok: bool = True) -> Body:
    """Let the money of a delayed payment arrive, or not, and return the session.

    Raises:
        NotPayable: the session does not wait for money; nothing happens.
    """
    session = world.store.get("checkout.session", session_id)
    if not is_waiting(world, session):
        raise NotPayable(session)
    intent = world.store.get("payment_intent", session["payment_intent"])
    charge = world.store.get("charge", intent["latest_charge"])
    if ok:
        _succeed(world, session, intent, charge)
        events.emit(world, "checkout.session.async_payment_succeeded", session)
    else:
        _fail(world, intent, charge, _NEVER_ARRIVED)
        events.emit(world, "checkout.session.async_payment_failed", session)
    return session


def is_waiting(world: World, session: Body) -> bool:
    """Tell whether the shopper is done and the money is still on its way."""
    intent = world.store.find("payment_intent", session["payment_intent"] or "")
    return intent is not None and intent["status"] == "processing"


def delayed_method(session: Body) -> str | None:
    """Return the delayed payment method that a session offers, if any."""
    return next((m for m in session["payment_method_types"] if m != "card"), None)


def _open_session(world: World, session_id: str) -> Body:
    session = sessions.retrieve(world, session_id, _NO_FORM)
    if session["status"] != "open":
        raise NotPayable(session)
    return session


def _intent(world: World, session: Body) -> Body:
    """Return the session's payment intent; as at Stripe, the first try to pay makes it."""
    if session["payment_intent"]:
        return world.store.get("payment_intent", session["payment_intent"])
    intent = world.new(
        "payment_intent",
        amount=session["amount_total"],
        amount_capturable=0,
        amount_received=0,
        currency=session["currency"],
        status="requires_payment_method",
        capture_method="automatic_async",
        confirmation_method="automatic",
        payment_method_types=session["payment_method_types"],
        **world.store.notes(session["id"])["intent"],
    )
    world.store.change(session, payment_intent=intent["id"])
    events.emit(world, "payment_intent.created", intent)
    return intent


def _charge(world: World, session: Body, method: str) -> Body:
    intent = world.store.get("payment_intent", session["payment_intent"])
    name = (intent["shipping"] or {}).get("name")
    return world.new(
        "charge",
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        billing_details={**_NOBODY, "email": session["customer_email"], "name": name},
        captured=False,
        currency=intent["currency"],
        description=intent["description"],
        disputed=False,
        metadata=intent["metadata"],
        paid=False,
        payment_intent=intent["id"],
        payment_method_details={"type": method, method: _details(method)},
        receipt_email=intent["receipt_email"],
        refunded=False,
        shipping=intent["shipping"],
        status="pending",
        transfer_group=intent["transfer_group"],
    )


def _details(method: str) -> Body:
    return {"exp_month": 12, "exp_year": 2040, "brand": None} if method == "card" else {}


def _complete(world: World, session: Body) -> None:
    shipping = world.store.notes(session["id"])["intent"]["shipping"] or {}
    world.store.change(
        session,
        status="complete",
        url=None,
        customer_details={
            "address": None,
            "business_name": None,
            "email": session["customer_email"] or "shopper@example.org",
            "individual_name": None,
            "name": shipping.get("name"),
            "phone": shipping.get("phone"),
            "tax_exempt": "none",
            "tax_ids": [],
        },
    )


def _succeed(
    world: World, session: Body, intent: Body, charge: Body, *, waits: bool = True
) -> None:
    amount, group = charge["amount"], charge["transfer_group"] or f"group_{intent['id']}"
    line = book(
        world,
        "charge",
        amount,
        charge,
        fee=provider_fee(amount),
        available_on=charge_available_on(world) if waits else None,
    )
    world.store.change(
        charge,
        amount_captured=amount,
        balance_transaction=line["id"],
        captured=True,
        paid=True,
        status="succeeded",
        transfer_group=group,
        outcome={"type": "authorized", "network_status": "approved_by_network", "reason": None},
    )
    world.store.change(
        intent,
        status="succeeded",
        amount_received=amount,
        latest_charge=charge["id"],
        transfer_group=group,
        last_payment_error=None,
    )
    world.store.change(session, payment_status="paid")
    events.emit(world, "charge.succeeded", charge)
    events.emit(world, "payment_intent.succeeded", intent)


def provider_fee(amount: int) -> int:
    """Return what the provider keeps of a charge: 2.9 % and 30 smallest units."""
    return (amount * 29 + 500) // 1000 + 30


def _fail(world: World, intent: Body, charge: Body, error: Body) -> None:
    world.store.change(
        charge,
        status="failed",
        failure_code=error["code"],
        failure_message=error["message"],
        outcome={"type": "issuer_declined", "network_status": "declined_by_network"},
    )
    world.store.change(
        intent,
        status="requires_payment_method",
        latest_charge=charge["id"],
        last_payment_error={**error, "charge": charge["id"]},
    )
    events.emit(world, "charge.failed", charge)
    events.emit(world, "payment_intent.payment_failed", intent)
