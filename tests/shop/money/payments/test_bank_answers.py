"""Evidence about a dispute reaches the shopper's bank once, or a person hears that it did not."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes import evidence, send
from shop.money.payments.disputes.bank_answer import BankAnswer, papers_of, proposed, queue_answer
from shop.money.payments.disputes.decide import answer
from shop.money.payments.disputes.models import AnswerFile, Dispute, DisputeAnswer
from shop.money.payments.disputes.send import ANSWERS, send_answers
from shop.money.payments.disputes.take_over import check_dispute
from shop.money.payments.provider.doubts import LOOK_AFTER, SURE_AFTER
from shop.money.payments.provider.reading import NotUnderstood
from shop.operations.retention.contacts import _forget_words
from shop.orders.models import Suborder
from shop.people.merchants.models import Membership
from shop.people.merchants.own_stores import OwnStore
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import deliver
from tests.shop.money.payments.test_external import sold

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a slip"
UPDATES, FILES = "POST /v1/disputes/", "POST /v1/files"
SOON, SURE = NOON + LOOK_AFTER, NOON + SURE_AFTER
TEXTS = {"uncategorized_text": "It came on 3 September."}


@pytest.fixture
def disputed(till):
    """Return a dispute of which the store has said something, with a slip."""
    payment = sold(till)
    till.dispute(payment.charge_id)
    deliver(till)
    part = Suborder.objects.get()
    dispute = Dispute.objects.get()
    said = evidence.Said("It was delivered.", "RR123456785GB", [("Müller’s slip.pdf", PDF)])
    evidence.give(part, dispute.pk, said, at=NOON, by=make.member(part.merchant))
    return dispute


def the_task():
    return MoneyTask.objects.get(kind="dispute")


def queue(dispute, **texts):
    papers = {"shipping_documentation": papers_of(dispute)[0].pk}
    return queue_answer(the_task(), BankAnswer(texts or TEXTS, papers), at=NOON, by=organizer())


def there(till, dispute):
    return till.world.store.get("dispute", dispute.remote_id)


def files(till):
    return list(till.world.store.all("file"))


def states(dispute):
    dispute.refresh_from_db()
    return dispute.state, dispute.answers.first().state, the_task().state


def test_an_answer_is_made_of_what_the_store_and_the_order_say(disputed):
    found = proposed(disputed)

    assert "It was delivered." in found.texts["uncategorized_text"]
    assert found.texts["product_description"].startswith("2 × ")
    assert found.texts["shipping_tracking_number"] == "RR123456785GB"
    assert list(found.papers) == ["shipping_documentation"]


def test_texts_and_papers_reach_the_bank_and_the_task_is_done(till, disputed):
    queue(disputed)
    assert states(disputed) == ("open", "queued", "open")

    assert send_answers(at=NOON) == 1

    assert states(disputed) == ("answered", "sent", "done")
    has, (file,) = there(till, disputed), files(till)
    assert has["evidence"]["uncategorized_text"] == TEXTS["uncategorized_text"]
    assert has["evidence"]["shipping_documentation"] == file["id"]
    assert (file["purpose"], file["type"], file["size"]) == ("dispute_evidence", "pdf", len(PDF))
    assert file["filename"] == "shipping_documentation.pdf"  # the store's name of it says a name
    assert till.world.store.notes(file["id"])["sha256"] == AnswerFile.objects.get().sha256
    assert (has["status"], has["evidence_details"]["submission_count"]) == ("under_review", 1)
    deliver(till)
    assert states(disputed)[0] == "answered"


def test_an_answered_inquiry_stays_answered(till):
    payment = sold(till)
    till.dispute(payment.charge_id, is_inquiry=True)
    deliver(till)
    dispute = Dispute.objects.get()
    queue_answer(the_task(), BankAnswer(TEXTS), at=NOON, by=organizer())
    send_answers(at=NOON)
    deliver(till)
    check_dispute(dispute.remote_id, at=NOON)

    assert states(dispute) == ("answered", "sent", "done")


def test_it_is_sent_once_whoever_presses_again(till, disputed):
    queue(disputed)

    with pytest.raises(NotPossible, match="being sent already"):
        queue(disputed)
    with pytest.raises(NotPossible, match="Wait a minute"):
        answer(the_task(), "accepted", reason="No", at=NOON, by=organizer())
    send_answers(at=NOON)
    assert send_answers(at=SURE) == 0
    with pytest.raises(NotPossible, match="does not wait"):
        queue(disputed)

    assert there(till, disputed)["evidence_details"]["submission_count"] == 1


@pytest.mark.parametrize("executed", [True, False], ids=["made", "not made"])
@pytest.mark.parametrize("on", [UPDATES, FILES])
def test_behind_a_500_it_is_sent_once(till, disputed, on, executed):
    queue(disputed)
    till.fail_next(500, saved=True, executed=executed, on=on)
    send_answers(at=NOON)
    assert states(disputed) == ("open", "queued", "open")

    send_answers(at=SOON)
    send_answers(at=SURE)

    assert states(disputed) == ("answered", "sent", "done")
    assert there(till, disputed)["evidence_details"]["submission_count"] == 1


def test_an_answer_that_cannot_be_read_is_looked_at_again(till, disputed):
    queue(disputed)
    till.spoil("dispute", "evidence_details.submission_count", "many")
    row = ANSWERS.claim(send._due(NOON), at=NOON)

    with pytest.raises(NotUnderstood):
        ANSWERS.carry_out(row, at=NOON)
    assert states(disputed) == ("open", "queued", "open")
    till.mend()
    send_answers(at=SURE)

    assert states(disputed) == ("answered", "sent", "done")
    assert there(till, disputed)["evidence_details"]["submission_count"] == 1


def test_a_worker_that_dies_after_sending_is_found_out(till, disputed, monkeypatch):
    queue(disputed)
    row = ANSWERS.claim(send._due(NOON), at=NOON)
    with monkeypatch.context() as dying:
        dying.setattr(send.ANSWERS, "record", lambda *_row, **_at: None)
        ANSWERS.carry_out(row, at=NOON)
    assert states(disputed)[1] == "sending"

    send_answers(at=NOON + ANSWERS.lease)

    assert states(disputed) == ("answered", "sent", "done")
    assert there(till, disputed)["evidence_details"]["submission_count"] == 1


def test_what_was_answered_at_the_provider_is_not_sent_over_it(till, disputed):
    queue(disputed)
    from shop.money.payments.provider.stripe_disputes import submit  # noqa: PLC0415
    from shop.money.payments.provider.stripe_gateway import gateway  # noqa: PLC0415

    submit(gateway(), disputed.remote_id, {"uncategorized_text": "By hand"}, name="x", key="x")

    send_answers(at=NOON)

    disputed.refresh_from_db()
    assert disputed.answers.get().state == "blocked"
    assert there(till, disputed)["evidence"]["uncategorized_text"] == "By hand"
    assert "was not sent: the dispute is under review there" in the_task().what


def test_after_the_last_day_nothing_is_sent(till, disputed):
    disputed.refresh_from_db()
    with pytest.raises(NotPossible, match="last day is over"):
        queue_answer(the_task(), BankAnswer(TEXTS), at=disputed.due_by, by=organizer())
    queue(disputed)

    send_answers(at=disputed.due_by)

    assert states(disputed) == ("open", "blocked", "open")
    assert "last day is over" in the_task().what
    assert there(till, disputed)["evidence_details"]["submission_count"] == 0


def test_a_refusal_of_the_provider_waits_for_a_person_who_may_send_again(till, disputed):
    queue(disputed)
    till.fail_next(400, on=UPDATES)
    send_answers(at=NOON)
    assert states(disputed) == ("open", "blocked", "open")
    assert "Send it again" in the_task().what

    queue(disputed)
    send_answers(at=NOON)

    assert states(disputed) == ("answered", "sent", "done")
    assert there(till, disputed)["evidence_details"]["submission_count"] == 1


@pytest.mark.parametrize(
    ("texts", "why"),
    [({"uncategorized_text": "x" * 20_001}, "20,001 characters"), ({"receipt": "x"}, "Write a")],
)
def test_what_the_bank_does_not_take_is_refused_before(disputed, texts, why):
    with pytest.raises(NotPossible, match=why):
        queue_answer(the_task(), BankAnswer(texts), at=NOON, by=organizer())

    assert not DisputeAnswer.objects.exists()


def test_documents_of_more_than_the_bank_takes_together_are_refused(disputed):
    part = Suborder.objects.get()
    for number in (1, 2):
        big = PDF + bytes([number]) * 2_300_000
        said = evidence.Said(papers=[(f"{number}.pdf", big)])
        evidence.give(part, disputed.pk, said, at=NOON, by=make.member(part.merchant))
    first, second = papers_of(disputed)[1:]
    papers = {"receipt": first.pk, "uncategorized_file": second.pk}

    with pytest.raises(NotPossible, match=r"4\.6 MB together"):
        queue_answer(the_task(), BankAnswer(TEXTS, papers), at=NOON, by=organizer())


def test_a_document_of_another_dispute_is_not_sent(till, disputed):
    other = sold(till)
    till.dispute(other.charge_id)
    deliver(till)
    task = MoneyTask.objects.get(dispute__payment=other)
    wrong = BankAnswer(TEXTS, {"receipt": papers_of(disputed)[0].pk})

    with pytest.raises(NotPossible, match="removed meanwhile"):
        queue_answer(task, wrong, at=NOON, by=organizer())


def test_who_acts_for_the_store_does_not_answer_for_it(disputed):
    by = organizer()
    merchant = Suborder.objects.get().merchant
    Membership.objects.create(merchant=merchant, user=by, role="packer", joined_at=NOON)

    with pytest.raises(OwnStore):
        queue_answer(the_task(), BankAnswer(TEXTS), at=NOON, by=by)


def test_once_it_is_sent_a_store_adds_and_removes_nothing(disputed):
    part, paper = Suborder.objects.get(), papers_of(disputed)[0]
    queue(disputed)
    with pytest.raises(NotPossible, match="sent to the bank"):
        evidence.take_away(part, paper.pk)
    send_answers(at=NOON)

    with pytest.raises(NotPossible, match="sent to the bank"):
        evidence.give(part, disputed.pk, evidence.Said("More"), at=NOON, by=make.user())


def test_what_was_sent_goes_with_the_words_of_its_order(disputed):
    queue(disputed)
    send_answers(at=NOON)
    contact = disputed.payment.order.contact
    type(contact).objects.filter(pk=contact.pk).update(blanked_at=NOON + timedelta(days=9))

    _forget_words([contact.pk])

    row = DisputeAnswer.objects.get()
    assert row.texts == {}
    assert row.files.get().paper is None
