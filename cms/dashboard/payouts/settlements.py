"""One settlement at the desk: its lines, and what may become of it; and many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from cms.dashboard.confirm import Act, perform, reason_form
from cms.dashboard.payouts.batches import take_proof
from cms.dashboard.payouts.index import STATES
from cms.dashboard.permissions import may, needs, proved_again
from cms.dashboard.screens import show
from cms.dashboard.tables import Column, Table
from shop.core import clock
from shop.core.currencies import written
from shop.core.errors import ShopError
from shop.core.forms.numbers import ids_of, number_of
from shop.merchant.dashboard.paging import RowsPage, page_of
from shop.money.settlements import make
from shop.money.settlements.methods import current_method
from shop.money.settlements.models import Settlement
from shop.money.settlements.money import HeldPart, explained, kept_from
from shop.money.settlements.proofs import BankProof, pay_elsewhere
from shop.money.settlements.sums import figures_of, total_of
from shop.people.accounts.requests import SignedIn

TRAIL = [("/organize/settlements/", "Settlements")]
AMOUNTS = (
    ("Before", "before"), ("Store gave", "store_gave"), ("Others gave", "others_gave"),
    ("Shopper paid", "paid"), ("Commission", "commission"), ("Store’s", "yours"),
)  # fmt: skip
MOST_AT_ONCE = 50
MOST_KEPT = 50


@require_GET
@needs("view_settlement")
def settlement(request: SignedIn, pk: int) -> HttpResponse:
    """Show a settlement, line by line."""
    row = get_object_or_404(Settlement.objects.select_related("merchant", "method"), pk=pk)
    is_draft, at = row.state == Settlement.State.DRAFT, clock.moment_of(request)
    figures = figures_of(row, at=at)
    sums = figures.sums
    page = page_of(request, kept_from(row, at=at), size=MOST_KEPT) if is_draft else RowsPage([])
    kept = list(explained(page.rows, to_store=False))
    facts = [
        ("Store", row.merchant.name),
        ("Up to", f"{row.cut_off:%-d %b %Y, %H:%M} UTC"),
        ("Sum of the lines", _said(row, sums.earned)),
        ("Carried from before", _said(row, -sums.netted)),
        ("Kept as reserve", _said(row, -sums.reserved)),
        ("Total", _said(row, sums.total)),
        ("Account", row.method.masked if row.method else "the one in use when it is approved"),
    ]
    return show(
        request, "settlement.html", row.number, trail=TRAIL, icon="tasks", settlement=row,
        state=dict(STATES)[row.state],
        facts=facts, table=_table(row, figures.lines), payouts=list(row.payouts.order_by("-pk")),
        kept=_kept(kept) if kept else None, page=page, is_draft=is_draft,
        is_something=sums.total > 0,
        can_act=is_draft and may(request.user, "publish_festival"),
        is_unpaid=row.state == Settlement.State.FINAL and may(request.user, "publish_festival"),
    )  # fmt: skip


class SeenForm(forms.Form):
    """Says which total was on the screen when the button was pressed."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def approve(request: SignedIn, pk: int) -> HttpResponse:
    """Make a settlement final, as it was seen."""
    row = get_object_or_404(Settlement.objects.select_related("merchant"), pk=pk)
    at = clock.moment_of(request)
    method, total = current_method(row.merchant, at=at), total_of(row, at=at)

    def run(answers: dict[str, Any]) -> str:
        made = make.approve(pk, **answers, at=at, by=request.user)
        return f"{made.number} is final: {_said(made, made.total)} waits for a file for the bank."

    effects = [
        (
            f"{row.merchant.name} gets {_said(row, total)} on "
            f"{method.masked if method else 'no account yet'}."
        ),
        "It never changes again; a correction stands on the next one.",
        "Nothing is sent before a file for the bank is made and exported.",
    ]
    act = Act(f"Approve {row.number}", "Approve it", effects, run, SeenForm, {"seen": total},
              is_grave=True)  # fmt: skip
    return perform(request, act, back=_page(pk), trail=_trail(row), barred=_barred(pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def drop(request: SignedIn, pk: int) -> HttpResponse:
    """Drop a draft and draft it anew, as things stand now."""
    row = get_object_or_404(Settlement.objects.select_related("merchant"), pk=pk)
    at = clock.moment_of(request)

    def run(answers: dict[str, Any]) -> str:
        make.void(pk, **answers, at=at, by=request.user)
        made = make.draft(row.merchant_id, cut_off=row.cut_off, at=at, asked=row.asked)
        return f"Drafted anew: {made.number}." if made else "Nothing is left to be settled now."

    effects = ["Its entries are free, and a new draft is made of what is released now."]
    act = Act(f"Draft {row.number} anew", "Draft it anew", effects, run,
              reason_form("Whoever looks next reads it."))  # fmt: skip
    return perform(request, act, back="/organize/settlements/", trail=_trail(row),
                   barred=_barred(pk))  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def paid(request: SignedIn, pk: int) -> HttpResponse:
    """Write down that a settlement was paid another way than by a file for the bank."""
    row = get_object_or_404(Settlement.objects.select_related("merchant"), pk=pk)

    def run(proof: BankProof) -> str:
        pay_elsewhere(pk, proof, at=clock.moment_of(request), by=request.user)
        return f"{row.number} is paid. The store is told."

    return take_proof(
        request, run, title=f"{row.number} was paid another way", trail=_trail(row),
        about=f"{row.merchant.name}, {row.number}: {_said(row, row.total)}", back=_page(pk),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def approve_many(request: SignedIn) -> HttpResponse:
    """Approve drafts together; one that is refused keeps no other from it."""
    at = clock.moment_of(request)
    if request.method == "POST":
        done, refused = 0, []
        for pk in ids_of(request.POST.getlist("pick"), most=MOST_AT_ONCE):
            seen = number_of(request.POST.get(f"seen-{pk}", "")) or 0
            try:
                make.approve(pk, seen=seen, at=at, by=request.user)
                done += 1
            except (ShopError, Settlement.DoesNotExist) as refusal:
                refused.append(str(refusal))
        messages.success(request, f"{done} approved.")
        for text in refused:
            messages.error(request, text)
        return redirect("desk:settlements")
    rows = Settlement.objects.filter(state=Settlement.State.DRAFT, total__gt=0)
    found = list(rows.select_related("merchant").order_by("pk")[:MOST_AT_ONCE])
    shown = [(row, _said(row, row.total)) for row in found]
    return show(request, "approve_many.html", "Approve settlements", trail=TRAIL, icon="tasks",
                rows=shown)  # fmt: skip


def _table(row: Settlement, lines: list[dict[str, Any]]) -> Table:
    def said(name: str) -> Callable[[dict[str, Any]], str]:
        return lambda line: _said(row, line[name]) if line[name] else ""

    columns = [
        Column("Order", lambda line: line["order"]),
        Column("What", lambda line: line["what"] or line["kind"].replace("_", " ")),
        *(Column(label, said(name)) for label, name in AMOUNTS),
    ]
    return Table("Lines", columns, lines, none="No lines.")


def _kept(rows: list[HeldPart]) -> Table:
    columns = [
        Column("Order", lambda row: row.order.number),
        Column("Store’s", lambda row: written(row.amount, row.order.currency, "en")),
        Column("Until", lambda row: f"{row.until:%-d %b %Y}" if row.until else ""),
        Column("Why", lambda row: row.why),
    ]
    return Table("Kept back", columns, rows)


def _said(row: Settlement, amount: int) -> str:
    return written(amount, row.currency, "en")


def _page(pk: int) -> str:
    return reverse("desk:settlement", args=[pk])


def _trail(row: Settlement) -> list[tuple[str, str]]:
    return [*TRAIL, (_page(row.pk), row.number)]


def _barred(pk: int) -> Any:
    def barred() -> str:
        is_draft = Settlement.objects.filter(pk=pk, state=Settlement.State.DRAFT).exists()
        return "" if is_draft else "It is final already, or was dropped."

    return barred
