"""What a bank says a dispute is about, and how it stands, in the language of the reader."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shop.money.payments.disputes.models import Dispute

State = Dispute.State
OTHER = _("Another reason")
# Stripe's words: https://docs.stripe.com/api/disputes/object#dispute_object-reason
REASONS = {
    "fraudulent": _("The cardholder says that somebody else paid"),
    "product_not_received": _("The goods did not come"),
    "product_unacceptable": _("The goods are broken, or not as described"),
    "duplicate": _("It was charged twice"),
    "credit_not_processed": _("A promised refund did not come"),
    "subscription_canceled": OTHER,
    "unrecognized": _("The cardholder does not know the payment"),
    "general": OTHER,
}
STATES = {
    State.INQUIRY: (_("The bank asks"), "warn"),
    State.OPEN: (_("Disputed"), "bad"),
    State.ANSWERED: (_("The bank decides"), "info"),
    State.ACCEPTED: (_("Accepted"), ""),
    State.WON: (pgettext_lazy("dispute", "Won"), "good"),
    State.LOST: (pgettext_lazy("dispute", "Lost"), "bad"),
    State.CLOSED: (_("Came to nothing"), "good"),
}


def reason_words(reason: str, language: str) -> str:
    """Return what a bank says a dispute is about, in a language."""
    with translation.override(language):
        return str(REASONS.get(reason, OTHER))


def state_words(state: str) -> tuple[str, str]:
    """Return how a dispute stands in words, and the kind of its tag."""
    text, kind = STATES[State(state)]
    return str(text), kind
