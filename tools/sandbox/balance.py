from collections import defaultdict

from tools.sandbox.forms import Form
from tools.sandbox.lists import matching, page
from tools.sandbox.store import Body
from tools.sandbox.world import World

_DAYS_PENDING = 2
_DAY = 24 * 60 * 60
_CATEGORIES = {
    "adjustment": "dispute",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "stripe_fee": "fee",
    "transfer_refund": "transfer_reversal",
}


def book(
    world: World,
    kind: str,
    amount: int,
    about: Body,
    *,
    fee: int = 0,
    available_on: int | None = None,
) -> Body:
    """Write one line of the platform's balance and return it.

    Args:
        kind: Stripe's type of the line: charge, refund, transfer, transfer_refund, topup ...
        amount: smallest units, negative when money leaves the platform.
        about: the object that causes it; gives the currency.
        fee: smallest units that the provider keeps.
        available_on: the second from which the money can be used; now when absent.
    """
    currency = about["currency"]
    line = {"amount": fee, "currency": currency, "type": "stripe_fee", "application": None}
    return world.new(
        "balance_transaction",
        type=kind,
        amount=amount,
        currency=currency,
        fee=fee,
        net=amount - fee,
        fee_details=[{**line, "description": "Processing fee"}] if fee else [],
        source=about["id"],
        available_on=world.now() if available_on is None else available_on,
        status="pending",
        reporting_category=_CATEGORIES.get(kind, kind),
        balance_type="payments",
    )


def charge_available_on(world: World) -> int:
    """Return the second from which the money of a charge made now can be used."""
    return world.now() + _DAYS_PENDING * _DAY


def not_before(world: World, line_id: str) -> int:
    """Return the second from which money can be used that came, or went, with another line."""
    line = world.store.get("balance_transaction", line_id)
    return max(world.now(), line["available_on"])


def available(world: World, currency: str) -> int:
    """Return what the platform can spend in a currency, in smallest units."""
    return _sums(world)[currency]["available"]


def retrieve(world: World, _form: Form) -> Body:
    """Return what the platform has: available now, and pending."""
    sums = _sums(world) or {"usd": {"available": 0, "pending": 0}}
    parts = {
        name: [
            {"amount": held[name], "currency": code, "source_types": {"card": held[name]}}
            for code, held in sums.items()
        ]
        for name in ("available", "pending")
    }
    return {"object": "balance", "livemode": False, **parts}


def list_lines(world: World, form: Form) -> Body:
    """Return a page of the balance's lines, newest first."""
    lines = world.store.all("balance_transaction")
    found = matching(lines, form, "source", "type", "currency", "payout")
    listed = page("/v1/balance_transactions", found, form)
    return {**listed, "data": [shown(world, line) for line in listed["data"]]}


def shown(world: World, line: Body) -> Body:
    """Return a line as the API shows it at this moment: pending, or available."""
    status = "available" if line["available_on"] <= world.now() else "pending"
    return {**line, "status": status}


def _sums(world: World) -> dict[str, dict[str, int]]:
    sums: dict[str, dict[str, int]] = defaultdict(lambda: {"available": 0, "pending": 0})
    for line in world.store.all("balance_transaction"):
        part = "available" if line["available_on"] <= world.now() else "pending"
        sums[line["currency"]][part] += line["net"]
    return sums
