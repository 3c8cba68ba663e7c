"""Words for what a line of a settlement is, as stores read them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

KINDS = {
    "goods": gettext_lazy("Goods"),
    "delivery": gettext_lazy("Delivery"),
    "refund": gettext_lazy("Refund"),
    "delivery refund": gettext_lazy("Refund of delivery"),
    "goodwill": gettext_lazy("Goodwill"),
    "reversal": gettext_lazy("Taken back from your account at the provider"),
    "tax": gettext_lazy("Tax that the platform pays"),
    "reserve_released": gettext_lazy("Reserve that is yours again"),
    "dispute_won": gettext_lazy("Dispute won"),
    "dispute_fee": gettext_lazy("Fee of a dispute"),
    "payout_tariff": gettext_lazy("Fee of a payout"),
}


def kind_words(kind: str) -> str:
    """Return what a line of a kind is called."""
    return str(KINDS.get(kind, kind))
