"""The money of a store: owed, held, settled, paid; its settlements line by line, and as sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from shop import clock
from shop.currencies import in_whole
from shop.errors import ShopError
from shop.merchants.models import Merchant
from shop.settlements.countries import is_reached
from shop.settlements.lines import lines_now
from shop.settlements.make import LEAST, ask_for, least_for
from shop.settlements.methods import current_method, no_account
from shop.settlements.models import PayoutMethod, PayoutProof, Settlement
from shop.settlements.money import explained, held_parts, money_of, payout_of, settlements_of
from shop.spreadsheets import Table, streamed
from shop.spreadsheets import sheet as sheet_of
from shop.workspace.access import MemberRequest, store_members_only
from shop.workspace.paging import in_parts, page_of

SHOWN = 20
STATES = {
    Settlement.State.DRAFT: (gettext_lazy("Is being checked"), "warn"),
    Settlement.State.FINAL: (gettext_lazy("Final"), "info"),
    Settlement.State.PAYING: (gettext_lazy("With the bank"), "info"),
    Settlement.State.PAID: (gettext_lazy("Paid out"), "good"),
    Settlement.State.CARRIED: (gettext_lazy("Carried over"), ""),
}
KINDS = {
    "goods": gettext_lazy("Goods"),
    "delivery": gettext_lazy("Delivery"),
    "refund": gettext_lazy("Refund"),
    "delivery refund": gettext_lazy("Refund of delivery"),
    "goodwill": gettext_lazy("Goodwill"),
    "tax": gettext_lazy("Tax that the platform pays"),
    "reserve_released": gettext_lazy("Reserve that is yours again"),
    "dispute_won": gettext_lazy("Dispute won"),
    "dispute_fee": gettext_lazy("Fee of a dispute"),
    "payout_tariff": gettext_lazy("Fee of a payout"),
}
HEADS = ("settlement", "order", "kind", "product", "options", "quantity", "before", "store_gave",
         "others_gave", "shopper_paid", "commission", "yours")  # fmt: skip


def who_see_money(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let a view of a store answer those members alone who may see its money."""

    @store_members_only
    @wraps(view)
    def guarded(request: MemberRequest, merchant: Merchant, **place: object) -> HttpResponseBase:
        if not request.sees_money:
            raise PermissionDenied
        return view(request, merchant, **place)

    return guarded


@require_GET
@who_see_money
def overview(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show what a store is owed, what is held until when and why, and its settlements."""
    at = clock.moment_of(request)
    page = page_of(request, held_parts(merchant, at=at), size=SHOWN)
    method = current_method(merchant, at=at)
    context = {
        "part": "money",
        "money": money_of(merchant, at=at),
        "page": page,
        "held": list(explained(page.rows)),
        "settlements": [_shown(row) for row in settlements_of(merchant)[:SHOWN]],
        "method": method,
        "methods": merchant.payout_methods.exclude(state=PayoutMethod.State.CLOSED),
        "least": least_for(method) if method else 0,
        "is_reached": is_reached(merchant),
        "least_of_rails": {str(rail): least for rail, least in LEAST.items()},
        "no_account": "" if method else no_account(),
        "currency": settings.SHOP_CURRENCY,
    }
    return render(request, "shop/workspace/money.html", context)


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
    row = get_object_or_404(settlements_of(merchant), pk=settlement_id)
    lines = [(line, KINDS.get(line["kind"], line["kind"])) for line in lines_now(row)]
    context = {"part": "money", "lines": lines, **_shown(row),
               "payouts": sorted(row.payouts.all(), key=lambda one: -one.pk),
               "proved": set(PayoutProof.objects.filter(payout__settlement=row)
                             .values_list("payout", flat=True))}  # fmt: skip
    return render(request, "shop/workspace/settlement.html", context)


@require_GET
@who_see_money
def settlement_sheet(
    request: MemberRequest, merchant: Merchant, settlement_id: int, kind: str
) -> HttpResponseBase:
    """Return one settlement as CSV or XLSX."""
    row = get_object_or_404(settlements_of(merchant), pk=settlement_id)
    name = f"settlement-{row.number.lower()}"
    table = table_of(row)
    return sheet_of(name, kind, {row.number: table})


@require_GET
@who_see_money
def proof(request: MemberRequest, merchant: Merchant, payout_id: int) -> HttpResponse:
    """Return the bank's paper about a payout of the store."""
    rows = PayoutProof.objects.filter(payout__settlement__merchant=merchant)
    return as_file(get_object_or_404(rows, payout=payout_id))


def as_file(row: PayoutProof) -> HttpResponse:
    """Return a proof to be saved, as what it is and nothing else."""
    response = HttpResponse(bytes(row.content), content_type=row.kind)
    ending = row.kind.rpartition("/")[2]
    response.headers["Content-Disposition"] = f'attachment; filename="proof-{row.pk}.{ending}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@who_see_money
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


def table_of(row: Settlement) -> Table:
    """Return the lines of a settlement as a table, in whole units of its currency."""

    def cells(line: dict[str, Any]) -> list[Any]:
        amounts = (
            line[name]
            for name in ("before", "store_gave", "others_gave", "paid", "commission", "yours")
        )
        return [
            row.number, line["order"], line["kind"], line["what"], line["options"],
            line["quantity"] or "", *(in_whole(amount, row.currency) for amount in amounts),
        ]  # fmt: skip

    beside = [("netted", -row.netted), ("reserve", -row.reserved), ("total", row.total)]
    sums = [
        [row.number, "", name, "", "", "", "", "", "", "", "", in_whole(amount, row.currency)]
        for name, amount in beside
        if amount or name == "total"
    ]
    return HEADS, [*(cells(line) for line in lines_now(row)), *sums]


def _shown(row: Settlement) -> dict[str, Any]:
    state, tag = STATES[Settlement.State(row.state)]
    return {"settlement": row, "state": state, "tag": tag, "payout": payout_of(row)}
