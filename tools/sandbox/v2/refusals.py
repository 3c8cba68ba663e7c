"""What the newer API answers when it refuses: ``{"error": {"type", "code", "message"}}``.

The SDK makes an exception of its own of the types in ``TYPES``; whatever else it makes an
InvalidRequestError, as of the older API's errors.
"""

from tools.sandbox.errors import Refused
from tools.sandbox.forms import names

INVALID = "invalid_request_error"
TYPES = names(
    "already_canceled blocked_by_stripe cannot_proceed capability_not_enabled"
    " controlled_by_alternate_resource feature_not_enabled financial_account_not_open"
    " fx_quote_needs_refresh insufficient_funds invalid_payment_method invalid_payout_method"
    " invalid_vaulted_credential not_cancelable quota_exceeded rate_limit recipient_not_notifiable"
    " temporary_session_expired"
)


def refused(kind: str, code: str, message: str) -> Refused:
    """Return a refusal by the state of things, of one of the SDK's types."""
    return Refused(400, message, type=kind, code=code)


def wrong(message: str, code: str = "invalid_fields") -> Refused:
    """Return the refusal of a wrong parameter."""
    return Refused(400, message, type=INVALID, code=code)


def not_found(kind: str, object_id: str) -> Refused:
    """Return the answer about an object that does not exist, or belongs to somebody else."""
    name = kind.rpartition(".")[2].replace("_", " ")
    return Refused(404, f"No such {name}: '{object_id}'", type=INVALID, code="not_found")
