"""Stores hear of disputes once for each step, say what they know, and read how it ended."""

from io import BytesIO

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from shop.core.errors import NotPossible
from shop.core.forms.private_files import MOST_BYTES
from shop.core.images.upload_handlers import MOST_OF_ONE
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.decide import say_who_bears
from shop.money.payments.disputes.evidence import MOST, Said, give
from shop.money.payments.disputes.models import Dispute, DisputeEvidence, EvidenceDocument
from shop.money.payments.disputes.take_over import check_dispute
from shop.operations.retention.contacts import forget
from shop.orders.cart.models import Cart
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import deliver
from tests.queue import run_queued_work
from tests.shop.money.payments.test_external import sold

pytestmark = pytest.mark.django_db
PDF, PNG = b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def part(till):
    payment = sold(till)
    run_queued_work()
    mail.outbox.clear()
    return payment.order.suborders.select_related("merchant").get()


@pytest.fixture
def owner(part):
    return make.member(part.merchant)


def open_one(till, part):
    till.dispute(part.order.payments.get().charge_id)
    deliver(till)
    run_queued_work()
    return Dispute.objects.get()


def end_it(till, *, won):
    till.close_dispute(Dispute.objects.get().remote_id, won=won)
    deliver(till)
    run_queued_work()


def bear(part, amount):
    task = MoneyTask.objects.get(kind="dispute", state="open")
    rest = Dispute.objects.get().to_bear - amount
    parts = {str(part.pk): amount, "platform": rest}
    say_who_bears(task, parts, reason="It never came", at=NOON, by=organizer())
    run_queued_work()


def subjects(user):
    return [message.subject for message in mail.outbox if message.to == [user.email]]


def test_a_store_hears_once_what_is_disputed_until_when_and_what_to_send(till, part, owner):
    dispute = open_one(till, part)
    check_dispute(dispute.remote_id, at=NOON)
    check_dispute(dispute.remote_id, at=NOON)
    run_queued_work()

    assert subjects(owner) == [f"The payment of order {part.order.number} is disputed"]
    body = mail.outbox[-1].body
    assert "30.00" in body
    assert "The bank wants an answer by" in body
    assert f"/merchant/orders/{part.pk}/#dispute" in body


def test_who_does_not_answer_shoppers_hears_nothing(till, part, owner):
    packer = make.member(part.merchant, role="packer")

    open_one(till, part)

    assert subjects(packer) == []
    assert len(subjects(owner)) == 1


def test_it_is_in_the_members_language(till, part):
    member = make.member(part.merchant)
    member.language = "fr"
    member.save()

    open_one(till, part)

    assert subjects(member) == [f"Le paiement de la commande {part.order.number} est contesté"]


def test_a_won_one_is_told_once(till, part, owner):
    open_one(till, part)
    end_it(till, won=True)
    check_dispute(Dispute.objects.get().remote_id, at=NOON)
    run_queued_work()

    assert subjects(owner)[1:] == [f"Dispute about order {part.order.number} won"]


@pytest.mark.parametrize(("bears", "said"), [(10_00, "you bear $10.00"), (0, "You bear nothing")])
def test_a_lost_one_is_told_when_it_is_said_who_bears_it(till, part, owner, bears, said):
    open_one(till, part)
    end_it(till, won=False)
    assert len(subjects(owner)) == 1

    bear(part, bears)

    assert subjects(owner)[1:] == [f"Dispute about order {part.order.number} lost"]
    assert said in mail.outbox[-1].body


def test_an_appeal_that_turns_it_is_told_too(till, part, owner):
    open_one(till, part)
    end_it(till, won=False)
    bear(part, 10_00)
    till.appeal(Dispute.objects.get().remote_id)
    deliver(till)
    end_it(till, won=True)

    assert subjects(owner)[-1] == f"Dispute about order {part.order.number} won"
    assert len(subjects(owner)) == 3


def test_who_has_left_the_store_meanwhile_hears_nothing(till, part, owner):
    till.dispute(part.order.payments.get().charge_id)
    deliver(till)
    owner.memberships.all().delete()
    run_queued_work()

    assert subjects(owner) == []


def test_what_a_store_says_is_read_by_organizers_and_not_twice(till, part, owner, client):
    dispute = open_one(till, part)
    client.force_login(owner)
    where = f"/merchant/orders/{part.pk}/disputes/{dispute.pk}/"
    said = {"text": "Left on 12 May", "tracking_number": "EE 1"}

    assert "Tell us what you know" in client.get(f"/merchant/orders/{part.pk}/").text
    assert client.post(where, said).status_code == 302
    assert client.post(where, said).status_code == 302
    assert client.post(where, {"text": " "}).status_code == 422

    row = DisputeEvidence.objects.get()
    assert (row.text, row.tracking_number, row.by) == ("Left on 12 May", "EE 1", owner)
    task = MoneyTask.objects.get(kind="dispute", state="open")
    client.force_login(organizer())
    for page in (f"money/{task.pk}/", f"desk_orders/inspect/{part.order_id}/"):
        assert "Left on 12 May" in client.get(f"/organize/{page}").text


