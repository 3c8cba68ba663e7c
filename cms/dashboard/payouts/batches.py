"""Files for the bank: made of payouts that wait, checked, exported, proved, closed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods

from cms.dashboard.confirm import Act, perform, reason_form
from cms.dashboard.payouts.index import PAYOUTS
from cms.dashboard.permissions import may, needs, proved_again
from cms.dashboard.screens import Trail, show
from cms.dashboard.tables import QUIET, Column, Table, link, small
from shop.core import clock
from shop.core.currencies import written
from shop.core.errors import ShopError
from shop.core.forms.fields import AmountField, LineField
from shop.core.forms.numbers import ids_of
from shop.core.forms.private_files import MOST_BYTES, as_file
from shop.money.settlements import payouts
from shop.money.settlements.files import PROFILES
from shop.money.settlements.models import Payout, PayoutBatch, PayoutMethod, PayoutProof
from shop.money.settlements.proofs import BankProof
from shop.money.settlements.proofs import prove as prove_payout
from shop.money.settlements.remote.models import Transfer
from shop.people.accounts.requests import SignedIn

log = logging.getLogger(__name__)
TRAIL = [("/organize/settlements/", "Settlements"), ("/organize/payouts/", "Payouts")]
BATCHES = [("/organize/settlements/", "Settlements"), ("/organize/batches/", "Files for the bank")]
Reason = reason_form("As the bank says it: the store reads it.")
MOST_SHOWN = 200


class ProofForm(forms.Form):
    bank_reference = LineField(max_length=60, help_text="As the bank writes it, like FT26350K81TX.")
    paid_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    amount = AmountField(help_text="What the bank paid out: it has to be this payout’s amount.")
    fee = AmountField(label="Fee of the bank", required=False)
    local_amount = LineField(
        label="What arrived", max_length=40, required=False,
        help_text="In the store’s money, if you know it: KES 48,484.65",
    )  # fmt: skip
    rate = LineField(max_length=40, required=False, help_text="With its source and day.")
    proof = forms.FileField(required=False, help_text="PDF, PNG or JPEG, up to 5 MB.")


class CameBackForm(forms.Form):
    came = AmountField(label="What came back", required=False, help_text="Empty: all of it.")
    reason = LineField(max_length=300, help_text="As the bank says it: the store reads it.")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def add(request: SignedIn) -> HttpResponse:
    """Choose payouts that wait, and how the bank wants its file."""
    waiting = payouts.by_hand(Payout.objects)
    rows = list(
        waiting.select_related("settlement__merchant", "method").order_by("pk")[:MOST_SHOWN]
    )
    if request.method == "POST":
        ids = ids_of(request.POST.getlist("pick"), most=MOST_SHOWN)
        try:
            made = payouts.make_batch(ids, request.POST.get("profile", ""),
                                      at=clock.moment_of(request), by=request.user)  # fmt: skip
        except ShopError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                f"{made.number} is made. Check it against the stores’ papers, and export it.",
            )
            return redirect("desk:batch", made.pk)
    shown = [(row, _said(row)) for row in rows]
    profiles = [(name, found.title) for name, found in PROFILES.items()]
    return show(request, "batch_add.html", "Make a file for the bank", trail=TRAIL,
                icon="download", rows=shown, profiles=profiles)  # fmt: skip


@require_GET
@needs("view_settlement")
def batch(request: SignedIn, pk: int) -> HttpResponse:
    """Show a file: who made and checked it, its hash, and how each payout stands."""
    row = get_object_or_404(PayoutBatch.objects.select_related("made_by", "exported_by"), pk=pk)
    own = list(row.payouts.select_related("settlement__merchant", "method").order_by("pk"))
    total = sum(one.amount for one in own)
    return show(
        request, "batch.html", row.number, trail=BATCHES, icon="download", batch=row,
        profile=PROFILES[row.profile].title, total=written(total, row.currency, "en"),
        table=_table(own, can_act=may(request.user, "publish_festival")),
        can_act=may(request.user, "publish_festival"),
        is_over=all(one.state not in ("queued", "exported") for one in own),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def export(request: SignedIn, pk: int) -> HttpResponse:
    """Freeze a batch as a file; its payouts count as sent from then on."""
    row = get_object_or_404(PayoutBatch, pk=pk)

    def run(answers: dict[str, Any]) -> str:
        payouts.export(pk, at=clock.moment_of(request), by=request.user)
        return "The file is frozen. Download it, and give it to the bank once."

    total = sum(row.payouts.values_list("amount", flat=True))
    effects = [
        f"{row.payouts.count()} payouts, {written(total, row.currency, 'en')} together.",
        "Compare the count, the sum and two accounts with the stores’ own papers first.",
        "The books say from then on that the money is on its way. The file never changes.",
    ]
    act = Act(f"Export {row.number}", "Export it", effects, run, is_grave=True)
    return perform(request, act, back=_page(pk), trail=_trail(row))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def close(request: SignedIn, pk: int) -> HttpResponse:
    """Close a file of which every payout has ended."""
    row = get_object_or_404(PayoutBatch, pk=pk)

    def run(answers: dict[str, Any]) -> str:
        payouts.close_batch(pk, at=clock.moment_of(request), by=request.user)
        return f"{row.number} is closed."

    act = Act(f"Close {row.number}", "Close it", ["Every payout of it is paid, or has come back."],
              run)  # fmt: skip
    return perform(request, act, back=_page(pk), trail=_trail(row))


@require_GET
@needs("publish_festival")
def file(request: SignedIn, pk: int) -> HttpResponse:
    """Return the file of a batch; who took it is logged, since accounts stand in it."""
    row = get_object_or_404(PayoutBatch, pk=pk)
    try:
        content = payouts.file_of(row)
    except ShopError as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:batch", pk)
    log.info("User %d took the file of batch %s.", request.user.pk, row.number)
    response = HttpResponse(content, content_type="application/octet-stream")
    name = f"{row.number}.{PROFILES[row.profile].extension}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@require_GET
@needs("view_settlement")
def payout(request: SignedIn, pk: int) -> HttpResponse:
    """Show one payout, with what may be done."""
    row = payout_or_404(pk)
    is_own = row.method.way == PayoutMethod.Way.CONNECT
    ways = {
        Payout.State.QUEUED: [("leave-out", "Leave it out of its file")] if row.batch else [],
        Payout.State.SENT: [("take-back", "Take it back")],
        Payout.State.EXPORTED: [("prove", "The bank has paid"), ("fail", "The bank did not pay")],
        Payout.State.DONE: [] if is_own else [("came-back", "It came back")],
    }
    can_act = may(request.user, "publish_festival")
    has_proof = PayoutProof.objects.filter(payout=row).exists()
    return show(
        request, "payout.html", row.reference, trail=TRAIL, icon="upload", payout=row,
        amount=_said(row), ways=ways.get(Payout.State(row.state), []) if can_act else [],
        state=dict(PAYOUTS)[row.state], has_proof=has_proof, said=words_of_state(row),
        came_back=written(row.came_back or 0, row.settlement.currency, "en"),
        transfers=_transfers(row) if is_own else None,
    )  # fmt: skip


@require_GET
@needs("view_settlement")
def proof(request: SignedIn, pk: int) -> HttpResponse:
    """Return the bank's paper about a payout."""
    row = get_object_or_404(PayoutProof, payout=pk)
    return as_file(row, f"proof-{row.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def prove(request: SignedIn, pk: int) -> HttpResponse:
    """Write down that the bank has paid."""
    row = payout_or_404(pk)

    def run(proof: BankProof) -> str:
        prove_payout(pk, proof, at=clock.moment_of(request), by=request.user)
        return f"{row.reference} is paid. The store is told."

    store = f"{row.settlement.merchant.name}, {row.settlement.number}"
    return take_proof(
        request, run, title=f"The bank has paid {row.reference}", trail=payout_trail(row),
        about=f"{store}: {_said(row)} to {row.method.masked}",
        back=_page(row.batch_id) if row.batch_id else reverse("desk:payouts"),
    )  # fmt: skip


def take_proof(
    request: SignedIn,
    run: Callable[[BankProof], str],
    *,
    title: str,
    trail: Trail,
    about: str,
    back: str,
) -> HttpResponse:
    """Show the form of a proof, and hand what was typed over.

    Args:
        run: takes the proof and returns what to say.
        back: where it leads afterwards, also by *Leave it*.
    """
    form = ProofForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        typed = dict(form.cleaned_data)
        uploaded = typed.pop("proof")
        typed["fee"] = typed["fee"] or 0
        if uploaded:
            typed |= {"name": uploaded.name, "content": uploaded.read(MOST_BYTES + 1)}
        try:
            said = run(BankProof(**typed))
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said)
            return redirect(back)
    return show(request, "prove.html", title, trail=trail, icon="upload", form=form, about=about,
                status=422 if form.errors else 200, back=back)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def end(request: SignedIn, pk: int, way: str) -> HttpResponse:
    """Write down that a payout was not made, came back, or is left out of its file."""
    row = payout_or_404(pk)
    at = clock.moment_of(request)

    def run(answers: dict[str, Any]) -> str:
        if way == "leave-out":
            payouts.leave_out(pk, at=at, by=request.user)
            return "It waits for the next file."
        if way == "fail":
            payouts.fail(pk, **answers, at=at, by=request.user)
        else:
            came = answers.pop("came")
            came = row.amount if came is None else came
            payouts.came_back(pk, came, **answers, at=at, by=request.user)
        return "The store is owed it again, and is asked to look at its account."

    titles = {
        "leave-out": ("Leave it out of its file", "Leave it out"),
        "fail": ("The bank did not pay", "It was not paid"),
        "came-back": ("It came back", "It came back"),
    }
    title, button = titles[way]
    effects = [f"{row.reference}, {_said(row)} to {row.settlement.merchant.name}."]
    if way != "leave-out":
        effects.append("The account is not used again before somebody has looked at it.")
        effects.append("The same settlement is paid again by another payout.")
    kinds: dict[str, type[forms.Form]] = {"fail": Reason, "came-back": CameBackForm}
    fields = kinds.get(way, forms.Form)
    act = Act(title, button, effects, run, fields, is_grave=way != "leave-out")
    return perform(request, act, back=reverse("desk:payout", args=[pk]), trail=payout_trail(row))


