"""Somebody applies to sell, page by page, without an account; nothing typed is lost."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from shop.core.errors import NotPossible
from shop.core.forms.private_files import as_kept
from shop.merchant.applications import write
from shop.merchant.applications.models import Application, ApplicationDocument, ApplicationNote
from shop.merchant.applications.steps import gaps
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.merchant.applications.applied import (
    BEGIN,
    EMAIL,
    MONEY,
    PDF,
    SELLER,
    WHAT,
    begun,
    filled,
    link_of_mail,
    made,
    origins,
    proved,
    sent,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(clock_at):
    clock_at(NOON)
    origins()


def test_from_the_first_page_to_the_organizers(client):
    found = sent(client)

    assert (found.state, found.email, found.language) == ("sent", EMAIL, "en")
    assert (found.business, found.makers, found.founded) == (BEGIN["business"], 27, 1998)
    assert f"{found.answer_by:%d %B}" == "19 May"  # five working days after a Wednesday
    paper, identity = found.papers.order_by("role").reverse()
    assert (paper.role, bytes(paper.content)) == ("registration", PDF)
    assert (identity.kind, identity.name) == ("image/jpeg", "IMG_2041.jpg")
    assert not Image.open(BytesIO(bytes(identity.content))).getexif()
    run_queued_work()
    letter = mail.outbox[-1]
    assert (letter.to, letter.subject) == ([EMAIL], "We have your application")
    assert f"number {found.number}" in letter.body
    assert "by 19 May 2027" in letter.body
    page = client.get("/apply/").text
    assert found.number in page
    assert "You hear from us by 19 May 2027" in page


def test_the_link_leads_back_from_another_device_in_the_language_of_the_page(client):
    assert client.post("/fr/apply/", BEGIN).status_code == 302
    link = link_of_mail()
    found = Application.objects.get()
    assert mail.outbox[-1].subject == f"Votre candidature {found.number}"
    phone = Client()
    assert phone.get("/fr/apply/what/").headers["Location"] == "/fr/apply/"

    assert phone.get(link).headers["Location"] == "/fr/apply/"

    assert "Cordonnerie Keur Mbar" in phone.get("/fr/apply/").text
    assert "no-store" in phone.get("/fr/apply/").headers["Cache-Control"]


def test_mail_to_an_address_that_nobody_proved_has_no_word_that_somebody_typed(client):
    spam = {"business": "Win at casino.example", "name": "https://casino.example", "city": "Casino"}
    client.post("/apply/", BEGIN | spam)
    found = Application.objects.get()

    run_queued_work()

    [letter] = mail.outbox
    assert found.number in letter.subject
    assert not re.search("casino|win at", f"{letter.subject} {letter.body}", re.IGNORECASE)
    client.get(link_of_mail())
    client.post("/apply/mail/")
    run_queued_work()
    assert mail.outbox[-1].subject == "Your application for Win at casino.example"
    assert "Hello https://casino.example," in mail.outbox[-1].body


def test_what_is_right_is_kept_and_what_is_wrong_is_said(client):
    begun(client)
    answer = client.post(
        "/apply/who/", {k: v for k, v in BEGIN.items() if k != "email"} | {"makers": "many"}
    )
    assert answer.status_code == 422
    assert "Error:" in answer.text
    client.post("/apply/papers/", {"legal_name": "GIE Keur Mbar"})

    found = Application.objects.get()

    assert (found.legal_name, found.city) == ("GIE Keur Mbar", "Ngaye Méckhé")
    missing = [gap.name for gap in gaps(found)]
    assert missing == ["sells", "makes", "story", "registration", "legal_address",
                       "paper-registration", "paper-identity", "paid_by"]  # fmt: skip
    page = client.get("/apply/send/").text
    assert "Number of the registration" in page.partition("missing still")[2][:900]
    assert "Something is missing still." in page
    assert "disabled" in page
    assert client.post("/apply/send/", follow=True).text.count("Something is missing still.") >= 1
    assert Application.objects.get().state == "draft"


def test_an_address_that_nobody_proved_sends_nothing(client):
    found = begun(client)
    for step, answers in (("what", WHAT), ("papers", SELLER), ("money", MONEY)):
        client.post(f"/apply/{step}/", answers)
    row = Application.objects.get(pk=found.pk)
    for role in ("registration", "identity"):
        write.add_paper(row.pk, role, as_kept("a.pdf", PDF + role.encode()), at=NOON)
    assert list(gaps(row)) == []

    page = client.post("/apply/send/", follow=True).text

    assert "Open the link in our mail" in page
    assert Application.objects.get().state == "draft"


def test_an_account_with_the_same_proved_address_needs_no_link(client):
    user = make.user(EMAIL)
    client.force_login(user)

    begun(client)

    assert Application.objects.get().proved_at
    other = Client()
    other.force_login(user)
    assert other.post(f"/apply/own/{Application.objects.get().pk}/").status_code == 302
    assert BEGIN["business"] in other.get("/apply/").text


def test_who_typed_the_address_of_another_is_let_out_once_it_is_proved(client):
    found = begun(client)
    other = Client()
    other.get(link_of_mail())
    other.post("/apply/papers/", SELLER)

    assert client.get("/apply/papers/").headers["Location"] == "/apply/"
    assert SELLER["tax_number"] not in client.get("/apply/").text
    assert SELLER["tax_number"] in other.get("/apply/send/").text
    assert found.pk


def test_a_stranger_reaches_no_application(client):
    found = made()
    stranger = Client()
    for page in ("who", "papers", "send", "withdraw"):
        assert stranger.get(f"/apply/{page}/").headers["Location"] == "/apply/"
    for act in (
        "say",
        "mail",
        "address",
        f"papers/{found.papers.first().pk}/remove",
        "withdraw",
        "send",
    ):
        assert stranger.post(f"/apply/{act}/", {"text": "Mine"}).status_code == 302
    stranger.force_login(make.user())
    assert stranger.post(f"/apply/own/{found.pk}/").status_code == 404
    assert stranger.get("/apply/link/0000/", follow=True).text.count("does not work any more")

    assert (found.papers.count(), Application.objects.get().state) == (2, "sent")
    assert not ApplicationNote.objects.exists()


def test_a_link_lapses_after_fourteen_days_and_a_new_one_ends_the_old(client, clock_at):
    begun(client)
    first = link_of_mail()
    client.post("/apply/link/", {"email": EMAIL.upper()})
    second = link_of_mail()
    assert first != second
    assert Client().get(first).headers["Location"] == "/apply/link/"
    clock_at(NOON + timedelta(days=14, hours=1))
    assert Client().get(second).headers["Location"] == "/apply/link/"


def test_the_answer_is_the_same_for_an_address_that_never_applied(client):
    said = client.post("/apply/link/", {"email": "nobody@example.org"})
    run_queued_work()

    assert "If there is an application under this address" in said.text
    assert mail.outbox == []


def test_who_begins_the_same_again_gets_the_link_to_what_there_is(client):
    begun(client)
    run_queued_work()

    assert "You have begun already." in Client().post("/apply/", BEGIN, follow=True).text
    assert Application.objects.count() == 1
    run_queued_work()
    assert len(mail.outbox) == 2


def test_nobody_floods_a_mailbox(client):
    for number in range(4):
        answer = Client().post("/apply/", BEGIN | {"business": f"Shop {number}"})
        assert answer.status_code == 302

    assert "Too many attempts" in Client().post("/apply/", BEGIN | {"business": "Shop 5"}).text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("a.pdf", b"MZ" + bytes(300), "picture"), ("a.jpg", b"<svg onload=alert(1)>", "picture"),
     ("a.pdf", PDF + bytes(5 * 1024 * 1024), "more than 5 MB")],
)  # fmt: skip
def test_a_file_that_is_no_paper_is_refused_and_the_answers_are_kept(client, name, content, said):
    proved(client)
    file = SimpleUploadedFile(name, content)

    answer = client.post("/apply/papers/", SELLER | {"paper-identity": file})

    assert answer.status_code == 422
    assert said in answer.text
    assert not ApplicationDocument.objects.exists()
    assert Application.objects.get().legal_name == "GIE Keur Mbar"


def test_a_paper_is_kept_once_and_can_be_taken_away(client):
    proved(client)
    for _time in range(2):
        client.post("/apply/papers/", SELLER | {
            "paper-registration": SimpleUploadedFile("gie.pdf", PDF)
        })  # fmt: skip
    paper = ApplicationDocument.objects.get()

    client.post(f"/apply/papers/{paper.pk}/remove/")

    assert not ApplicationDocument.objects.exists()


def test_a_label_that_is_claimed_asks_for_its_paper(client):
    found = filled(client)
    assert list(gaps(found)) == []

    client.post("/apply/what/", WHAT | {"claims": "Organic honey"})

    found.refresh_from_db()
    assert [gap.name for gap in gaps(found)] == ["paper-claim"]


def test_withdrawn_its_papers_are_gone_and_its_link_opens_nothing(client):
    found = sent(client)
    assert "Its papers are deleted at once" in client.get("/apply/withdraw/").text

    page = client.post("/apply/withdraw/", follow=True).text

    assert "is withdrawn" in page
    found.refresh_from_db()
    assert (found.state, found.papers.count()) == ("withdrawn", 0)
    assert Client().get(f"/apply/link/{found.token}/").headers["Location"] == "/apply/link/"


def test_left_on_a_device_that_others_use_it_is_reached_by_its_link_alone(client):
    found = begun(client)
    client.post("/apply/leave/")

    assert BEGIN["business"] not in client.get("/apply/").text
    assert client.get(f"/apply/link/{found.token}/").headers["Location"] == "/apply/"


@pytest.mark.parametrize("state", ["approved", "declined", "withdrawn"])
def test_what_was_decided_is_not_changed(state):
    found = made()
    Application.objects.filter(pk=found.pk).update(state=state, decided_at=NOON)
    paper = found.papers.first()

    for act in (
        lambda: write.answer_step(found.pk, "who", {"name": "Other"}, at=NOON),
        lambda: write.remove_paper(found.pk, paper.pk, at=NOON),
        lambda: write.send(found.pk, at=NOON),
        lambda: write.withdraw(found.pk, at=NOON),
    ):
        with pytest.raises(NotPossible):
            act()

    assert Application.objects.get().name == BEGIN["name"]
    assert found.papers.count() == 2


def test_one_bad_file_stops_no_other_and_few_are_looked_at_at_once(client):
    proved(client)
    bad = SimpleUploadedFile("bad.pdf", b"MZ" + bytes(300))
    good = [SimpleUploadedFile(f"{n}.pdf", PDF + bytes([n])) for n in range(5)]

    answer = client.post("/apply/papers/", SELLER | {"paper-registration": [bad, *good]})

    assert answer.status_code == 422
    assert "bad.pdf" in answer.text
    assert "At most 4 files at once" in answer.text
    assert [row.name for row in ApplicationDocument.objects.all()] == ["0.pdf", "1.pdf", "2.pdf"]


def test_a_mistyped_address_is_mended_until_its_mail_is_read(client):
    found = begun(client)
    old = link_of_mail()
    assert "Is this address mistyped?" in client.get("/apply/").text

    client.post("/apply/address/", {"email": "Awa.Diop@example.org"})

    new = link_of_mail()
    assert mail.outbox[-1].to == ["awa.diop@example.org"]
    assert Client().get(old).headers["Location"] == "/apply/link/"
    assert client.get(new).headers["Location"] == "/apply/"
    assert "mistyped" not in client.get("/apply/").text
    said = client.post("/apply/address/", {"email": "other@example.org"}, follow=True).text
    assert "It stays as it is." in said
    found.refresh_from_db()
    assert found.email == "awa.diop@example.org"
