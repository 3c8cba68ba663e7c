"""A dispute as if a bank had opened it, and a paper that its store handed in."""

from shop.money.payments.disputes.models import Dispute, DisputeEvidence, EvidenceDocument
from shop.money.payments.models import Payment


def slip(part, *, at):
    """Return a paper of a store about a new dispute of its order."""
    payment = Payment.objects.create(order=part.order, amount=1, currency="USD", made_at=at,
                                     request={}, session_ends_at=at)  # fmt: skip
    dispute = Dispute.objects.create(payment=payment, remote_id=f"du_{part.pk}", state="open",
                                     amount=1, currency="USD", opened_at=at)  # fmt: skip
    said = DisputeEvidence.objects.create(dispute=dispute, suborder=part, text="Left", at=at)
    return EvidenceDocument.objects.create(
        evidence=said, name="a.pdf", kind="application/pdf", content=b"%PDF-"
    )
