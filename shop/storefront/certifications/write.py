"""A store sends the paper of a certificate, mends it, or takes it away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.forms.private_files import KeptFile
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.festivals.prices.spans import TICK
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.storefront.certifications.models import Certification, CertificationDocument
from shop.storefront.certifications.public import show

State = Certification.State
MOST_PAPERS = 5
"""Pages of one certificate; each may have 5 MB."""
MOST_IN_HAND = 50
"""Certificates of a store that nobody has looked at: as many as there are names."""


@dataclass(frozen=True, slots=True)
class CertificationFacts:
    """What a store says about a certificate."""

    title: str
    number: str
    issuer: str
    until: date


@transaction.atomic
def send(
    merchant: Merchant,
    facts: CertificationFacts,
    papers: Sequence[KeptFile],
    *,
    at: datetime,
    by: User,
) -> Certification:
    """Send a certificate with its paper, to be looked at.

    One that counts goes on counting meanwhile; one that waits or was refused is written anew, and
    keeps its pages where no new ones come.

    Raises:
        NotPossible: it has no paper, or too many pages.
    """
    lock_one(Merchant.objects, merchant.pk)
    own = Certification.objects.filter(merchant=merchant, title=facts.title)
    found = own.filter(state__in=Certification.IN_HAND).first()
    if found is None:
        waiting = Certification.objects.filter(merchant=merchant, state__in=Certification.IN_HAND)
        if waiting.count() >= MOST_IN_HAND:
            raise NotPossible(_("Many certificates wait already. Take one away first."))
        found = Certification(merchant=merchant, sent_at=at)
    before = _said(found) if found.pk else {}
    for name, value in asdict(facts).items():
        setattr(found, name, value)
    # A new edition, also within one instant: whoever looks at it is told.
    found.sent_at = max(at, found.sent_at + TICK) if found.pk else at
    found.enter(State.WAITING)
    found.note, found.reminded_at = "", None
    found.save()
    _keep(found, papers, at=at)
    log(found, "send", at=at, by=by, festival=None, before=before, after=_said(found))
    return found


def _keep(found: Certification, papers: Sequence[KeptFile], *, at: datetime) -> None:
    """Put new pages in the place of those that there were.

    Raises:
        NotPossible: there are none, or too many.
    """
    if len(papers) > MOST_PAPERS:
        raise NotPossible(_("A certificate has at most five pages here. Put them into one PDF."))
    if papers:
        found.papers.all().delete()
        rows = [CertificationDocument(certificate=found, added_at=at, **paper) for paper in papers]
        CertificationDocument.objects.bulk_create(rows)
    elif not found.papers.exists():
        raise NotPossible(_("Add the paper: a photo or a PDF of it."))


@transaction.atomic
def remove(certificate: Certification, *, at: datetime, by: User) -> None:
    """Take a certificate away with its paper; it counts no more from this moment."""
    merchant = lock_one(Merchant.objects, certificate.merchant_id)
    found = Certification.objects.filter(pk=certificate.pk).first()
    if found is None:
        return
    log(merchant, "remove certificate", at=at, by=by, festival=None, before=_said(found))
    found.delete()
    show(merchant, at=at)


def _said(found: Certification) -> dict[str, str]:
    """Return what a log keeps of a certificate."""
    until = found.until.isoformat() if found.until else ""
    return {"title": found.title, "number": found.number, "issuer": found.issuer, "until": until}
