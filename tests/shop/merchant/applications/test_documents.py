"""An applicant's papers: kept as they came, decoded by the worker alone, refused with a reason."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django_tasks_db.models import DBTaskResult
from PIL import Image

from shop.core.errors import NotPossible
from shop.core.images import incoming
from shop.core.images.incoming import KEPT_FOR, forget_incoming
from shop.core.images.models import IncomingFile
from shop.core.rate_limits.store import limits
from shop.merchant.applications import documents, write
from shop.merchant.applications.cleanup import forget_applicant
from shop.merchant.applications.models import Application, ApplicationDocument
from shop.people.accounts.mailboxes import mailbox_key
from tests.hostile_files import png, truncated
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
    origins,
    photo,
    proved,
)

pytestmark = pytest.mark.django_db
REFUSED = IncomingFile.State.REFUSED


@pytest.fixture(autouse=True)
def _noon(clock_at):
    clock_at(NOON)
    origins()


def grey():
    """Return the small file that takes a decoder long."""
    return SimpleUploadedFile("grey.png", png(6300, 6300), "image/png")


def post(client, **files):
    sent = {f"paper-{role}": file for role, file in files.items()}
    return client.post("/apply/papers/", SELLER | sent | {"stay": "1"}, follow=True)


def test_a_picture_is_kept_as_it_came_until_the_worker_has_decoded_it(client):
    found = proved(client)

    page = post(client, identity=photo()).text

    assert "Being checked" in page
    assert "IMG_2041.jpg" in page
    row = IncomingFile.objects.get()
    assert (row.application, row.role, row.content) == (found, "identity", photo().read())
    assert not ApplicationDocument.objects.exists()
    run_queued_work()
    paper = ApplicationDocument.objects.get()
    assert (paper.role, paper.name, paper.kind) == ("identity", "IMG_2041.jpg", "image/jpeg")
    assert not Image.open(BytesIO(paper.content)).getexif()
    assert not IncomingFile.objects.exists()
    page = client.get("/apply/papers/").text
    assert "Being checked" not in page
    assert "Received" in page


def test_a_request_starts_no_decoder_whatever_the_file_is(client, monkeypatch):
    proved(client)

    def fails(*command, **more):
        raise AssertionError("a request decodes a stranger's file")

    with monkeypatch.context() as patch:
        patch.setattr("subprocess.Popen", fails)
        assert post(client, identity=grey()).status_code == 200

    run_queued_work()
    assert ApplicationDocument.objects.get().role == "identity"


def test_a_file_that_cannot_be_read_says_why_and_is_replaced_by_the_next(client):
    proved(client)
    post(client, identity=SimpleUploadedFile("half.jpg", truncated()))
    run_queued_work()

    page = client.get("/apply/papers/").text

    assert "This picture cannot be read to its end." in page
    assert "half.jpg" in page
    row = IncomingFile.objects.get()
    assert (row.state, row.content) == (REFUSED, b"")
    assert "Papers" in client.get("/apply/send/").text
    post(client, identity=photo())
    run_queued_work()
    assert not IncomingFile.objects.exists()
    assert "half.jpg" not in client.get("/apply/papers/").text


def test_the_refusal_is_in_the_language_of_the_page(client):
    proved(client)
    file = SimpleUploadedFile("half.jpg", truncated())
    client.post("/fr/apply/papers/", SELLER | {"paper-identity": file})
    run_queued_work()

    assert IncomingFile.objects.get().problem.startswith("Cette photo ne se lit pas")


def test_what_is_being_checked_can_be_taken_away_by_its_applicant_alone(client):
    proved(client)
    post(client, identity=photo())
    row = IncomingFile.objects.get()
    stranger = Client()
    stranger.post("/apply/", BEGIN | {"email": "eve@example.org"})
    stranger.post(f"/apply/files/{row.pk}/remove/")
    assert IncomingFile.objects.exists()

    client.post(f"/apply/files/{row.pk}/remove/")

    assert not IncomingFile.objects.exists()
    run_queued_work()
    assert not ApplicationDocument.objects.exists()


def test_nothing_is_sent_while_a_paper_is_being_checked(client):
    found = proved(client)
    client.post("/apply/what/", WHAT)
    client.post("/apply/money/", MONEY)
    post(client, registration=SimpleUploadedFile("gie.pdf", PDF), identity=photo())

    assert "Your papers are being checked." in client.get("/apply/send/").text
    page = client.post("/apply/send/", follow=True).text

    assert "still being checked" in page
    assert Application.objects.get().state == "draft"
    run_queued_work()
    assert client.post("/apply/send/", follow=True).status_code == 200
    found.refresh_from_db()
    assert found.state == "sent"


def test_before_the_mailed_link_was_opened_no_file_is_taken(client):
    begun(client)
    page = client.get("/apply/papers/").text
    assert f"Open the link in our email to {EMAIL} first." in page
    assert 'type="file"' not in page

    answer = client.post("/apply/papers/", SELLER | {
        "paper-identity": photo(), "paper-registration": SimpleUploadedFile("gie.pdf", PDF)
    })  # fmt: skip

    assert answer.status_code == 422
    assert "Open the link in our email first." in answer.text
    assert not IncomingFile.objects.exists()
    assert not ApplicationDocument.objects.exists()
    assert Application.objects.get().legal_name == SELLER["legal_name"]


def test_the_same_file_twice_is_checked_once(client):
    proved(client)
    for _time in range(2):
        post(client, identity=photo())

    assert IncomingFile.objects.count() == 1


def test_a_mailbox_has_only_so_many_files_checked_and_sent_in_a_day(client, monkeypatch):
    found = proved(client)
    monkeypatch.setattr(incoming, "MOST_WAITING", 1)
    post(client, identity=photo())
    assert "still being checked" in post(client, identity=grey()).text
    assert IncomingFile.objects.count() == 1

    run_queued_work()
    sender = incoming.sender_of("mailbox", mailbox_key(found.email))
    limits.set(f"incoming:{sender}", incoming.MOST_OF_DAY, 60)

    assert "sent many files today" in post(client, identity=grey()).text
    pdf = SimpleUploadedFile("gie.pdf", PDF)
    assert "sent many files today" in post(client, registration=pdf).text
    assert [row.role for row in ApplicationDocument.objects.all()] == ["identity"]


def test_bytes_that_wait_have_a_bound_as_well(client, monkeypatch):
    proved(client)
    monkeypatch.setattr(incoming, "MOST_BYTES_WAITING", len(photo().read()) + 10)
    post(client, identity=photo())

    assert "still being checked" in post(client, identity=grey()).text


def test_a_file_over_which_workers_died_is_refused_and_not_tried_for_ever(client):
    proved(client)
    post(client, identity=photo())
    IncomingFile.objects.update(tries=incoming.MOST_TRIES)

    run_queued_work()

    assert "cannot be read to its end" in IncomingFile.objects.get().problem


def test_a_check_that_is_done_twice_keeps_one_paper(client):
    proved(client)
    post(client, identity=photo())
    row = IncomingFile.objects.get()

    documents.check_paper.func(row.pk)
    documents.check_paper.func(row.pk)

    assert ApplicationDocument.objects.count() == 1


def test_leftovers_go_with_time_with_the_application_and_with_their_person(client):
    found = proved(client)
    post(client, identity=photo())
    IncomingFile.objects.update(received_at=NOON - KEPT_FOR + timedelta(seconds=1))
    assert forget_incoming(at=NOON) == 0
    assert forget_incoming(at=NOON + timedelta(seconds=2)) == 1

    post(client, identity=photo())
    write.withdraw(found.pk, at=NOON)
    assert not IncomingFile.objects.exists()

    Application.objects.update(state="approved", decided_at=NOON, sent_at=NOON)
    IncomingFile.objects.create(
        application=found, role="identity", sender="a", name="a", content=b"a", size=1, sha256="a",
        language="en", received_at=NOON,
    )  # fmt: skip
    forget_applicant([EMAIL])
    assert not IncomingFile.objects.exists()


def test_checks_come_after_mail(client):
    proved(client)
    run_queued_work()
    post(client, identity=photo())

    [row] = DBTaskResult.objects.ready()
    assert row.priority < 0


def test_papers_and_files_lie_sealed_in_their_tables(client):
    found = proved(client)
    post(client, registration=SimpleUploadedFile("gie.pdf", PDF), identity=photo())

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM shop_applicationpaper"
                       " UNION ALL SELECT content FROM shop_incomingfile")  # fmt: skip
        raw = [bytes(content) for (content,) in cursor.fetchall()]
    assert len(raw) == 2
    assert all(content.startswith(b"gAAAA") for content in raw)
    assert not any(b"%PDF" in content or b"\xff\xd8" in content for content in raw)
    assert found.papers.get().content == PDF


def test_what_was_decided_takes_no_file(client):
    found = proved(client)
    Application.objects.update(state="declined", decided_at=NOON, sent_at=NOON)

    with pytest.raises(NotPossible):
        documents.receive_paper(found.pk, "identity", "a.jpg", photo().read(), at=NOON)
