"""Bills stores for the commission in their settlements: papers of the operator, numbered by year.

A settlement in which more commission comes back than is taken gets a credit note instead.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from shop.core.jobs import each
from shop.core.locks import lock_one
from shop.money.ledger.posting import moves
from shop.money.ledger.posting.entries import EventFacts
from shop.money.settlements.models import Settlement
from shop.money.settlements.money import language_of
from shop.orders.cart.formats import amount, full_day
from shop.orders.documents.facts import VERSION, day_of, iso_day, party, seller_lines, tax_row
from shop.orders.documents.models import Document
from shop.orders.documents.parts import TaxInside
from shop.orders.documents.series import lock_series, write
from shop.orders.taxes import tax_in
from shop.people.merchants.sellers import as_seller, operator

BILLS = "bill stores for commission"


def to_bill() -> QuerySet[Settlement]:
    """Return final settlements with commission and no paper about it, the oldest first."""
    rows = Settlement.objects.filter(commission_paper=None, state__in=Settlement.FROZEN)
    return rows.exclude(commission=0).order_by("final_at", "pk")


def make_bills(*, at: datetime) -> int:
    """Make the papers about commission that are not there yet. In the beat; safe to repeat."""
    return each(BILLS, to_bill(), lambda row: bill(row.pk, at=at), at=at)


@transaction.atomic
def bill(settlement_id: int, *, at: datetime) -> bool:
    """Make the paper about the commission of a settlement; False where it is there."""
    row = lock_one(Settlement.objects, settlement_id)
    if not to_bill().filter(pk=row.pk).exists():
        return False
    kind = Document.Kind.COMMISSION if row.commission > 0 else Document.Kind.COMMISSION_CREDIT
    inside = _tax_inside(row)
    series = lock_series(operator(), kind, at=at)
    made = write(series, partial(_facts, row, kind, inside, at=at), at=at)
    Settlement.objects.filter(pk=row.pk).update(commission_paper=made)
    if tax := sum(one.tax for one in inside):
        facts = EventFacts(reference=str(made.pk), currency=row.currency, at=at)
        moves.COMMISSION_TAX.book(tax if row.commission > 0 else -tax, row.merchant, **facts)
    return True


def _tax_inside(row: Settlement) -> list[TaxInside]:
    """Return the tax inside the commission: of the operator's country, for stores of it."""
    rate, gross = settings.COMMISSION_VAT_BP, abs(row.commission)
    if not rate or row.merchant.country != settings.OPERATOR_COUNTRY:
        return []
    return [TaxInside(rate, gross, tax_in(gross, rate))]


def _facts(
    row: Settlement, kind: str, inside: list[TaxInside], number: str, *, at: datetime
) -> dict[str, Any]:
    """Return what the paper says, in the language of the store's people."""
    seller, buyer, language = operator(), as_seller(row.merchant), language_of(row.merchant)
    total = abs(row.commission)
    with translation.override(language):
        return {
            "version": VERSION,
            "kind": kind,
            "number": number,
            "order": row.number,
            "language": language,
            "currency": row.currency,
            "issued": iso_day(at, seller),
            "seller": party(seller) | {"store": ""},
            "buyer": {"country": buyer.country, "lines": seller_lines(buyer, language)},
            "treatment": "",
            "device": "",
            "lines": [{"title": row.number, "paid": total}],
            "taxes": [asdict(one) | {"net": one.net} for one in inside],
            "total": total,
            "corrects": "",
            "page": _page(row, inside, number, at=at),
        }


def _page(row: Settlement, inside: list[TaxInside], number: str, *, at: datetime) -> dict[str, Any]:
    """Return the words of the page, in the active language."""
    seller, buyer, is_credit = operator(), as_seller(row.merchant), row.commission < 0
    language = translation.get_language() or "en"
    title = _("Credit note %(number)s") if is_credit else _("Invoice %(number)s")
    money = amount(abs(row.commission), row.currency)
    up_to = {"date": full_day(day_of(row.cut_off, seller))}
    return {
        "title": title % {"number": number},
        "device": "",
        "fiscal_number": _("Fiscal number"),
        "parties": [
            [_("Sold by"), seller_lines(seller, language)],
            [_("Billed to"), seller_lines(buyer, language)],
        ],
        "about": [
            [_("Date"), full_day(day_of(at, seller))],
            [_("Settlement"), row.number],
        ],
        "columns": [_("Item"), _("Amount")],
        "rows": [[_("Commission"), _("Up to %(date)s") % up_to, money]],
        "total": [_("Total credited") if is_credit else _("Total"), money],
        "taxes": [tax_row(one, row.currency, language) for one in inside],
        "notes": [_note(inside, is_credit=is_credit)],
        "through": "",
    }


def _note(inside: list[TaxInside], *, is_credit: bool) -> str:
    taken = _("It is taken off in the settlement already: there is nothing to pay.")
    told = _("It is part of the settlement already.") if is_credit else taken
    if inside:
        return told
    return " ".join((told, _("No VAT of the seller’s country is included.")))
