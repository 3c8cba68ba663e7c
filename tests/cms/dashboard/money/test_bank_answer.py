"""Organizers put evidence together, read what the bank gets, and send it once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes import evidence
from shop.money.payments.disputes.models import Dispute, DisputeAnswer
from shop.money.payments.disputes.send import send_answers
from shop.orders.models import Suborder
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import deliver
from tests.shop.money.payments.test_external import sold

pytestmark = pytest.mark.django_db


@pytest.fixture
def disputed(till):
    payment = sold(till)
    till.dispute(payment.charge_id)
    deliver(till)
    part, dispute = Suborder.objects.get(), Dispute.objects.get()
    said = evidence.Said("It was <b>delivered</b>.", "", [("slip.pdf", b"%PDF-1.7 slip")])
    evidence.give(part, dispute.pk, said, at=NOON, by=make.member(part.merchant))
    return dispute


def page(name=""):
    return f"/organize/money/{MoneyTask.objects.get(kind='dispute').pk}/{name}"


def test_what_is_sent_is_read_first_and_sent_once(desk, till, disputed):
    assert page("bank/") in desk.get(page()).text
    form = desk.get(page("bank/")).text
    assert "The bank takes evidence once." in form
    assert "slip.pdf" in form
    pk = disputed.evidence.get().papers.get().pk
    answers = {"uncategorized_text": "It came.\r\nSee the slip.", f"paper-{pk}": "receipt"}

    review = desk.post(page("bank/"), answers)
    assert review.status_code == 200
    assert "What the bank gets" in review.text
    assert "It came.<br>See the slip." in review.text
    assert not DisputeAnswer.objects.exists()
    done = desk.post(page("bank/"), {**answers, "send": "1"}, follow=True)

    assert "within a minute" in done.text
    assert "Being sent" in done.text
    assert page("bank/") not in done.text
    send_answers(at=NOON + timedelta(minutes=1))
    task = desk.get(page()).text
    assert "Sent, " in task
    assert desk.post(page("bank/"), {**answers, "send": "1"}).status_code == 302
    there = till.world.store.get("dispute", disputed.remote_id)
    assert there["evidence_details"]["submission_count"] == 1
    assert there["evidence"]["uncategorized_text"] == "It came.\r\nSee the slip."


def test_what_stores_said_is_shown_as_text(desk, disputed):
    assert "&lt;b&gt;delivered&lt;/b&gt;" in desk.get(page("bank/")).text


def test_back_from_the_review_all_that_was_typed_stands(desk, disputed):
    answers = {"uncategorized_text": "Wait", "change": "1"}

    form = desk.post(page("bank/"), answers)

    assert "Wait</textarea>" in form.text
    assert "What the bank gets" not in form.text


def test_one_document_is_sent_as_each_kind(desk, disputed):
    part = Suborder.objects.get()
    said = evidence.Said(papers=[("two.pdf", b"%PDF-1.7 two")])
    evidence.give(part, disputed.pk, said, at=NOON, by=make.member(part.merchant))
    papers = [paper.pk for said in disputed.evidence.all() for paper in said.papers.all()]

    form = desk.post(page("bank/"), {f"paper-{pk}": "receipt" for pk in papers} | {"send": "1"})

    assert form.status_code == 422
    assert "Two documents are sent as Receipt" in form.text
    assert not DisputeAnswer.objects.exists()


def test_who_may_only_read_orders_sends_nothing(client, till, disputed):
    client.force_login(organizer("analyst"))

    assert page("bank/") not in client.get(page()).text
    assert client.post(page("bank/"), {"send": "1"}).status_code in (302, 403, 404)
    assert not DisputeAnswer.objects.exists()


def test_a_store_reads_that_evidence_was_sent(desk, client, till, disputed):
    part = Suborder.objects.get()
    desk.post(page("bank/"), {"uncategorized_text": "It came.", "send": "1"})
    send_answers(at=NOON + timedelta(minutes=1))

    client.force_login(make.member(part.merchant))
    shown = client.get(reverse("workspace-dispute", args=[part.pk, disputed.pk])).text

    assert "Evidence sent to the bank" in shown
    assert "Tell us what you know" not in shown
