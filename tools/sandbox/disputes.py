"""Disputes begin outside, at the shopper's bank: controls make them, the API answers them."""

from tools.sandbox import events
from tools.sandbox.balance import book
from tools.sandbox.errors import forbidden, invalid
from tools.sandbox.forms import Form, names
from tools.sandbox.store import Body
from tools.sandbox.world import World

_FEE = 15_00
_DAYS_TO_ANSWER = 7
_DAY = 24 * 60 * 60
_INQUIRIES = frozenset({"warning_needs_response", "warning_under_review"})
# Evidence is sent once: what is under review takes no more.
_SUBMITTED = {
    "needs_response": "under_review",
    "warning_needs_response": "warning_under_review",
}
# Stripe's parameters, SDK 16.1: files by their id, texts up to so many characters.
_FILES = names(
    "cancellation_policy customer_communication customer_signature duplicate_charge_documentation"
    " receipt refund_policy service_documentation shipping_documentation uncategorized_file"
)
_LONG = names(
    "access_activity_log cancellation_policy_disclosure cancellation_rebuttal"
    " duplicate_charge_explanation product_description refund_policy_disclosure"
    " refund_refusal_explanation uncategorized_text"
)
_LONG_TEXT, _SHORT_TEXT, _ALL_TEXT = 20_000, 5_000, 150_000
_ALL_FILES = 4_500_000


def open_dispute(
    world: World, charge_id: str, *, amount: int | None = None, is_inquiry: bool = False
) -> Body:
    """Let the shopper's bank take a charge back for now, and return the dispute.

    Args:
        amount: in smallest units; all that was not refunded where none is named.
        is_inquiry: the bank asks first, and takes nothing.
    """
    charge = world.store.get("charge", charge_id)
    if charge["disputed"] or not charge["paid"]:
        raise forbidden(f"The charge {charge_id} is not paid, or disputed already.")
    dispute = world.new(
        "dispute",
        amount=charge["amount"] - charge["amount_refunded"] if amount is None else amount,
        balance_transactions=[],
        charge=charge_id,
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={"enhanced_evidence": {}},
        evidence_details={
            "due_by": world.now() + _DAYS_TO_ANSWER * _DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=False,
        metadata={},
        payment_intent=charge["payment_intent"],
        reason="product_not_received",
        status="warning_needs_response" if is_inquiry else "needs_response",
    )
    if is_inquiry:
        events.emit(world, "charge.dispute.created", dispute)
        return dispute
    _withdraw(world, dispute)
    events.emit(world, "charge.dispute.created", dispute)
    events.emit(world, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(world: World, dispute_id: str, *, won: bool) -> Body:
    """Let the bank decide for the platform, which gets the amount back, or for the shopper."""
    dispute = world.store.get("dispute", dispute_id)
    if dispute["status"] in {"won", "lost"}:
        raise forbidden(f"The dispute {dispute_id} is {dispute['status']} already.")
    world.store.change(dispute, status="won" if won else "lost")
    if won:
        _book(world, dispute, dispute["amount"], fee=0)
        events.emit(world, "charge.dispute.funds_reinstated", dispute)
    events.emit(world, "charge.dispute.closed", dispute)
    return dispute


def close_inquiry(world: World, dispute_id: str) -> Body:
    """Let an inquiry come to nothing, and return it."""
    dispute = world.store.get("dispute", dispute_id)
    if not dispute["status"].startswith("warning_"):
        raise forbidden(f"The dispute {dispute_id} is no inquiry.")
    world.store.change(dispute, status="warning_closed")
    events.emit(world, "charge.dispute.closed", dispute)
    return dispute


def appeal(world: World, dispute_id: str) -> Body:
    """Let a lost dispute be looked at once more, and return it."""
    dispute = world.store.get("dispute", dispute_id)
    if dispute["status"] != "lost":
        raise forbidden(f"The dispute {dispute_id} is not lost.")
    world.store.change(dispute, status="under_review")
    events.emit(world, "charge.dispute.updated", dispute)
    return dispute


def update(world: World, dispute_id: str, form: Form) -> Body:
    """Send evidence, or keep it for later, and change the metadata."""
    form.only(frozenset({"evidence", "metadata", "submit"}))
    dispute = world.store.get("dispute", dispute_id)
    evidence, details = form.inner("evidence").fields, dispute["evidence_details"]
    if evidence and dispute["status"] not in _SUBMITTED:
        raise forbidden(f"The dispute {dispute_id} is {dispute['status']}.")
    if evidence and world.now() > details["due_by"]:
        raise forbidden(f"The dispute {dispute_id} is past due.")
    _check(world, evidence)
    changes: Body = {"metadata": {**dispute["metadata"], **form.metadata()}}
    if evidence:
        changes["evidence"] = {**dispute["evidence"], **evidence}
        details = {**details, "has_evidence": True}
        if form.text("submit") != "false":
            details["submission_count"] += 1
            changes["status"] = _SUBMITTED[dispute["status"]]
        changes["evidence_details"] = details
    world.store.change(dispute, **changes)
    events.emit(world, "charge.dispute.updated", dispute)
    return dispute


def _check(world: World, evidence: Body) -> None:
    size = 0
    for name, value in evidence.items():
        field = f"evidence[{name}]"
        if name in _FILES:
            file = world.store.find("file", value)
            if not file or file["purpose"] != "dispute_evidence":
                raise invalid(f"No such file upload: '{value}'", field, "resource_missing")
            size += file["size"]
        elif len(value) > (_LONG_TEXT if name in _LONG else _SHORT_TEXT):
            raise invalid(f"{field} is too long.", field)
    if sum(len(value) for value in evidence.values()) > _ALL_TEXT:
        raise invalid("All fields together are too long.", "evidence")
    if size > _ALL_FILES:
        raise invalid("The files together are larger than 4.5 MB.", "evidence")


def _withdraw(world: World, dispute: Body) -> None:
    world.store.change(world.store.get("charge", dispute["charge"]), disputed=True)
    _book(world, dispute, -dispute["amount"], fee=_FEE)


def _book(world: World, dispute: Body, amount: int, *, fee: int) -> None:
    line = book(world, "adjustment", amount, dispute, fee=fee)
    lines = [*dispute["balance_transactions"], line]
    world.store.change(dispute, balance_transactions=lines)
