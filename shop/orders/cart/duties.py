"""Import tax and duty at the border, in words. They are never part of our charge."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import Expression, QuerySet
from django.utils.translation import gettext as _

from shop.catalogue.delivery.models import ImportRule
from shop.catalogue.delivery.names import country_name, tax_name
from shop.core.currencies import currencies
from shop.core.languages import percent
from shop.core.statements.composed import TEXT, composed
from shop.orders.cart.formats import amount, full_day, language
from shop.orders.cart.pricing import PricedCart
from shop.orders.cart.sums import crosses_border


@dataclass(frozen=True, slots=True)
class Duties:
    """The import tax and duty of a country, as far as known; ``note`` is in English.

    ``codes`` are the customs codes of what is sent there.
    """

    sentences: tuple[str, ...]
    note: str
    as_of: str
    codes: tuple[str, ...] = ()


def duties_of(priced: PricedCart) -> Duties | None:
    """Return the sentences on import tax and duty, or None where no border is crossed.

    One statement.
    """
    if not crosses_border(priced):
        return None
    products = [line.variant.product for line in priced.lines]
    sent = {product for product in products if product.merchant.country != priced.cart.country}
    codes = sorted({product.hs_code for product in sent if product.hs_code})
    return replace(duties_in(priced.cart.country), codes=tuple(codes))


def duties_in(country: str) -> Duties:
    """Return the sentences on import tax and duty of a country. One statement."""
    sentences = [_("Duties are not included. You may have to pay them on delivery.")]
    rule = next(iter(rules_of(country=country)), None)
    if rule is None:
        return Duties(tuple(sentences), "", "")
    facts = {"country": country_name(rule.country_id, language())}
    if rule.standard_rate not in ("", "0"):
        facts |= {"tax": tax_name(rule.tax_name), "rate": _rate(rule.standard_rate)}
        sentences.append(_("%(country)s usually asks %(tax)s of %(rate)s on imports.") % facts)
    if limit := _limit(rule):
        facts |= {"amount": limit}
        sentences.append(_("Goods up to %(amount)s are free of duty in %(country)s.") % facts)
    as_of = _("As of %(date)s.") % {"date": full_day(rule.seen_on)}
    return Duties(tuple(sentences), rule.note, as_of)


@composed(country=TEXT)
def rules_of(*, country: Expression) -> QuerySet[ImportRule]:
    """Return the import rule of a country, as a set of one or none."""
    return ImportRule.objects.filter(country=country)


def _rate(typed: str) -> str:
    """Return a percentage in the reader's language; other text stays as it was noted."""
    try:
        return percent(float(typed), language())
    except ValueError:
        return typed


def _limit(rule: ImportRule) -> str:
    """Return the value up to which no duty is due; empty where there is none or none is known."""
    value, known = rule.duty_free_limit, currencies().get(rule.limit_currency)
    if known is None or not value.isdecimal() or value == "0":
        return ""
    return amount(int(value) * 10**known.exponent, known.code)
