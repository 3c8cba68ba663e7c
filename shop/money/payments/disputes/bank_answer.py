"""What an organizer sends to the shopper's bank: put together, looked at, and queued once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from shop.core.errors import NotPossible
from shop.festivals.changelog import log as note
from shop.money.money_tasks.gate import stores_of
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.models import AnswerFile, Dispute, DisputeAnswer, EvidenceDocument
from shop.money.payments.provider.stripe_disputes import LARGEST_TOGETHER, LONGEST_TEXT
from shop.orders import end
from shop.orders.models import OrderLine, Shipment
from shop.people.accounts.models import User
from shop.people.merchants.own_stores import refuse_own

TEXTS = {
    "uncategorized_text": "Statement to the bank",
    "product_description": "What was bought",
    "shipping_carrier": "Carrier",
    "shipping_tracking_number": "Tracking number",
    "shipping_date": "Day of shipping",
}
LONG_TEXTS = ("uncategorized_text", "product_description")
FILES = {
    "shipping_documentation": "Proof of shipping",
    "customer_communication": "Messages with the shopper",
    "receipt": "Receipt",
    "service_documentation": "Proof of a visit",
    "customer_signature": "Signature of the shopper",
    "refund_policy": "Refund policy",
    "uncategorized_file": "Another document",
}
NOT_OPEN = "The bank does not wait for an answer. Nothing was sent."
TOO_LATE = "The bank’s last day is over. Nothing was sent: say who bears it when it has decided."


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """Texts by the provider's fields, and papers by the fields as which they go."""

    texts: Mapping[str, str] = field(default_factory=dict)
    papers: Mapping[str, int] = field(default_factory=dict)


def proposed(dispute: Dispute) -> BankAnswer:
    """Return an answer made of what the order and its stores say; an organizer edits it."""
    said = list(dispute.evidence.select_related("suborder__merchant").order_by("pk"))
    words = [f"{one.suborder.merchant.name}: {one.text}" for one in said if one.text]
    lines = OrderLine.objects.filter(suborder__order=dispute.payment.order_id).order_by("pk")
    parcels = Shipment.objects.filter(suborder__order=dispute.payment.order_id).order_by("pk")
    sent = list(parcels)
    numbers = [row.tracking_number for row in sent] + [one.tracking_number for one in said]
    texts = {
        "uncategorized_text": "\n\n".join(words)[:LONGEST_TEXT],
        "product_description": "\n".join(f"{x.quantity} × {x.read}" for x in lines)[:LONGEST_TEXT],
        "shipping_carrier": _once(row.carrier for row in sent),
        "shipping_tracking_number": _once(numbers),
        "shipping_date": _once(row.shipped_at.date().isoformat() for row in sent),
    }
    ids = EvidenceDocument.objects.filter(evidence__dispute=dispute).values_list("pk", flat=True)
    return BankAnswer(texts, dict(zip(FILES, ids, strict=False)))


def papers_of(dispute: Dispute) -> list[EvidenceDocument]:
    """Return the papers that stores handed in about a dispute, without what is in them."""
    rows = EvidenceDocument.objects.filter(evidence__dispute=dispute).defer("content")
    return list(rows.select_related("evidence__suborder__merchant"))


def check(dispute: Dispute, answer: BankAnswer, *, at: datetime) -> BankAnswer:
    """Return an answer as it would be sent.

    Raises:
        NotPossible: the bank waits for none, its time is over, it says nothing, or is too long.
    """
    if dispute.state not in (Dispute.State.INQUIRY, Dispute.State.OPEN):
        raise NotPossible(NOT_OPEN)
    if dispute.due_by and at >= dispute.due_by:
        raise NotPossible(TOO_LATE)
    if dispute.is_being_answered:
        raise NotPossible("An answer is being sent already.")
    texts = {name: text.strip() for name, text in answer.texts.items() if name in TEXTS}
    kept = {name: text for name, text in texts.items() if text}
    if not kept and not answer.papers:
        raise NotPossible("Write a statement, or choose a document.")
    for name, text in kept.items():
        if len(text) > LONGEST_TEXT:
            raise NotPossible(
                f"{TEXTS[name]} has {len(text):,} characters. The bank takes {LONGEST_TEXT:,}."
            )
    _check_papers(dispute, answer.papers)
    return BankAnswer(kept, dict(answer.papers))


@transaction.atomic
def queue_answer(task: MoneyTask, answer: BankAnswer, *, at: datetime, by: User) -> DisputeAnswer:
    """Write down what is sent to the bank; it goes within a minute, and cannot be changed.

    A second press of the button finds the first one under way.

    Raises:
        NotPossible: see ``check``, or they act for a store of the order.
    """
    if task.dispute is None or task.order_id is None or not task.is_open:
        raise NotPossible(NOT_OPEN)
    end.lock(task.order_id)
    refuse_own(*stores_of(task), by=by)
    dispute = Dispute.objects.get(pk=task.dispute.pk)
    checked = check(dispute, answer, at=at)
    made = DisputeAnswer.objects.create(
        dispute=dispute, texts=dict(checked.texts), made_at=at, by=by, run_after=at
    )
    digests = dict(EvidenceDocument.objects.values_list("pk", "sha256").filter(
        pk__in=checked.papers.values()))  # fmt: skip
    AnswerFile.objects.bulk_create(
        AnswerFile(answer=made, paper_id=pk, field=name, sha256=digests[pk])
        for name, pk in checked.papers.items()
    )
    note(dispute, "send evidence", at=at, by=by, festival=None,
         after={"fields": [*checked.texts, *checked.papers]})  # fmt: skip
    return made


def _check_papers(dispute: Dispute, papers: Mapping[str, int]) -> None:
    if not papers:
        return
    rows = EvidenceDocument.objects.filter(evidence__dispute=dispute, pk__in=papers.values())
    found = {row.pk: len(row.content) for row in rows}
    if set(papers) - set(FILES) or set(papers.values()) - set(found):
        raise NotPossible("A document was removed meanwhile. Look again.")
    if len(set(papers.values())) < len(papers):
        raise NotPossible("Send each document once.")
    if (total := sum(found.values())) > LARGEST_TOGETHER:
        raise NotPossible(
            f"The documents have {total / 1_000_000:.1f} MB together. The bank takes 4.5 MB."
        )


def _once(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(word for word in words if word))[:200]
