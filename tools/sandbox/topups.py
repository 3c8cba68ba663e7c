"""Money that the platform pays in from its bank, for what its sales do not cover."""

from tools.sandbox import events
from tools.sandbox.balance import book
from tools.sandbox.currencies import check_amount, find_currency
from tools.sandbox.errors import forbidden
from tools.sandbox.forms import Form, names
from tools.sandbox.lists import matching, page
from tools.sandbox.store import Body
from tools.sandbox.world import World

_KNOWN = names("amount currency description metadata statement_descriptor transfer_group")
_DAYS_UNDER_WAY = 5
_DAY = 24 * 60 * 60


def create(world: World, form: Form) -> Body:
    """Ask the platform's bank for money, which arrives after five days."""
    form.only(_KNOWN)
    currency = find_currency(form.need_text("currency"), "currency")
    topup = world.new(
        "topup",
        amount=check_amount(form.need_integer("amount"), currency, "amount"),
        currency=currency.code,
        description=form.text("description"),
        expected_availability_date=world.now() + _DAYS_UNDER_WAY * _DAY,
        metadata=form.metadata(),
        statement_descriptor=form.text("statement_descriptor"),
        status="pending",
        transfer_group=form.text("transfer_group"),
    )
    events.emit(world, "topup.created", topup)
    return topup


def retrieve(world: World, topup_id: str, _form: Form) -> Body:
    """Return one top-up."""
    return world.store.get("topup", topup_id)


def update(world: World, topup_id: str, form: Form) -> Body:
    """Change a top-up's description or metadata."""
    form.only(frozenset({"description", "metadata"}))
    topup = world.store.get("topup", topup_id)
    world.store.change(
        topup,
        description=form.text("description") or topup["description"],
        metadata={**topup["metadata"], **form.metadata()},
    )
    return topup


def list_all(world: World, form: Form) -> Body:
    """Return a page of top-ups, newest first."""
    return page("/v1/topups", matching(world.store.all("topup"), form, "status"), form)


def cancel(world: World, topup_id: str, _form: Form) -> Body:
    """Give up a top-up whose money has not arrived."""
    topup = world.store.get("topup", topup_id)
    if topup["status"] != "pending":
        raise forbidden(f"Top-ups that are {topup['status']} cannot be canceled.")
    world.store.change(topup, status="canceled")
    events.emit(world, "topup.canceled", topup)
    return topup


def settle(world: World, topup_id: str, *, ok: bool) -> Body:
    """Let a top-up's money arrive, or not; what arrived can be taken back. Return the top-up.

    Raises:
        Refused: it has ended, or has arrived and arrives again.
    """
    topup = world.store.get("topup", topup_id)
    was = topup["status"]
    if was not in {"pending", "succeeded"} or (ok and was == "succeeded"):
        raise forbidden(f"The top-up {topup_id} is {was} already.")
    if ok:
        line = book(world, "topup", topup["amount"], topup)
        world.store.change(topup, status="succeeded", balance_transaction=line["id"])
    elif was == "succeeded":
        book(world, "topup_reversal", -topup["amount"], topup)
        world.store.change(topup, status="reversed")
    else:
        failed = {"failure_code": "account_closed", "failure_message": "The account is closed."}
        world.store.change(topup, status="failed", **failed)
    events.emit(world, f"topup.{topup['status']}", topup)
    return topup


def settle_due(world: World) -> None:
    """Let every top-up arrive whose day has come."""
    for topup in world.store.all("topup"):
        if topup["status"] == "pending" and topup["expected_availability_date"] <= world.now():
            settle(world, topup["id"], ok=True)
