"""Organizers read applications: they take, ask, approve and decline; nobody decides their own."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shop.core.errors import NotPossible
from shop.merchant.applications import decide, write
from shop.merchant.applications.models import Application, ApplicationNote
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant, StoreInvitation
from tests import make
from tests.cms.dashboard.people import BEFORE, organizer
from tests.queue import run_queued_work
from tests.shop.merchant.applications.applied import EMAIL, made, origins

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
STORE = {
    "name": "Cordonnerie Keur Mbar", "slug": "", "kind": "goods", "country": "SN",
    "city": "Ngaye Méckhé", "commission": "10", "vat": "0", "settle_every": "week",
    "reserve": "0", "reserve_days": "60", "paid_only_by": "", "payout_tariff": "",
}  # fmt: skip


@pytest.fixture
def found(clock_at):
    clock_at(BEFORE)
    origins()
    return made(BEFORE)


def store_of(found, **more):
    return STORE | {"version": now(found).version} | more


def at(found, end=""):
    return f"/organize/applications/{found.pk}/{end}"


def now(found):
    return Application.objects.get(pk=found.pk)


def test_the_queue_names_who_waits_and_what_was_never_sent_is_not_seen(desk, found):
    write.begin({"business": "Not sent", "country": "SN", "name": "Modou"}, email="m@example.org",
                language="fr", is_proved=True, at=BEFORE)  # fmt: skip

    page = desk.get("/organize/applications/").text

    assert page.count("BA-2027-") == 1
    assert "Cordonnerie Keur Mbar" in page
    assert "1 application" in desk.get("/organize/").text
    draft = Application.objects.get(state="draft")
    assert desk.get(at(draft)).status_code == 404


def test_an_application_is_read_with_its_papers_and_what_the_shop_finds(desk, found):
    other = made(BEFORE, business="Keur Mbar II", email="modou@example.org")
    page = desk.get(at(found)).text

    for said in ("Awa Diop", "GIE Keur Mbar", "Shoes of goat leather", "mobile money", "27"):
        assert said in page, said
    assert f"the same name, address or number: Keur Mbar II ({other.number})" in page
    paper = found.papers.first()
    got = desk.get(f"/organize/applications/papers/{paper.pk}/")
    assert got.content == bytes(paper.content)
    assert got["Content-Disposition"].startswith(f'attachment; filename="{found.number}-')


def test_approved_its_applicant_owns_the_store_by_the_link_of_one_mail(desk, found):
    run_queued_work()
    mail.outbox.clear()

    said = desk.post(at(found, "approve/"), store_of(found), follow=True).text

    assert f"{EMAIL} is invited as its owner by mail" in said
    store = Merchant.objects.get(slug="cordonnerie-keur-mbar")
    assert (store.legal_name, store.tax_number) == ("GIE Keur Mbar", "001234567")
    assert (store.story, store.founded, store.makers) == ("Since 1998 in Méckhé.", 1998, 27)
    assert (now(found).state, now(found).merchant) == ("approved", store)
    run_queued_work()
    (letter,) = mail.outbox
    assert letter.subject == "Bienvenue, Cordonnerie Keur Mbar"
    link = re.search(r"https?://[^/\s]+(/fr/account/store/\S+/)", letter.body)[1]
    visitor = Client()
    visitor.post(link, {"name": "Awa Diop", "password": "a-long-word-of-hers"})
    user = User.objects.get(email=EMAIL)
    assert store.memberships.get().user == user
    assert desk.get(at(found, "approve/"), follow=True).text.count("does not wait any more")


def test_an_invitation_that_lapsed_is_mailed_again_from_the_applicant_s_own_page(desk, found):
    desk.post(at(found, "approve/"), store_of(found))
    invited = StoreInvitation.objects.get()
    applicant = Client()
    write.mail_links(EMAIL, at=BEFORE)
    applicant.get(f"/apply/link/{now(found).token}/")
    assert "Mail me the invitation again" in applicant.get("/apply/").text

    applicant.post("/apply/mail/")

    assert StoreInvitation.objects.get().serial != invited.serial
    run_queued_work()
    assert "account/store/" in mail.outbox[-1].body


def test_asked_the_applicant_answers_and_it_waits_again(desk, found):
    paper = found.papers.get(role="identity")
    desk.post(f"/organize/applications/papers/{paper.pk}/refuse/", {"reason": "Numéro coupé"})
    assert "cannot be read" in desk.get(at(found)).text
    desk.post(at(found, "ask/"), {"text": "Combien de paires par mois ?"})
    assert now(found).state == "asked"
    run_queued_work()
    letter = mail.outbox[-1]
    assert letter.subject == "Une question sur votre candidature"
    assert "Combien de paires" in letter.body
    assert "Numéro coupé" in letter.body
    applicant = Client()
    write.mail_links(EMAIL, at=BEFORE)
    applicant.get(f"/fr/apply/link/{now(found).token}/")
    page = applicant.get("/fr/apply/").text
    assert "Combien de paires par mois ?" in page
    assert "Numéro coupé" in page

    applicant.post("/fr/apply/say/", {"text": "Quarante"})

    assert now(found).state == "sent"
    assert "Quarante" in desk.get(at(found)).text
    kinds = list(found.notes.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["question", "answer"]


def test_declined_it_is_objected_to_once_and_somebody_else_decides(desk, found):
    boss = User.objects.get(pk=desk.session["_auth_user_id"])
    desk.post(at(found, "decline/"), {"text": "Vous ne le faites pas vous-mêmes."})
    run_queued_work()
    assert "Vous ne le faites pas" in mail.outbox[-1].body
    write.object_to(found.pk, "Si, venez voir.", at=BEFORE)
    assert now(found).state == "sent"
    other = organizer()

    assert (
        "somebody else reads the objection"
        in desk.post(at(found, "decline/"), {"text": "Encore non"}).text
    )
    with pytest.raises(NotPossible, match="somebody else"):
        decide.decline(found.pk, "Non", at=BEFORE, by=boss)
    decide.decline(found.pk, "Non, nous avons vu.", at=BEFORE, by=other)

    with pytest.raises(NotPossible):
        write.object_to(found.pk, "Encore", at=BEFORE)
    assert now(found).state == "declined"


def test_where_nobody_else_may_decide_the_one_organizer_reads_the_objection(desk, found):
    boss = User.objects.get(pk=desk.session["_auth_user_id"])
    User.objects.exclude(pk=boss.pk).filter(groups__isnull=False).update(is_active=False)
    decide.decline(found.pk, "Non", at=BEFORE, by=boss)
    write.object_to(found.pk, "Si", at=BEFORE)

    decide.decline(found.pk, "Toujours non", at=BEFORE, by=boss)

    assert now(found).state == "declined"


def test_nobody_decides_on_their_own(desk, found):
    boss = User.objects.get(pk=desk.session["_auth_user_id"])
    Application.objects.filter(pk=found.pk).update(email=boss.email)

    assert "It is your own" in desk.post(at(found, "approve/"), store_of(found)).text
    assert "It is your own" in desk.post(at(found, "ask/"), {"text": "?"}).text
    assert now(found).state == "sent"


def test_taken_it_says_by_whom_and_notes_are_for_colleagues_alone(desk, found):
    desk.post(at(found), {"take": ""})
    assert now(found).taken_by.pk == int(desk.session["_auth_user_id"])
    desk.post(at(found), {"note": "Spoke to Awa"})
    assert "Spoke to Awa" in desk.get(at(found)).text
    desk.post(at(found), {"back": ""})
    assert now(found).taken_by is None

    applicant = Client()
    write.mail_links(EMAIL, at=BEFORE)
    applicant.get(f"/apply/link/{now(found).token}/")
    assert found.number in applicant.get("/apply/").text

    assert "Spoke to Awa" not in applicant.get("/apply/").text
    assert ApplicationNote.objects.get().kind == "internal"


def test_the_address_of_a_store_that_is_taken_is_refused_at_its_field(desk, found):
    make.merchant(slug="cordonnerie-keur-mbar")

    answer = desk.post(at(found, "approve/"), store_of(found))

    assert answer.status_code == 422
    assert "already" in answer.text
    assert now(found).state == "sent"


def test_the_queue_costs_the_same_however_many_wait(desk, found):
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as taken:
            desk.get("/organize/applications/")
        return len(taken)

    statements()
    few = statements()
    for number in range(9):
        made(BEFORE, business=f"Shop {number}", email=f"a{number}@example.org")
    assert statements() == few


def test_what_the_applicant_changed_since_is_read_again_before_it_is_public(desk, found):
    seen = now(found).version
    link = f"{at(found, 'approve/')}?version={seen}"
    assert link in desk.get(at(found)).text
    write.answer_step(found.pk, "what", {"story": "Buy at evil.example"}, at=BEFORE + SECOND)

    assert f'value="{seen}"' in desk.get(link).text
    said = desk.post(at(found, "approve/"), STORE | {"version": seen}, follow=True).text

    assert "They changed it meanwhile" in said
    assert "Buy at evil.example" in said
    assert (now(found).state, Merchant.objects.count()) == ("sent", 0)


def test_a_mail_about_somebody_who_was_erased_goes_nowhere(found):
    run_queued_work()
    mail.outbox.clear()
    decide.ask(found.pk, "Combien ?", at=BEFORE, by=organizer())
    Application.objects.all().delete()

    run_queued_work()

    assert mail.outbox == []


def test_the_list_is_taken_away_as_a_file_without_what_was_never_sent(desk, found):
    write.begin({"business": "Not sent", "country": "SN", "name": "Modou"}, email="m@example.org",
                language="fr", is_proved=True, at=BEFORE)  # fmt: skip
    Application.objects.filter(pk=found.pk).update(business="=cmd()")

    assert "export=csv" in desk.get("/organize/applications/").text
    answer = desk.get("/organize/applications/?state=sent&export=csv")
    head, row = b"".join(answer.streaming_content).decode().splitlines()

    assert "number,state,business" in head
    assert f"{found.number},sent,'=cmd()" in row
