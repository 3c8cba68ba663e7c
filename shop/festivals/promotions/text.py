"""The name and the terms of a benefit, in sentences that are the same for everybody."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.core.currencies import written
from shop.core.languages import in_language, listed, percent
from shop.festivals.models import Promotion
from shop.festivals.pricing.benefit_form import COLUMNS, NumberKind

# What the name of a benefit depends on, and beside what it is said.
NAMED_BY = ("code", "title", "titles", "group", "trigger", "kind", *COLUMNS)


def named(promotion: Promotion, language: str) -> str:
    """Return the name of a benefit in the language of the page.

    Where nobody has written a title in it, the benefit is called by what it gives: that is exact,
    and is said in every language.
    """
    own = in_language(promotion.titles, language)
    if own or language == settings.LANGUAGE_CODE:
        return own or promotion.title
    return gives(promotion, language)


def title_and_terms(promotion: Promotion, language: str) -> tuple[str, str]:
    """Return a benefit's title and its terms; the second is empty where both are the same."""
    title, terms = named(promotion, language), gives(promotion, language)
    return title, "" if terms == title else terms


def gives(promotion: Promotion, language: str) -> str:
    """Return the discount of a benefit and its bounds: "10% off, on orders over $50.00"."""
    parts = [_what(promotion, language)]
    if promotion.cap is not None:
        parts.append(_("at most %(amount)s") % {"amount": _money(promotion.cap, language)})
    if promotion.min_spend:
        minimum = {"amount": _money(promotion.min_spend, language)}
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
    def write(number: int, sort: NumberKind) -> str:
        if sort == NumberKind.AMOUNT:
            return _money(number, language)
        return percent(number, language) if sort == NumberKind.PERCENT else str(number)

    return _(promotion.rule.said) % promotion.rule.facts(promotion, write)


def _money(amount: int, language: str) -> str:
    return written(amount, settings.SHOP_CURRENCY, language)
