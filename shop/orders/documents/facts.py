"""Freezes what a paper says: amounts, parties and texts of the moment at which it is issued.

All that the PDF is set from stands in the facts, words of the page included: a later release with
other words, names or rates changes no paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shop.catalogue.delivery.names import address_lines, country_name
from shop.core.languages import beside, labelled, percent, sentences
from shop.orders.cart.duties import duties_in
from shop.orders.cart.formats import amount, full_day, less
from shop.orders.documents.devices import device_of
from shop.orders.documents.models import Document
from shop.orders.documents.parts import PaperLine, TaxInside, taxes
from shop.orders.models import Refund, Suborder
from shop.people.merchants.sellers import Seller, operator

VERSION = 1
type Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper to be: what it is about, read before its number is taken."""

    part: Suborder
    lines: Sequence[PaperLine]
    invoice: Document | None = None
    refund: Refund | None = None

    @property
    def kind(self) -> str:
        """Return the kind of the paper."""
        return Document.Kind.CREDIT_NOTE if self.refund else Document.Kind.INVOICE

    @property
    def total(self) -> int:
        """Return the sum of its lines."""
        return sum(line.paid for line in self.lines)


def facts_of(paper: Paper, number: str, *, at: datetime) -> Facts:
    """Return what a paper says, in the language of its order. One statement where a border is."""
    part, order = paper.part, paper.part.order
    seller, inside = part.seller, taxes(paper.lines, part.vat_bp)
    contact = order.contact
    with translation.override(order.language):
        return {
            "version": VERSION,
            "kind": paper.kind,
            "number": number,
            "order": order.number,
            "language": order.language,
            "currency": order.currency,
            "issued": iso_day(at, seller),
            "paid": iso_day(cast("datetime", part.paid_at), seller),
            "seller": party(seller) | {"store": part.merchant.name},
            "buyer": {"country": contact.country, "lines": list(_billed_to(paper))},
            "treatment": part.tax,
            "device": device_of(seller.country),
            "lines": [_line(line) for line in paper.lines],
            "taxes": [asdict(row) | {"net": row.net} for row in inside],
            "total": paper.total,
            "corrects": paper.invoice.number if paper.invoice else "",
            "page": _page(paper, seller, number, inside, at=at),
        }


def party(seller: Seller) -> Facts:
    """Return a seller as papers freeze it."""
    return {
        "name": seller.name,
        "tax_number": seller.tax_number,
        "lines": list(seller.lines),
        "country": seller.country,
    }


def _line(line: PaperLine) -> Facts:
    facts = {name: getattr(line, name) for name in ("quantity", "price", "less", "paid", "tax")}
    if line.line is None:
        return facts | {"title": "", "sku": "", "customs_code": ""}
    row = line.line
    return facts | {"title": row.read, "sku": row.sku, "customs_code": row.product.hs_code}


def _page(
    paper: Paper, seller: Seller, number: str, inside: Sequence[TaxInside], *, at: datetime
) -> Facts:
    """Return the words of the page, in the order in which it has them."""
    order = paper.part.order
    title = _("Credit note %(number)s") if paper.refund else _("Invoice %(number)s")
    columns, rows = _table(paper, has_tax=bool(inside))
    through = operator()
    return {
        "title": title % {"number": number},
        "device": _("Not a fiscal receipt. It becomes one with the number of the tax office."),
        "fiscal_number": _("Fiscal number"),
        "parties": [
            [_("Sold by"), seller_lines(seller, order.language)],
            [_("Billed to"), list(_billed_to(paper))],
        ],
        "about": [
            [_("Date"), full_day(day_of(at, seller))],
            [_("Order"), order.number],
            [pgettext("order state", "Paid"), full_day(day_of(_paid_at(paper), seller))],
        ],
        "columns": columns,
        "rows": rows,
        "total": [
            _("Total credited") if paper.refund else _("Total paid"),
            amount(paper.total, order.currency),
        ],
        "taxes": [tax_row(row, order.currency, order.language) for row in inside],
        "notes": list(_notes(paper, seller)),
        "through": labelled(_("Sold through"), through.name) if seller.merchant else "",
    }


def _table(paper: Paper, *, has_tax: bool) -> tuple[list[str], list[list[str]]]:
    """Return the heads and the rows of the table; what no row has is left out."""
    part, currency = paper.part, paper.part.order.currency
    rate = percent(part.vat_bp / 100, part.order.language)
    columns: list[tuple[str, list[str]]] = [
        (_("Qty"), [str(row.quantity or "") for row in paper.lines]),
        (_("Price"), [amount(row.price, currency) if row.quantity else "" for row in paper.lines]),
        (_("Vouchers"), [less(row.less, currency) if row.less else "" for row in paper.lines]),
        (_("VAT"), [rate if has_tax else "" for row in paper.lines]),
        (_("Amount"), [amount(row.paid, currency) for row in paper.lines]),
    ]
    shown = [(head, cells) for head, cells in columns if any(cells)]
    items = [_item(row) for row in paper.lines]
    heads = [_("Item"), *(head for head, _cells in shown)]
    cells = zip(*(cells for _head, cells in shown), strict=True)
    return heads, [[*item, *row] for item, row in zip(items, cells, strict=True)]


def _item(row: PaperLine) -> list[str]:
    """Return a line's title, and what stands small below it."""
    if row.line is None:
        return [_("Delivery"), ""]
    code = row.line.product.hs_code
    return [row.line.read, beside(row.line.sku, labelled(_("Customs code"), code) if code else "")]


def tax_row(row: TaxInside, currency: str, language: str) -> list[str]:
    """Return the row of a page that says the tax inside an amount."""
    facts = {"rate": percent(row.vat_bp / 100, language), "amount": amount(row.gross, currency)}
    return [_("VAT %(rate)s in %(amount)s") % facts, amount(row.tax, currency)]


def _notes(paper: Paper, seller: Seller) -> Iterator[str]:
    if paper.invoice is not None:
        day = full_day(day_of(paper.invoice.issued_at, seller))
        facts = {"number": paper.invoice.number, "date": day}
        yield _("Corrects invoice %(number)s of %(date)s.") % facts
    if paper.refund and paper.refund.reason:
        yield paper.refund.said_reason
    if paper.part.tax != Suborder.Tax.EXPORT or paper.refund:
        return
    yield _("No VAT of the seller’s country is included.")
    if paper.part.service:
        duties = duties_in(paper.part.order.contact.country)
        yield sentences(*duties.sentences, duties.as_of)


def seller_lines(seller: Seller, language: str) -> list[str]:
    """Return the lines by which a page names a seller: name, address, country, VAT number."""
    country = country_name(seller.country, language) if seller.country else ""
    number = labelled(_("VAT number"), seller.tax_number) if seller.tax_number else ""
    return [line for line in (seller.name, *seller.lines, country, number) if line]


def _billed_to(paper: Paper) -> tuple[str, ...]:
    order = paper.part.order
    return address_lines(order.contact, order.language)


def _paid_at(paper: Paper) -> datetime:
    return cast("datetime", paper.part.paid_at)


def day_of(at: datetime, seller: Seller) -> datetime:
    """Return a moment by the clock of the place where a seller sits."""
    return at.astimezone(ZoneInfo(seller.zone))


def iso_day(at: datetime, seller: Seller) -> str:
    """Return the day of a moment there: 2026-11-30."""
    return f"{day_of(at, seller):%Y-%m-%d}"
