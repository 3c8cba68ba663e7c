"""Rows that the addresses of the desk name: payouts, papers, applications, certificates, people."""

from datetime import timedelta

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from shop.core.forms.private_files import as_kept
from shop.merchant.dashboard.people.invite import invite as invite_person
from shop.money.money_tasks import gate
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.models import Payment
from shop.money.returns.models import ReturnLine, ReturnPicture, ReturnRequest
from shop.money.settlements.methods import add_method
from shop.money.settlements.models import Payout, PayoutBatch, PayoutProof, Settlement
from shop.money.settlements.remote.models import PayoutCountry
from shop.orders.documents.issue import issue_papers
from shop.orders.models import OrderNote, Replacement
from shop.reports.incidents.keep import keep_update
from shop.storefront.certifications import write
from shop.storefront.certifications.write import CertificationFacts
from tests import make
from tests.cms.dashboard.people import BEFORE
from tests.make import START
from tests.shop.merchant.applications import applied as applications
from tests.shop.money.payments.slips import slip
from tests.shop.money.settlements.earned import ACCOUNT
from tests.shop.reports.incidents.told import incident


def with_second_step(store):
    """Return somebody of a store who signs in with a second step, and the membership."""
    locked = make.member(store)
    TOTP.activate(locked, generate_totp_secret())
    return {"locked": locked.pk, "member": locked.memberships.get().pk}


def without_people(festival):
    """Ask a store to a festival for which nobody signs in yet."""
    nobody = make.merchant()
    festival.enrolments.create(merchant=nobody, state="invited", commission_bp=0)
    earlier = BEFORE - timedelta(days=2)
    invite_person(nobody, "kofi@example.org", language="en", at=earlier, by=make.user())


def of_dispute(order):
    """Return the task of a dispute whose evidence the bank waits for."""
    payment = Payment.objects.create(
        order=order, state="paid", amount=order.total, currency="USD", request={},
        session_ends_at=BEFORE, made_at=BEFORE,
    )  # fmt: skip
    dispute = Dispute.objects.create(
        payment=payment, remote_id="dp_1", remote_status="needs_response", state="open",
        reason="fraudulent", amount=order.total, currency="USD", opened_at=BEFORE,
    )  # fmt: skip
    gate.open_task(
        MoneyTask.Kind.DISPUTE, dispute, "The bank asks.", at=BEFORE, order=order, payment=payment,
        dispute=dispute, amount=order.total, currency="USD",
    )  # fmt: skip
    return {"disputed": MoneyTask.objects.get(dispute=dispute).pk}


def of_paper(order):
    """Return what addresses and sheets say of an order's paper."""
    issue_papers(order.pk, at=BEFORE)
    paper = order.suborders.get().papers.get()
    return {"paper": paper.pk, "paper_number": paper.number, "digest": paper.digest}


def of_application():
    """Return an application of a new store, and one of its papers."""
    found = applications.made(BEFORE)
    paper = found.papers.first().pk
    return {"applied": found.pk, "paper_sent": paper, "ask": "ask", "decline": "decline"}


def of_incident():
    """Return a disturbance that goes on, and what was added to it."""
    found = incident(BEFORE)
    added = keep_update(found, "It gets better.", {}, at=BEFORE, by=make.user())
    return {"incident": found.pk, "incident_update": added.pk, "end": "end"}


def of_certificate(store):
    """Return a certificate of a store that waits, and its page."""
    claim = CertificationFacts("Halal", "1", "Body", (START + timedelta(days=99)).date())
    paper = as_kept("halal.pdf", b"%PDF-1")
    found = write.send(store, claim, [paper], at=BEFORE, by=make.user())
    return {"certificate": found.pk, "page": found.papers.get().pk}


def of_payouts(order):
    """Return a settlement, a payout in a file with its proof, an account and a picture."""
    merchant, store = order.suborders.get().merchant, {"currency": "USD", "made_at": BEFORE}
    account = add_method(merchant, ACCOUNT, rail="bank", at=BEFORE, by=make.user())
    settlement = Settlement.objects.create(
        merchant=merchant, n=1, cut_off=BEFORE, state="final", earned=1, total=1, **store
    )
    batch = PayoutBatch.objects.create(profile="statement_csv", **store)
    payout = Payout.objects.create(
        settlement=settlement, method=account, batch=batch, amount=1, made_at=BEFORE,
        reference="BB-P-AAAAAAAA", state="exported",
    )  # fmt: skip
    PayoutProof.objects.create(
        payout=payout, name="a.pdf", kind="application/pdf", content=b"%PDF-"
    )
    part = order.suborders.get()
    asked = ReturnRequest.objects.create(suborder=part, kind="return", asked_at=BEFORE,
                                         answer_by=BEFORE)  # fmt: skip
    line = ReturnLine.objects.create(request=asked, line=order.lines.get(), quantity=1,
                                     reason="wrong")  # fmt: skip
    shot = ReturnPicture.objects.create(line=line, content=b"\xff\xd8")
    land, _made = PayoutCountry.objects.get_or_create(
        code="GH", defaults={"currency": "GHS", "source": "A page", "as_of": BEFORE.date()}
    )
    again = Replacement.objects.create(suborder=part, reason="Broken", made_at=BEFORE,
                                       ship_by=BEFORE, arrives_to=BEFORE)  # fmt: skip
    note = OrderNote.objects.create(order=order, text="Call her", at=BEFORE, due_on=BEFORE)
    return {
        "again_sent": again.pk, "note": note.pk, "called": "called", "request": asked.pk,
        "settlement": settlement.pk, "payout": payout.pk, "file": batch.pk, "shot": shot.pk,
        "account": account.pk, "parcel": part.pk, "fail": "fail", "confirm": "confirm",
        "land": land.pk, "slip": slip(part, at=BEFORE).pk,
    }  # fmt: skip
