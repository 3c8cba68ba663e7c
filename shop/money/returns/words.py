"""What a request, its reason and its state are called, in the language of the page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shop.money.returns.models import ReturnLine, ReturnRequest
from shop.orders.models import Replacement

Reason, State, Kind = ReturnLine.Reason, ReturnRequest.State, ReturnRequest.Kind

REASONS = {
    Reason.WRONG: _("It is not what I ordered"),
    Reason.BROKEN: _("It is broken or faulty"),
    Reason.DIFFERS: _("It is not as described"),
    Reason.INCOMPLETE: _("Something is missing"),
    Reason.SIZE: _("It is too big or too small"),
    Reason.MIND: _("I changed my mind"),
    Reason.MISSING: _("It did not arrive"),
}
STATES = {
    State.ASKED: (_("The store answers"), "warn"),
    State.AGREED: (_("To be sent back"), "info"),
    State.SENT: (_("On its way back"), "info"),
    State.RECEIVED: (_("With the store"), "info"),
    State.REFUNDED: (_("Money sent back"), "good"),
    State.REPLACED: (_("Sent again"), "good"),
    State.REFUSED: (pgettext_lazy("request", "Refused"), "bad"),
    State.APPEALED: (_("An organizer decides"), "warn"),
    State.LAPSED: (_("Ended"), ""),
}
KINDS = {
    Kind.CANCEL: _("Cancellation"),
    Kind.MISSING: _("Missing parcel"),
    Kind.RETURN: _("Return"),
}
REPLACEMENTS = {
    Replacement.State.WAITING: (_("To be sent"), "warn"),
    Replacement.State.SHIPPED: (_("On the way"), "info"),
    Replacement.State.DELIVERED: (_("Delivered"), "good"),
    Replacement.State.CANCELLED: (_("Cancelled"), "bad"),
}


def reason_words(reason: str) -> str:
    """Return a reason in words."""
    return str(REASONS[Reason(reason)])


def state_words(state: str) -> tuple[str, str]:
    """Return a state in words, and the kind of its tag."""
    text, kind = STATES[State(state)]
    return str(text), kind


def replacement_words(state: str) -> tuple[str, str]:
    """Return the state of a replacement in words, and the kind of its tag."""
    text, kind = REPLACEMENTS[Replacement.State(state)]
    return str(text), kind
