"""Sets a settlement as PDF, as its store reads it: from its frozen lines, on the page of papers."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from shop.core.languages import beside
from shop.money.settlements.models import Settlement
from shop.money.settlements.words import kind_words
from shop.orders.cart.formats import amount, full_day, less
from shop.orders.documents.facts import day_of, seller_lines
from shop.orders.documents.pdf import as_answer, set_page
from shop.people.merchants.sellers import as_seller, operator

MOST_LINES = 1_000
"""What is longer is taken away as a sheet: setting it would keep a shopper waiting."""


def has_statement(row: Settlement) -> bool:
    """Tell whether a settlement is final, and short enough for a page."""
    return row.state in Settlement.FROZEN and len(row.lines) <= MOST_LINES


def statement_answer(row: Settlement, *, language: str) -> HttpResponse:
    """Return a settlement as PDF, in a language, as an answer to a browser."""
    with translation.override(language):
        return as_answer(set_page(json.dumps(statement_facts(row, language))), f"{row.number}.pdf")


def statement_facts(row: Settlement, language: str) -> dict[str, Any]:
    """Return what the page says, in the active language, which is the one that is named."""
    seller, buyer = operator(), as_seller(row.merchant)
    return {
        "language": language,
        "number": row.number,
        "device": "",
        "seller": {"name": seller.name},
        "page": {
            "is_wide": True,
            "title": f"{_('Settlement')} {row.number}",
            "device": "",
            "fiscal_number": "",
            "parties": [
                [seller.name, seller_lines(seller, language)[1:]],
                [row.merchant.name, _beside_name(row, seller_lines(buyer, language))],
            ],
            "about": _about(row),
            "columns": [_("Order"), _("Before"), _("You gave"), _("Others gave"),
                        _("Shopper paid"), _("Commission"), _("Yours")],
            "rows": [_line(line, row.currency) for line in row.lines],
            "sums": _sums(row),
            "total": _total(row),
            "taxes": [],
            "notes": [_("Commission is taken on what the shopper paid and others gave, none on "
                        "delivery, as agreed when each order was placed.")],
            "through": "",
        },
    }  # fmt: skip


def _beside_name(row: Settlement, lines: list[str]) -> list[str]:
    """Return the lines of a store below its name, which is not said twice."""
    return lines[1:] if lines[:1] == [row.merchant.name] else lines


def _about(row: Settlement) -> list[list[str]]:
    """Return what it covers, and how it was paid."""
    found = [[_("Cut-off"), full_day(day_of(row.cut_off, operator()))]]
    for payout in row.payouts.all():
        if payout.bank_reference and payout.paid_on:
            found += [
                [_("Paid on"), full_day(payout.paid_on)],
                [_("Reference of the bank"), payout.bank_reference],
            ]
    return found


def _line(line: dict[str, Any], currency: str) -> list[str]:
    what = beside(line["what"], line["options"]) or kind_words(line["kind"])
    count = f"{line['quantity']} × " if line["quantity"] else ""
    is_goods = line["kind"] == "goods" or not line["what"]
    title = " ".join(filter(None, (line["order"], f"{count}{what}")))
    parts = ("before", "store_gave", "others_gave", "paid", "commission")
    amounts = [-line[name] if name == "store_gave" else line[name] for name in parts]
    return [
        title, "" if is_goods else kind_words(line["kind"]),
        *(_amount(n, currency) if n else "" for n in amounts), _amount(line["yours"], currency),
    ]  # fmt: skip


def _total(row: Settlement) -> list[str]:
    names = {
        Settlement.State.CARRIED: _("Carried over"), Settlement.State.PAID: _("Paid to you"),
    }  # fmt: skip
    name = names.get(row.state) or _("To be paid to you")
    return [name, _amount(row.total, row.currency)]


def _sums(row: Settlement) -> list[list[str]]:
    """Return the sums that lead to the total."""
    found = [[_("Sum of the lines"), _amount(row.earned, row.currency)]]
    if row.netted:
        found.append([_("Carried from before"), less(row.netted, row.currency)])
    if row.reserved:
        found.append([_("Kept as reserve"), less(row.reserved, row.currency)])
    return found


def _amount(minor: int, currency: str) -> str:
    return less(-minor, currency) if minor < 0 else amount(minor, currency)
