"""The money of a store: owed, held, settled, paid; its settlements line by line, and as sheets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shop.core import clock
from shop.core.currencies import in_whole
from shop.core.errors import ShopError
from shop.core.forms.private_files import as_file
from shop.core.spreadsheets.tables import Table, streamed
from shop.core.spreadsheets.tables import sheet as sheet_of
from shop.festivals.models import Enrolment, Festival
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.merchant.dashboard.paging import RowsPage, in_parts, page_of
from shop.money.settlements.countries import allowed
from shop.money.settlements.make import LEAST, ask_for, least_for
from shop.money.settlements.methods import current_method, is_barred, no_account
from shop.money.settlements.models import PayoutMethod, PayoutProof, Settlement
from shop.money.settlements.money import (
    StoreMoney,
    explained,
    held_parts,
    kept_from,
    money_of,
    payouts_of,
    settlements_of,
)
from shop.money.settlements.statement import has_statement, statement_answer
from shop.money.settlements.sums import figures_of, total_of
from shop.money.settlements.words import kind_words
from shop.orders.documents.lists import pdf_answer
from shop.orders.documents.models import Document
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

SHOWN = 20
STATES = {
    Settlement.State.DRAFT: (gettext_lazy("Is being checked"), "warn"),
    Settlement.State.FINAL: (gettext_lazy("Final"), "info"),
    Settlement.State.PAYING: (gettext_lazy("With the bank"), "info"),
    Settlement.State.PAID: (gettext_lazy("Paid out"), "good"),
    Settlement.State.CARRIED: (gettext_lazy("Carried over"), ""),
}
HEADS = ("settlement", "order", "kind", "product", "options", "quantity", "before", "store_gave",
         "others_gave", "shopper_paid", "commission", "yours")  # fmt: skip


who_see_money = store_members(Right.PAYOUTS)


@require_GET
@who_see_money
def overview(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show what a store is owed, what is held until when and why, and its settlements."""
    at = clock.moment_of(request)
    page = page_of(request, held_parts(merchant, at=at), size=SHOWN)
    method = current_method(merchant, at=at)
    methods = list(merchant.payout_methods.exclude(state=PayoutMethod.State.CLOSED))
    currency = settings.SHOP_CURRENCY
    least = least_for(method, currency) if method else 0
    money = money_of(merchant, at=at)
    context = {
        "part": "money",
        "money": money,
        "can_settle": _can_settle(merchant, money, least=least),
        "page": page,
        "held": list(explained(page.rows)),
        "settlements": [_shown(row, at=at) for row in settlements_of(merchant)[:SHOWN]],
        "method": method,
        "methods": methods,
        "barred": [] if method else [row for row in methods if is_barred(row, at=at)],
        "least": least,
        "ways": allowed(merchant),
        "least_of_rails": {str(rail): one.in_minor(currency) for rail, one in LEAST.items()},
        "no_account": "" if method else no_account(methods, at=at),
        "currency": currency,
        "festivals": _statements(merchant),
    }
    return render(request, "shop/merchant/dashboard/money.html", context)


def _statements(merchant: Merchant) -> list[Festival]:
    """Return the festivals that a store takes or took part in, the last first."""
    own = Enrolment.objects.filter(merchant=merchant, state=Enrolment.State.ACCEPTED)
    rows = Festival.objects.filter(enrolments__in=own)
    return list(rows.order_by("-starts_at", "-pk")[:SHOWN])


@require_GET
@who_see_money
def held_sheet(request: MemberRequest, merchant: Merchant) -> HttpResponseBase:
    """Return all that is held as CSV."""
    at = clock.moment_of(request)

    rows = held_parts(merchant, at=at)

    def cells() -> Iterator[list[Any]]:
        for row in explained(in_parts(rows, size=200, soonest="arrives_to")):
            until = f"{row.until:%Y-%m-%d}" if row.until else ""
            yield [row.order.number, in_whole(row.amount, settings.SHOP_CURRENCY), until, row.why]

    return streamed(f"held-{merchant.slug}", (("order", "yours", "until", "why"), cells()))