def _table(own: list[Payout], *, can_act: bool) -> Table:
    """Return the payouts of a file, each with the way to write down its proof."""

    def state(row: Payout) -> SafeString:
        if row.state != Payout.State.EXPORTED or not can_act:
            return small(row.get_state_display(), row.bank_reference)
        where = reverse("desk:payout-prove", args=[row.pk])
        return link("The bank has paid", where, class_=QUIET, aria_label=f"Prove {row.reference}")

    columns = [
        Column("Reference", lambda row: link(row.reference, reverse("desk:payout", args=[row.pk]))),
        Column("Store", lambda row: small(row.settlement.merchant.name, row.settlement.number)),
        Column("Amount", _said), Column("To", lambda row: row.method.masked),
        Column("State", state),
    ]  # fmt: skip
    return Table("Payouts", columns, own, none="Nothing is in it.")


def _transfers(row: Payout) -> Table:
    """Return the transfers of a payout to a store's own account, and what came back of them."""
    own = Transfer.objects.filter(Q(payout=row) | Q(of__payout=row)).order_by("pk")
    own = own.select_related("suborder__order")
    columns = [
        Column("From where", lambda one: one.get_kind_display()),
        Column("Order", lambda one: one.suborder.order.number if one.suborder else ""),
        Column("Amount", lambda one: written(one.amount, one.currency, "en")),
        Column("State", lambda one: small(one.get_state_display(), one.remote_id, one.error)),
    ]
    none = "It has not begun: it does within a minute once it may."
    return Table("Transfers", columns, list(own), none=none)


def words_of_state(row: Payout) -> str:
    """Say how a payout stands, and what the provider does where that takes long."""
    if row.in_review_since and row.state == Payout.State.SENT:
        return f"The provider has been looking at it since {row.in_review_since:%-d %b %Y}."
    return row.ended_why or row.error


def payout_or_404(pk: int) -> Payout:
    """Return a payout with what its screens show of it."""
    rows = Payout.objects.select_related("settlement__merchant", "method", "batch")
    return get_object_or_404(rows, pk=pk)


def payout_trail(row: Payout) -> list[tuple[str, str]]:
    """Return the way to a payout's screen."""
    return [*TRAIL, (reverse("desk:payout", args=[row.pk]), row.reference)]


def _said(row: Payout) -> str:
    return written(row.amount, row.settlement.currency, "en")


def _page(pk: int) -> str:
    return reverse("desk:batch", args=[pk])


def _trail(row: PayoutBatch) -> list[tuple[str, str]]:
    return [*BATCHES, (_page(row.pk), row.number)]
