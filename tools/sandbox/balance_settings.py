from typing import Any

from tools.sandbox.errors import invalid
from tools.sandbox.forms import Form, names
from tools.sandbox.store import Body
from tools.sandbox.world import World

_KNOWN = names("debit_negative_balances payouts settlement_timing")
_KNOWN_OF_PAYOUTS = names("minimum_balance_by_currency schedule statement_descriptor")
_INTERVALS = ("daily", "manual", "monthly", "weekly")
_NEW: Body = {
    "debit_negative_balances": True,
    "payouts": {
        "automatic_transfer_rules_by_currency": {},  # the SDK cannot read null here
        "minimum_balance_by_currency": None,
        "schedule": {"interval": "manual"},
        "statement_descriptor": None,
        "status": "enabled",
    },
    "settlement_timing": {"delay_days": 2, "start_of_day": None},
}


def retrieve(world: World, _form: Form) -> Body:
    """Return when money leaves the platform's balance by itself: never, unless it was told."""
    return {"object": "balance_settings", "payments": _payments(world)}


def update(world: World, form: Form) -> Body:
    """Change when payouts leave by themselves, and what stays; the sandbox sends none."""
    payments = form.inner("payments")
    payments.only(_KNOWN - {"settlement_timing"})
    payouts = payments.inner("payouts")
    payouts.only(_KNOWN_OF_PAYOUTS)
    now = _payments(world)
    changes: dict[str, Any] = {}
    if "minimum_balance_by_currency" in payouts.fields:
        changes["minimum_balance_by_currency"] = _minimum(now["payouts"], payouts)
    if "schedule" in payouts.fields:
        changes["schedule"] = {**now["payouts"]["schedule"], **_schedule(payouts.inner("schedule"))}
    if text := payouts.text("statement_descriptor"):
        changes["statement_descriptor"] = text
    debits = now["debit_negative_balances"]
    if "debit_negative_balances" in payments.fields:
        debits = payments.flag("debit_negative_balances")
    changed = {"debit_negative_balances": debits, "payouts": {**now["payouts"], **changes}}
    world.remember("balance", payments={**now, **changed})
    return retrieve(world, form)


def _payments(world: World) -> Body:
    return world.setting("balance", "payments", _NEW)


def _minimum(now: Body, payouts: Form) -> dict[str, int] | None:
    """Return what stays in the balance; an empty text takes a currency, or all, away."""
    if payouts.fields["minimum_balance_by_currency"] == "":
        return None
    asked = payouts.inner("minimum_balance_by_currency")
    kept = {**(now["minimum_balance_by_currency"] or {})}
    for code in asked.fields:
        amount = asked.integer(code)
        kept.pop(code, None)
        if amount is not None:
            kept[code] = amount
    return kept or None


def _schedule(asked: Form) -> Body:
    interval = asked.choice("interval", *_INTERVALS)
    days = [int(day) for day in asked.texts("monthly_payout_days") if day.isdecimal()]
    if interval == "monthly" and not days:
        raise invalid("A monthly schedule needs days.", asked.name("monthly_payout_days"))
    return {
        **({"interval": interval} if interval else {}),
        **({"monthly_payout_days": days} if days else {}),
        **({"weekly_payout_days": week} if (week := asked.texts("weekly_payout_days")) else {}),
    }