def test_who_does_not_answer_shoppers_does_not_find_the_dispute(till, part, client):
    dispute = open_one(till, part)
    client.force_login(make.member(part.merchant, role="packer"))

    assert "Tell us" not in client.get(f"/merchant/orders/{part.pk}/").text
    where = f"/merchant/orders/{part.pk}/disputes/{dispute.pk}/"
    assert client.get(where).status_code == 403


def test_when_the_bank_has_decided_nothing_is_added(till, part, owner):
    dispute = open_one(till, part)
    end_it(till, won=False)

    with pytest.raises(NotPossible, match="has decided"):
        give(part, dispute.pk, Said("Too late"), at=NOON, by=owner)

    assert not DisputeEvidence.objects.exists()


def test_nobody_fills_the_desk(till, part, owner):
    dispute = open_one(till, part)
    facts = {"at": NOON, "by": owner}
    for number in range(4):
        give(part, dispute.pk, Said(papers=[("", PDF + bytes([number]))] * 5), **facts)
    with pytest.raises(NotPossible, match="a lot already"):
        give(part, dispute.pk, Said(papers=[("", PDF)]), **facts)
    for number in range(MOST - 4):
        give(part, dispute.pk, Said(f"Fact {number}"), **facts)

    with pytest.raises(NotPossible, match="a lot already"):
        give(part, dispute.pk, Said("More"), **facts)


def test_what_was_said_is_forgotten_with_the_contact(till, part, owner):
    dispute = open_one(till, part)
    give(part, dispute.pk, Said("Ms Cole", "1", [("Cole.pdf", PDF)]), at=NOON, by=owner)
    end_it(till, won=True)
    MoneyTask.objects.all().delete()
    Cart.objects.all().delete()

    forget([part.order.contact_id], at=NOON.replace(year=NOON.year + 20))

    row = DisputeEvidence.objects.get()
    assert (row.text, row.tracking_number) == ("", "")
    assert not EvidenceDocument.objects.exists()


def test_papers_are_read_by_the_store_and_organizers_and_nobody_else(till, part, owner, client):
    dispute = open_one(till, part)
    client.force_login(owner)
    where = f"/merchant/orders/{part.pk}/disputes/{dispute.pk}/"
    slip = {"papers": [BytesIO(PDF), BytesIO(PNG)]}
    slip["papers"][0].name = "sli\u202ep.exe"
    for _press in range(2):
        slip["papers"][0].seek(0), slip["papers"][1].seek(0)
        assert client.post(where, slip).status_code == 302

    first, second = EvidenceDocument.objects.all()
    assert (first.name, first.kind, second.kind) == ("slip.exe", "application/pdf", "image/png")
    own = f"/merchant/orders/{part.pk}/disputes/papers/{first.pk}/"
    assert own in client.get(where).text
    got = client.get(own)
    assert got.content == PDF
    assert got["Content-Disposition"] == f'attachment; filename="paper-{first.pk}.pdf"'
    assert "no-store" in got["Cache-Control"]

    client.force_login(organizer())
    task = MoneyTask.objects.get(kind="dispute", state="open")
    desk = f"/organize/money/papers/{first.pk}/"
    assert desk in client.get(f"/organize/money/{task.pk}/").text
    assert client.get(desk).content == PDF
    strangers = {
        404: make.member(make.merchant()), 403: make.member(part.merchant, role="packer"),
    }  # fmt: skip
    for status, stranger in strangers.items():
        client.force_login(stranger)
        assert client.get(own).status_code == status
        assert client.get(desk).status_code != 200


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"MZ" + PDF, "no PDF, PNG or JPEG"), (PDF + bytes(MOST_BYTES), "more than 5 MB"),
     (PDF + bytes(MOST_OF_ONE), "more than 5 MB")],
)  # fmt: skip
def test_a_paper_that_is_none_is_refused_and_nothing_is_kept(
    till, part, owner, client, content, said
):
    dispute = open_one(till, part)
    client.force_login(owner)
    file = SimpleUploadedFile("slip.pdf", content)
    where = f"/merchant/orders/{part.pk}/disputes/{dispute.pk}/"

    answer = client.post(where, {"text": "Left on 12 May", "papers": file})

    assert answer.status_code == 422
    assert said in answer.text
    assert "Left on 12 May" in answer.text
    assert not DisputeEvidence.objects.exists()


def test_a_paper_handed_in_by_mistake_is_taken_away_until_the_bank_has_decided(
    till, part, owner, client
):
    dispute = open_one(till, part)
    give(part, dispute.pk, Said("Left", papers=[("a.pdf", PDF)]), at=NOON, by=owner)
    give(part, dispute.pk, Said(papers=[("b.png", PNG)]), at=NOON, by=owner)
    kept, alone = EvidenceDocument.objects.all()
    at = f"/merchant/orders/{part.pk}/disputes/papers/"
    client.force_login(make.member(make.merchant()))
    assert client.post(f"{at}{kept.pk}/remove/").status_code == 404

    client.force_login(owner)
    assert client.post(f"{at}{alone.pk}/remove/").status_code == 302
    assert DisputeEvidence.objects.get().text == "Left"
    end_it(till, won=False)
    client.post(f"{at}{kept.pk}/remove/")

    assert EvidenceDocument.objects.get() == kept
