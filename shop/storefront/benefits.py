"""What a promotion gives, in a sentence that is the same for everybody."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.festivals.models import Promotion
from shop.languages import listed, percent
from shop.storefront.cards import money


def gives(promotion: Promotion, language: str) -> str:
    """Return what is taken off and from which sum on: "10% off, on orders over $50.00"."""
    parts = [_what(promotion, language)]
    if promotion.cap is not None:
        parts.append(_("at most %(amount)s") % {"amount": money(promotion.cap, language)})
    if promotion.min_spend:
        minimum = {"amount": money(promotion.min_spend, language)}
        parts.append(_("on orders over %(amount)s") % minimum)
    return listed(parts)


def left_text(left: int | None) -> str:
    """Return how many vouchers are left, nothing where there is no limit."""
    if left is None:
        return ""
    if left <= 0:
        return _("All claimed")
    return ngettext("%(count)d voucher left", "%(count)d vouchers left", left) % {"count": left}


def _what(promotion: Promotion, language: str) -> str:
    value = money(promotion.value, language)
    match promotion.kind:
        case Promotion.Kind.PERCENT:
            return _("%(amount)s off") % {"amount": percent(promotion.value, language)}
        case Promotion.Kind.STEP:
            each = {"amount": value, "every": money(promotion.every or 0, language)}
            return _("%(amount)s off for every %(every)s") % each
        case Promotion.Kind.FREE_SHIPPING:
            return _("Free delivery")
        case _:
            return _("%(amount)s off") % {"amount": value}
