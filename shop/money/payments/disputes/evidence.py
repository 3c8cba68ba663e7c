"""What a store says about a disputed order, for the answer to the shopper's bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.forms.private_files import as_kept
from shop.money.payments.disputes.models import (
    Dispute,
    DisputeAnswer,
    DisputeEvidence,
    EvidenceDocument,
)
from shop.orders import end
from shop.orders.models import Suborder
from shop.people.accounts.models import User

MOST_WORDS = 2_000
MOST = 20
"""So often a store says something about one dispute, and so many papers it hands in."""
MOST_PAPERS = 5


@dataclass(frozen=True, slots=True)
class Said:
    """What a store says: words, a tracking number, and papers by the names it gave them."""

    text: str = ""
    tracking_number: str = ""
    papers: Sequence[tuple[str, bytes]] = ()


@transaction.atomic
def give(part: Suborder, dispute_id: int, said: Said, *, at: datetime, by: User) -> DisputeEvidence:
    """Keep what a store says about a dispute of its order; organizers answer the bank with it.

    A second press of the button adds nothing.

    Raises:
        NotPossible: it says nothing, the bank has decided, or the store said enough, or a paper
            is too large or none; nothing is kept.
    """
    text, number = said.text.strip()[:MOST_WORDS], said.tracking_number.strip()[:60]
    papers = [as_kept(name, content) for name, content in said.papers]
    if not text and not number and not papers:
        raise NotPossible(_("Write what happened, give the tracking number, or add a paper."))
    if len(papers) > MOST_PAPERS:
        raise NotPossible(_("Add at most %(count)d papers at once.") % {"count": MOST_PAPERS})
    end.lock(part.order_id)
    rows = Dispute.objects.filter(payment__order=part.order_id)
    dispute = rows.get(pk=dispute_id)
    if not dispute.is_live:
        raise NotPossible(_("The bank has decided: nothing can be added any more."))
    if was_answered(dispute):
        raise NotPossible(_("The answer has been sent to the bank. Nothing can be changed."))
    own = dispute.evidence.filter(suborder=part)
    digests = sorted(paper["sha256"] for paper in papers)
    for same in with_papers(own.filter(text=text, tracking_number=number)):
        if sorted(paper.sha256 for paper in same.papers.all()) == digests:
            return same
    handed_in = EvidenceDocument.objects.filter(evidence__in=own).count()
    if own.count() >= MOST or handed_in + len(papers) > MOST:
        raise NotPossible(_("You have said a lot already. Write to the organizers."))
    made = DisputeEvidence.objects.create(
        dispute=dispute, suborder=part, text=text, tracking_number=number, at=at, by=by
    )
    EvidenceDocument.objects.bulk_create(
        EvidenceDocument(evidence=made, **paper) for paper in papers
    )
    return made


@transaction.atomic
def take_away(part: Suborder, paper_id: int) -> None:
    """Take a paper away that a store handed in by mistake; what said nothing else goes with it.

    Raises:
        NotPossible: the bank has decided.
    """
    end.lock(part.order_id)
    found = EvidenceDocument.objects.select_related("evidence__dispute").filter(
        evidence__suborder=part, pk=paper_id
    )
    for paper in found:
        said = paper.evidence
        if not said.dispute.is_live:
            raise NotPossible(_("The bank has decided: nothing can be changed any more."))
        if was_answered(said.dispute) or said.dispute.is_being_answered:
            raise NotPossible(_("The answer has been sent to the bank. Nothing can be changed."))
        paper.delete()
        if not (said.text or said.tracking_number or said.papers.exists()):
            said.delete()


def was_answered(dispute: Dispute) -> bool:
    """Return whether the bank has our answer and waits for no other."""
    is_answered = dispute.state == Dispute.State.ANSWERED
    return is_answered and dispute.answers.filter(state=DisputeAnswer.State.SENT).exists()


def with_papers(said: QuerySet[DisputeEvidence]) -> QuerySet[DisputeEvidence]:
    """Return what was said with the names of its papers, but not what is in them."""
    return said.prefetch_related(Prefetch("papers", EvidenceDocument.objects.defer("content")))
