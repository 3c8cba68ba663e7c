"""A certificate counts only with its paper seen and until its last day."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shop.core.errors import NotPossible, StaleState
from shop.core.forms.private_files import as_kept
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.own_stores import OwnStore
from shop.storefront.certifications import decide, ending, write
from shop.storefront.certifications.models import Certification, CertificationDocument
from shop.storefront.certifications.write import CertificationFacts
from shop.storefront.listings.models import Listing
from shop.storefront.listings.words import mark_of
from tests import make, pages
from tests.cms.dashboard.people import organizer
from tests.hostile_files import picture
from tests.make import NOON
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
State = Certification.State
DAY = timedelta(days=1)
UNTIL = NOON.date() + timedelta(days=200)
CLAIM = CertificationFacts("Fair trade", "FT-7", "Fair Body", UNTIL)
PAPER = as_kept("fair.pdf", b"%PDF-1.7 fair")
SENT = {"title": "Fair trade", "issuer": "Fair Body", "number": "FT-7", "until": str(UNTIL)}


@pytest.fixture(autouse=True)
def _shop(clock_at):
    pages.home()
    clock_at(NOON)


@pytest.fixture
def store():
    return make.merchant(name="Amani Kettles", slug="amani")


@pytest.fixture
def member(store):
    return make.member(store, email="ama@example.org")


def sent(store, member, claim=CLAIM, papers=(PAPER,), at=NOON):
    return write.send(store, claim, list(papers), at=at, by=member)


def approved(found, by=None, at=NOON):
    found.refresh_from_db()
    return decide.approve(found.pk, seen=found.version, at=at, by=by or organizer())


def shown(store):
    return Merchant.objects.get(pk=store.pk).certifications


def letters():
    run_queued_work()
    return [(letter.to[0], letter.subject) for letter in mail.outbox]


def paper_file(name="fair.jpg"):
    return SimpleUploadedFile(name, picture("JPEG", (400, 300)))


def test_a_store_sends_its_paper_and_it_counts_once_somebody_has_seen_it(client, store, member):
    product = make.product(title="Blue kettle", of=store)
    make.listed(product)
    client.force_login(member)
    where = "/merchant/amani/profile/certificates/"

    assert client.post(where, SENT | {"papers": paper_file()}).status_code == 302

    found = Certification.objects.get()
    assert (found.state, found.until, found.papers.get().kind) == ("waiting", UNTIL, "image/jpeg")
    assert shown(store) == []
    assert "Waits for a look" in client.get(where).text
    desk = Client()
    desk.force_login(organizer())
    assert "Fair trade" in desk.get("/organize/certificates/").text
    page = f"/organize/certificates/{found.pk}/"
    assert "Fair Body" in desk.get(page).text
    answer = desk.post(page, {"approve": "", "reason": "", "version": found.version})
    assert answer.status_code == 302, answer.text
    assert shown(store) == ["Fair trade"]
    assert "Fair trade" in Client().get("/stores/amani/").text
    assert mark_of("certificate", "Fair trade") in str(Listing.objects.get(pk=product.pk).text)
    assert ("ama@example.org", "Fair trade counts now") in letters()


def test_a_refused_one_is_mended_and_keeps_its_pages(client, store, member):
    found = sent(store, member)

    decide.refuse(found.pk, "The number is cut off.", seen=found.version, at=NOON, by=organizer())

    client.force_login(member)
    where = "/merchant/amani/profile/certificates/"
    assert "The number is cut off." in client.get(where).text
    form = client.get(where, {"mend": found.pk})
    assert form.context["form"]["number"].value() == "FT-7"
    assert client.post(where, SENT | {"number": "FT-77"}).status_code == 302
    found.refresh_from_db()
    assert (found.state, found.number, found.note) == ("waiting", "FT-77", "")
    assert found.papers.get().name == "fair.pdf"
    assert ("ama@example.org", "Fair trade: please mend it") not in letters()  # it waits again


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"until": "2020-01-01"}, "This day is over."),
        ({"until": "9999-12-31"}, "Enter the day that stands on the paper."),
        ({"until": ""}, "This field is required"),
        ({"issuer": ""}, "This field is required"),
        ({"title": "Best in the world"}, "Select a valid choice"),
        ({}, "Add the paper"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(client, store, member, wrong, said):
    client.force_login(member)

    answer = client.post("/merchant/amani/profile/certificates/", SENT | wrong)

    assert answer.status_code == 422
    assert said in answer.text
    assert not Certification.objects.exists()


@pytest.mark.parametrize("content", [b"<script>", b"MZ", b""])
def test_what_is_no_paper_is_not_taken(client, store, member, content):
    client.force_login(member)
    file = SimpleUploadedFile("fair.jpg", content)

    answer = client.post("/merchant/amani/profile/certificates/", SENT | {"papers": file})

    assert answer.status_code == 422
    assert not CertificationDocument.objects.exists()


def test_six_pages_are_too_many(store, member):
    with pytest.raises(NotPossible, match="five pages"):
        sent(store, member, papers=[PAPER] * 6)
    assert not Certification.objects.exists()


def test_a_decision_is_about_the_edition_that_was_seen(store, member):
    found = sent(store, member)
    seen = found.version
    sent(store, member, CertificationFacts("Fair trade", "FT-8", "Fair Body", UNTIL))

    with pytest.raises(StaleState):
        decide.approve(found.pk, seen=seen, at=NOON, by=organizer())
    assert shown(store) == []


def test_nobody_decides_on_the_paper_of_an_own_store(store, member):
    found = sent(store, member)
    own = organizer()
    Membership.objects.create(merchant=store, user=own, role="owner", joined_at=NOON)

    with pytest.raises(OwnStore):
        approved(found, by=own)


def test_the_one_that_follows_takes_its_place_and_nothing_is_missing_meanwhile(store, member):
    first = approved(sent(store, member))
    after = CertificationFacts("Fair trade", "FT-9", "Fair Body", UNTIL + 300 * DAY)

    following = sent(store, member, after)

    assert shown(store) == ["Fair trade"]
    approved(following)
    assert shown(store) == ["Fair trade"]
    first.refresh_from_db()
    assert first.state == State.ENDED


def test_it_ends_with_its_day_where_the_store_is(member, store):
    found = approved(sent(store, member))  # in Kenya, three hours before Greenwich
    last = make.NOON.replace(year=UNTIL.year, month=UNTIL.month, day=UNTIL.day, hour=20, minute=59)

    assert ending.end_certificates(at=last) == 0
    assert ending.end_certificates(at=last + timedelta(minutes=1)) == 1
    assert ending.end_certificates(at=last + timedelta(minutes=2)) == 0

    found.refresh_from_db()
    assert (found.state, shown(store)) == (State.ENDED, [])
    assert letters().count(("ama@example.org", "Fair trade is over")) == 1


def test_the_store_is_reminded_once_a_month_before(member, store):
    approved(sent(store, member))
    month_before = NOON + timedelta(days=171)

    assert ending.remind_of_end(at=month_before - DAY) == 0
    assert ending.remind_of_end(at=month_before) == 1
    assert ending.remind_of_end(at=month_before + DAY) == 0

    said = [subject for _to, subject in letters() if "ends on" in subject]
    assert len(said) == 1


def test_a_store_is_asked_once_for_a_paper_that_was_never_sent(store, member):
    Certification.objects.create(merchant=store, title="Halal", state="missing", sent_at=NOON)

    assert [ending.remind_of_end(at=NOON) for _round in range(2)] == [1, 0]

    wanted = ("ama@example.org", "Please send the paper of Halal")
    assert letters().count(wanted) == 1


def test_one_that_is_stopped_is_gone_at_once_and_can_count_again(store, member):
    found = approved(sent(store, member))

    with pytest.raises(NotPossible, match="reason"):
        decide.stop(found.pk, " ", at=NOON, by=organizer())
    decide.stop(found.pk, "The body took it back.", at=NOON, by=organizer())
    assert shown(store) == []
    assert ("ama@example.org", "Fair trade does not count any more") in letters()
    decide.count_again(found.pk, at=NOON, by=organizer())
    assert shown(store) == ["Fair trade"]


def test_one_that_is_over_cannot_be_approved_or_count_again(store, member):
    waits = sent(store, member)
    over = NOON + timedelta(days=201)

    with pytest.raises(NotPossible, match="It is over"):
        approved(waits, at=over)
    found = approved(waits)
    decide.stop(found.pk, "Wrong.", at=NOON, by=organizer())
    with pytest.raises(NotPossible, match="It is over"):
        decide.count_again(found.pk, at=over, by=organizer())


def test_a_store_takes_one_away_with_its_paper(client, store, member):
    found = approved(sent(store, member))
    client.force_login(member)

    client.post(f"/merchant/amani/profile/certificates/{found.pk}/remove/")

    assert shown(store) == []
    assert not CertificationDocument.objects.exists()


def test_old_ones_are_forgotten_and_those_that_count_are_not(store, member):
    refused = sent(store, member, CertificationFacts("Halal", "1", "Body", UNTIL))
    decide.refuse(refused.pk, "No.", seen=refused.version, at=NOON, by=organizer())
    approved(sent(store, member))

    assert ending.forget_certificates(at=NOON + ending.KEPT_FOR) == 0
    assert ending.forget_certificates(at=NOON + ending.KEPT_FOR + DAY) == 1
    assert list(Certification.objects.values_list("title", flat=True)) == ["Fair trade"]


def test_papers_are_for_their_store_and_those_who_decide(client, store, member):
    found = sent(store, member)
    row = found.papers.get()
    own = f"/merchant/amani/profile/certificates/papers/{row.pk}/"
    desk = f"/organize/certificates/papers/{row.pk}/"
    other = make.merchant(slug="other")
    stranger = make.member(other)

    client.force_login(member)
    answer = client.get(own)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.content == b"%PDF-1.7 fair"
    client.force_login(stranger)
    assert client.get(own).status_code == 404
    assert client.get(own.replace("amani", "other")).status_code == 404
    removed = f"/merchant/other/profile/certificates/{found.pk}/remove/"
    assert client.post(removed).status_code == 404
    assert client.get(desk).status_code in (302, 403, 404)
    client.force_login(organizer("analyst"))
    assert client.get(desk).status_code in (302, 403)
    assert Certification.objects.exists()


def test_an_organizer_adds_the_paper_that_lies_there(client, store):
    client.force_login(organizer())

    answer = client.post(f"/organize/stores/{store.pk}/certificate/",
                         SENT | {"papers": paper_file()})  # fmt: skip

    found = Certification.objects.get()
    assert answer.url == f"/organize/certificates/{found.pk}/"
    assert found.state == State.WAITING


def test_what_was_asked_for_is_sent_in_its_place(client, store, member):
    """A store that named one before papers were asked for."""
    Certification.objects.create(
        merchant=store, title="Wild Harvest", state="missing", sent_at=NOON
    )
    client.force_login(member)
    where = "/merchant/amani/profile/certificates/"
    found = Certification.objects.get()
    assert "Add the paper" in client.get(where).text

    said = SENT | {"title": "Wild Harvest", "papers": paper_file()}
    client.post(f"{where}?mend={found.pk}", said)

    found.refresh_from_db()
    assert found.state == State.WAITING
    assert date(2199, 1, 1) > found.until


def test_shoppers_read_who_gave_it_its_number_and_its_last_day(store, member, client):
    approved(sent(store, member))

    page = client.get("/stores/amani/").text

    assert "Certified by: " in page
    assert "Fair Body" in page
    assert "<bdi>FT-7</bdi>" in page
    assert "the organizers have seen the paper" in page


def certified(store):
    return [fact["number"] for fact in Merchant.objects.get(pk=store.pk).certified]


def test_what_does_not_count_is_not_told(store, member):
    found = sent(store, member)
    assert certified(store) == []
    approved(found)
    assert certified(store) == ["FT-7"]

    decide.stop(found.pk, "Withdrawn.", at=NOON, by=organizer())

    assert certified(store) == []


def test_a_paper_renewed_under_the_same_title_changes_what_is_read(store, member):
    approved(sent(store, member))

    newer = CertificationFacts("Fair trade", "FT-8", "Fair Body", UNTIL + 100 * DAY)
    approved(sent(store, member, newer))

    assert shown(store) == ["Fair trade"]
    assert certified(store) == ["FT-8"]
