"""Evidence for the shopper's bank: put together on one page, read on the next, sent once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.money.index import LIST, TRAIL
from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.screens import show
from shop.core import clock
from shop.core.errors import ShopError
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.bank_answer import (
    FILES,
    LONG_TEXTS,
    TEXTS,
    BankAnswer,
    check,
    papers_of,
    proposed,
    queue_answer,
)
from shop.money.payments.disputes.models import Dispute, EvidenceDocument
from shop.money.payments.provider.stripe_disputes import LONGEST_TEXT
from shop.people.accounts.requests import SignedIn

NOT_SENT = ("", "Do not send")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def bank_answer(request: SignedIn, pk: int) -> HttpResponse:
    """Show what would be sent to the bank, then exactly that once more, and send it."""
    rows = MoneyTask.objects.select_related("dispute__payment", "order")
    task = get_object_or_404(rows, pk=pk, dispute__isnull=False)
    dispute = task.dispute
    if dispute is None or not task.is_open:
        return redirect("desk:money-task", pk)
    at = clock.moment_of(request)
    papers = papers_of(dispute)
    form = _form(dispute, papers)(request.POST if request.method == "POST" else None)
    answer = None
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        try:
            answer = check(dispute, _answer(form, papers), at=at)
            if "send" in request.POST:
                queue_answer(task, answer, at=at, by=request.user)
                messages.success(request, "The evidence is sent to the bank within a minute.")
                return redirect("desk:money-task", pk)
        except ShopError as refusal:
            form.add_error(None, str(refusal))
            answer = None
    here = reverse("desk:money-task", args=[pk])
    trail = [(reverse(LIST), TRAIL), (here, task.order.number if task.order else "Task")]
    return show(
        request, "money_bank_answer.html", "Send evidence to the bank", trail=trail,
        icon="warning", status=422 if form.errors else 200, form=form, back=here,
        dispute=dispute, is_last=answer is not None, told=_told(answer, papers),
    )  # fmt: skip


def _form(dispute: Dispute, papers: list[EvidenceDocument]) -> type[forms.Form]:
    first = proposed(dispute)
    fields: dict[str, forms.Field] = {}
    for name, label in TEXTS.items():
        is_long = name in LONG_TEXTS
        fields[name] = forms.CharField(
            label=label, required=False, initial=first.texts.get(name, ""),
            max_length=LONGEST_TEXT if is_long else 200,
            widget=forms.Textarea(attrs={"rows": 8}) if is_long else forms.TextInput(),
        )  # fmt: skip
    as_what = {pk: name for name, pk in first.papers.items()}
    for paper in papers:
        store = paper.evidence.suborder.merchant.name
        fields[f"paper-{paper.pk}"] = forms.ChoiceField(
            label=f"{paper.name or paper.kind}, from {store}", choices=[NOT_SENT, *FILES.items()],
            required=False, initial=as_what.get(paper.pk, ""),
            help_text="The bank takes one document of each kind.",
        )  # fmt: skip
    return type("BankAnswerForm", (forms.Form,), {"clean": _clean, **fields})


def _clean(form: forms.Form) -> dict[str, Any]:
    found = forms.Form.clean(form) or {}
    kinds = [kind for name, kind in found.items() if name.startswith("paper-") and kind]
    for kind in {kind for kind in kinds if kinds.count(kind) > 1}:
        form.add_error(None, f"Two documents are sent as {FILES[kind]}. Choose one for each kind.")
    return found


def _answer(form: forms.Form, papers: list[EvidenceDocument]) -> BankAnswer:
    given = form.cleaned_data
    chosen = {given[f"paper-{paper.pk}"]: paper.pk for paper in papers}
    return BankAnswer(
        {name: given[name] for name in TEXTS}, {name: pk for name, pk in chosen.items() if name}
    )


def _told(answer: BankAnswer | None, papers: list[EvidenceDocument]) -> list[tuple[str, str]]:
    """Return what is sent, by the names that people read."""
    if answer is None:
        return []
    names = {paper.pk: paper.name or paper.kind for paper in papers}
    texts = [(TEXTS[name], text) for name, text in answer.texts.items()]
    return texts + [(FILES[name], names[pk]) for name, pk in answer.papers.items()]
