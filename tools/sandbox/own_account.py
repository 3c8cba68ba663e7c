from tools.sandbox.forms import Form
from tools.sandbox.store import Body
from tools.sandbox.world import World

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