@require_GET
@who_see_money
def settlement(request: MemberRequest, merchant: Merchant, settlement_id: int) -> HttpResponse:
    """Show one settlement, line by line, with how it was paid."""
    row, at = (
        get_object_or_404(settlements_of(merchant), pk=settlement_id),
        clock.moment_of(request),
    )
    figures, is_draft = figures_of(row, at=at), row.state == Settlement.State.DRAFT
    page = page_of(request, kept_from(row, at=at), size=SHOWN) if is_draft else RowsPage([])
    context = {
        "part": "money",
        "lines": [(line, kind_words(line["kind"])) for line in figures.lines],
        "sums": figures.sums,
        **_shown(row, at=at),
        "is_draft": is_draft,
        "kept": list(explained(page.rows)),
        "page": page,
        "has_pdf": has_statement(row),
        "proved": set(
            PayoutProof.objects.filter(payout__settlement=row).values_list("payout", flat=True)
        ),
    }
    return render(request, "shop/merchant/dashboard/settlement.html", context)


@require_GET
@who_see_money
def settlement_sheet(
    request: MemberRequest, merchant: Merchant, settlement_id: int, kind: str
) -> HttpResponseBase:
    """Return one settlement as CSV, XLSX or PDF."""
    row = get_object_or_404(settlements_of(merchant), pk=settlement_id)
    if kind == "pdf":
        if not has_statement(row):
            raise Http404
        return statement_answer(row, language=get_language() or "en")
    name = f"settlement-{row.number.lower()}"
    table = table_of(row, at=clock.moment_of(request))
    return sheet_of(name, kind, {row.number: table})


@require_GET
@who_see_money
def commission(request: MemberRequest, merchant: Merchant, settlement_id: int) -> HttpResponse:
    """Return the invoice about the commission of a settlement."""
    papers = Document.objects.filter(settlement__in=settlements_of(merchant))
    return pdf_answer(get_object_or_404(papers, settlement=settlement_id))


@require_GET
@who_see_money
def proof(request: MemberRequest, merchant: Merchant, payout_id: int) -> HttpResponse:
    """Return the bank's paper about a payout of the store."""
    rows = PayoutProof.objects.filter(payout__settlement__merchant=merchant)
    row = get_object_or_404(rows, payout=payout_id)
    return as_file(row, f"proof-{row.pk}")


@require_POST
@store_members(Right.ACCOUNT)
def ask(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Ask for what is owed before the next cut-off."""
    try:
        made = ask_for(merchant, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("Settlement %(number)s is being checked. You get a mail when it is final.")
        messages.success(request, text % {"number": made.number})
    return redirect("workspace-money", merchant.slug)


def _can_settle(merchant: Merchant, money: StoreMoney, *, least: int) -> bool:
    """Tell whether what is ready stands on the next settlement: enough, with where to pay it."""
    if merchant.is_unpaid:
        return False
    return money.ready <= 0 or 0 < least <= money.ready or bool(least and merchant.is_leaving)


def table_of(row: Settlement, *, at: datetime) -> Table:
    """Return the lines of a settlement as a table, in whole units of its currency."""
    figures = figures_of(row, at=at)

    def cells(line: dict[str, Any]) -> list[Any]:
        amounts = (
            line[name]
            for name in ("before", "store_gave", "others_gave", "paid", "commission", "yours")
        )
        return [
            row.number, line["order"], line["kind"], line["what"], line["options"],
            line["quantity"] or "", *(in_whole(amount, row.currency) for amount in amounts),
        ]  # fmt: skip

    sums = figures.sums
    beside = [("netted", -sums.netted), ("reserve", -sums.reserved), ("total", sums.total)]
    below = [
        [row.number, "", name, "", "", "", "", "", "", "", "", in_whole(amount, row.currency)]
        for name, amount in beside
        if amount or name == "total"
    ]
    return HEADS, [*(cells(line) for line in figures.lines), *below]


def _shown(row: Settlement, *, at: datetime) -> dict[str, Any]:
    state, tag = STATES[Settlement.State(row.state)]
    payouts = payouts_of(row)
    return {"settlement": row, "total": total_of(row, at=at), "state": state, "tag": tag,
            "payouts": payouts, "payout": next(iter(payouts), None)}  # fmt: skip
