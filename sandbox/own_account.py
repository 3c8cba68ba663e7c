from sandbox.forms import Form
from sandbox.store import Body
from sandbox.world import World

ACCOUNT_ID = "acct_sandbox"
CAPABILITIES = {"card_payments": "active", "transfers": "active"}


def retrieve(world: World, _form: Form) -> Body:
    """Return the account that the key belongs to, as its owner has left it."""
    due = world.setting("own account", "due", [])
    return {
        "id": ACCOUNT_ID,
        "object": "account",
        "business_profile": None,
        "business_type": None,
        "capabilities": world.setting("own account", "capabilities", CAPABILITIES),
        "charges_enabled": world.setting("own account", "charges", True),
        "country": "US",
        "default_currency": world.setting("own account", "currency", "usd"),
        "details_submitted": True,
        "email": None,
        "metadata": {},
        "payouts_enabled": world.setting("own account", "payouts", True),
        "requirements": {
            "alternatives": [],
            "current_deadline": None,
            "currently_due": due,
            "disabled_reason": None,
            "errors": [],
            "eventually_due": due,
            "past_due": [],
            "pending_verification": [],
        },
        "settings": None,
        "type": "standard",
    }


def retrieve_settings(world: World, _form: Form) -> Body:
    """Return when the balance is paid out, and what stays there."""
    interval = world.setting("balance settings", "interval", "daily")
    return {
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": True,
            "payouts": {
                "automatic_transfer_rules_by_currency": None,
                "minimum_balance_by_currency": world.setting("balance settings", "least", None),
                "schedule": {"interval": interval},
                "statement_descriptor": None,
                "status": "enabled",
            },
            "settlement_timing": {"delay_days": 2, "start_of_day": None},
        },
    }


def update_settings(world: World, form: Form) -> Body:
    """Change when the balance is paid out, or what stays there."""
    form.only(frozenset({"payments"}))
    payments = form.inner("payments")
    payments.only(frozenset({"payouts"}))
    payouts = payments.inner("payouts")
    payouts.only(frozenset({"schedule", "minimum_balance_by_currency"}))
    schedule, least = payouts.inner("schedule"), payouts.inner("minimum_balance_by_currency")
    before = retrieve_settings(world, form)["payments"]["payouts"]
    kinds = ("daily", "manual", "monthly", "weekly")
    world.remember(
        "balance settings",
        interval=schedule.choice("interval", *kinds) or before["schedule"]["interval"],
        least={code: least.need_integer(code) for code in least.fields}
        or before["minimum_balance_by_currency"],
    )
    return retrieve_settings(world, form)
