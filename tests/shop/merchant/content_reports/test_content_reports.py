"""What people report is read, decided with reasons, and objected to once."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from shop.catalogue.models import Product
from shop.core.errors import NotPossible, ShopError
from shop.festivals.models import ChangeLog
from shop.merchant.content_reports.cleanup import forget_content_reports, forget_reporter
from shop.merchant.content_reports.decide import decide
from shop.merchant.content_reports.models import OBJECT_WITHIN, ContentReport
from shop.merchant.content_reports.views import MOST_OF_MAILBOX
from shop.merchant.moderation import suspend, take_down
from shop.operations.retention.export import own_data
from shop.people.merchants.models import Membership
from shop.people.merchants.own_stores import OwnStore
from shop.storefront.listings.publish import put_back
from tests import make, pages
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
LIN = "lin@example.org"
DAY = timedelta(days=1)
SAID = {"reason": "counterfeit", "text": "The pattern is mine: see my page.", "name": "Lin",
        "email": LIN, "is_true": "on"}  # fmt: skip


@pytest.fixture(autouse=True)
def _shop(clock_at):
    pages.home()
    clock_at(NOON)


@pytest.fixture
def kettle():
    return make.product(title="Blue kettle", of=make.merchant(name="Amani Kettles", slug="amani"))


def where(product):
    return f"/report/product/{product.slug}/"


def reported(client, product, language="", **more):
    answer = client.post(f"{language}{where(product)}", SAID | more)
    assert answer.status_code == 302, answer.text
    return ContentReport.objects.latest("pk")


def decided(found, measure="nothing", answer="The pattern is old.", by=None, at=NOON):
    return decide(found.pk, measure, answer, at=at, by=by or organizer())


def letters(to):
    run_queued_work()
    return [letter for letter in mail.outbox if letter.to == [to]]


def link_in(letter):
    return re.search(r"https?://[^/\s]+(/\S*report/\d+/\S+/)", letter.body)[1]


def test_a_product_is_reported_in_french_and_a_mail_says_that_it_came(client, kettle):
    assert "Blue kettle" in client.get(f"/fr{where(kettle)}").text

    found = reported(client, kettle, "/fr")

    assert (found.product, found.merchant, found.language) == (kettle, kettle.merchant, "fr")
    (letter,) = letters(LIN)
    assert found.number in letter.body
    assert link_in(letter).startswith("/fr/report/")
    page = Client().get(link_in(letter)).text
    assert "The pattern is mine" in page
    assert 'name="robots" content="noindex"' in page


def test_mail_to_an_address_that_nobody_proved_has_no_word_that_somebody_chose(client):
    spam = "Win at casino.example today"
    listing = make.product(title="Free money", of=make.merchant(name="Casino", slug="casino"))
    found = reported(client, listing, name=spam, text=f"See https://{spam}")
    decided(found, answer=f"No {spam}")

    first, second = letters(LIN)

    for letter in (first, second):
        assert found.number in f"{letter.body}"
        assert not re.search(
            "casino|free money|win at", f"{letter.subject} {letter.body}", re.IGNORECASE
        )
        assert link_in(letter) == f"/report/{found.pk}/{found.secret}/"


def test_who_reports_from_the_account_of_the_address_reads_all_in_the_mail(client, kettle):
    client.force_login(make.user(LIN))
    found = reported(client, kettle)
    decided(found)

    first, second = letters(LIN)

    assert "Hello Lin," in first.body
    assert "Blue kettle" in first.body
    assert "The pattern is old." in second.body
    assert "object until" in second.body


def test_the_address_of_somebody_elses_account_is_not_proved_by_typing_it(client, kettle):
    make.user(LIN)
    client.force_login(make.user("eve@example.org"))
    found = reported(client, kettle)

    assert not found.is_proved
    assert "Lin" not in letters(LIN)[0].body


def test_a_store_is_reported_too(client, kettle):
    assert client.post("/report/store/amani/", SAID).status_code == 302

    assert ContentReport.objects.get().product is None


@pytest.mark.parametrize("missing", ["reason", "text", "name", "email", "is_true"])
def test_what_is_missing_is_asked_for_and_nothing_is_kept(client, kettle, missing):
    answer = client.post(where(kettle), {k: v for k, v in SAID.items() if k != missing})

    assert answer.status_code == 422
    assert not ContentReport.objects.exists()


def test_nobody_objects_to_a_decision_by_reporting(client, kettle):
    assert client.post(where(kettle), SAID | {"reason": "decision"}).status_code == 422


def test_what_is_not_shown_cannot_be_reported(client, kettle):
    Product.objects.filter(pk=kettle.pk).update(state="draft")
    assert client.get(where(kettle)).status_code == 404
    closed = make.merchant(state="suspended")
    assert client.get(f"/report/store/{closed.slug}/").status_code == 404


def test_so_much_of_one_mailbox_a_day_and_no_more(client, kettle):
    for _ in range(MOST_OF_MAILBOX):
        reported(client, kettle)

    answer = client.post(where(kettle), SAID)

    assert answer.status_code == 422
    assert "Too many attempts" in answer.text
    assert ContentReport.objects.count() == MOST_OF_MAILBOX


def test_the_link_alone_opens_a_notice(client, kettle):
    found = reported(client, kettle)

    assert client.get(f"/report/{found.pk}/{'x' * 32}/").status_code == 404


def test_dismissed_with_reasons_both_are_told_and_nobody_else_learns_who_it_was(client, kettle):
    make.member(kettle.merchant, "ama@example.org")
    found = reported(client, kettle)

    decided(found, "nothing", "The pattern is older than both.")

    found.refresh_from_db()
    assert (found.state, found.measure) == ("dismissed", "nothing")
    answer = letters(LIN)[-1]
    assert found.number in answer.body
    assert "The pattern is older than both." in Client().get(link_in(answer)).text
    told = letters("ama@example.org")[-1]
    assert "The pattern is older than both." in told.body
    assert "Lin" not in told.body
    assert LIN not in told.body
    assert ChangeLog.objects.filter(subject="notice", action="decide").count() == 1


def test_taken_down_by_a_notice_it_is_gone_and_the_store_reads_why(client, kettle):
    make.member(kettle.merchant, "ama@example.org")
    found = reported(client, kettle)

    decided(found, "taken_down", "It copies the pattern of somebody else.")

    kettle.refresh_from_db()
    assert kettle.state == "taken_down"
    assert kettle.review_note == "It copies the pattern of somebody else."
    assert letters("ama@example.org")[0].subject.startswith("Taken")


def test_a_store_is_suspended_by_a_notice(client, kettle):
    client.post("/report/store/amani/", SAID)

    decided(ContentReport.objects.get(), "suspended", "Nothing was ever sent.")

    kettle.merchant.refresh_from_db()
    assert kettle.merchant.is_suspended


def test_what_cannot_be_done_changes_nothing(client, kettle):
    found = reported(client, kettle)
    take_down.take_down(kettle, "Before", at=NOON, by=organizer())

    with pytest.raises(ShopError):
        decided(found, "taken_down")

    found.refresh_from_db()
    assert found.state == "open"
    decided(found, "mended")
    found.refresh_from_db()
    assert found.state == "acted"


@pytest.mark.parametrize(
    ("measure", "answer"), [("put_back", "x"), ("gone", "x"), ("nothing", " ")]
)
def test_a_decision_is_one_of_those_that_there_are_and_has_reasons(client, kettle, measure, answer):
    with pytest.raises(NotPossible):
        decided(reported(client, kettle), measure, answer)


def test_nobody_decides_about_their_own(client, kettle):
    found, mine, own = reported(client, kettle), organizer(), organizer("reviewer")
    Membership.objects.create(merchant=kettle.merchant, user=mine, role="owner", joined_at=NOON)
    ContentReport.objects.filter(pk=found.pk).update(email=own.email)

    with pytest.raises(OwnStore):
        decided(found, by=mine)
    with pytest.raises(NotPossible, match="reported it yourself"):
        decided(found, by=own)


def test_an_objection_is_made_once_and_somebody_else_decides(client, kettle):
    first, second = organizer(), organizer("reviewer")
    found = decided(reported(client, kettle), by=first)
    link = link_in(letters(LIN)[-1])
    assert client.post(link, {"text": ""}).status_code == 422

    assert client.post(link, {"text": "Look at the date."}).status_code == 302

    found.refresh_from_db()
    assert (found.state, found.objection) == ("open", "Look at the date.")
    with pytest.raises(NotPossible, match="somebody else reads"):
        decided(found, by=first)
    decided(found, "taken_down", "You are right.", by=second)
    page = client.get(link_in(letters(LIN)[-1])).text
    assert "You are right." in page
    assert "Once, until" not in client.get(link).text
    client.post(link, {"text": "Again"})
    found.refresh_from_db()
    assert found.state == "acted"


def test_half_a_year_later_nothing_can_be_objected_to(client, kettle, clock_at):
    found = decided(reported(client, kettle))
    link = f"/report/{found.pk}/{found.secret}/"
    clock_at(NOON + OBJECT_WITHIN + DAY)

    client.post(link, {"text": "Too late"})

    found.refresh_from_db()
    assert found.state == "dismissed"


def test_a_store_objects_to_a_taking_down_and_gets_it_back(client, kettle):
    first, second = organizer(), organizer("reviewer")
    take_down.take_down(kettle, "It burns.", at=NOON, by=first)
    client.force_login(make.member(kettle.merchant, "ama@example.org"))
    here = f"/merchant/amani/products/{kettle.pk}/object/"
    assert here in client.get(f"/merchant/amani/products/{kettle.pk}/").text
    assert "It burns." in client.get(here).text

    client.post(here, {"text": "It has a certificate."})

    found = ContentReport.objects.get()
    assert (found.reason, found.email) == ("decision", "ama@example.org")
    assert "You have objected already" in client.post(here, {"text": "Again"}).text
    with pytest.raises(NotPossible, match="somebody else reads"):
        decided(found, "put_back", by=first)
    decided(found, "put_back", "The certificate is good.", by=second)
    kettle.refresh_from_db()
    assert kettle.state == "published"
    assert "The certificate is good." in letters("ama@example.org")[-1].body
    assert "There is nothing to object to any more." in client.get(here).text


def test_who_dismissed_an_objection_reads_no_other_and_it_is_made_once(client, kettle):
    first = organizer()
    take_down.take_down(kettle, "It burns.", at=NOON, by=first)
    member = make.member(kettle.merchant, "ama@example.org")
    client.force_login(member)
    here = f"/merchant/amani/products/{kettle.pk}/object/"
    client.post(here, {"text": "It does not."})
    found = decided(ContentReport.objects.get(), "nothing", "It does.", by=organizer("reviewer"))

    again = client.post(here, {"text": "Again"}).text
    Client().post(f"/report/{found.pk}/{found.secret}/", {"text": "Again"})

    assert "possible once" in again
    found.refresh_from_db()
    assert (found.state, ContentReport.objects.count()) == ("dismissed", 1)
    assert "object until" not in letters("ama@example.org")[-1].body


def test_what_is_back_already_is_said_to_be_back(client, kettle):
    first, second = organizer(), organizer("reviewer")
    take_down.take_down(kettle, "It burns.", at=NOON, by=first)
    client.force_login(make.member(kettle.merchant))
    client.post(f"/merchant/amani/products/{kettle.pk}/object/", {"text": "It does not."})
    kettle.refresh_from_db()
    put_back(kettle, at=NOON, by=first)

    found = decided(ContentReport.objects.get(), "put_back", "It is.", by=second)

    assert found.state == "acted"


def test_where_nobody_else_may_decide_the_same_person_does(client, kettle):
    only = organizer()
    suspend.suspend(kettle.merchant, "Late", at=NOON, by=only)
    organizer("reviewer")  # may not open stores
    client.force_login(make.member(kettle.merchant))
    client.post("/merchant/amani/object/", {"text": "The post was on strike."})

    decided(ContentReport.objects.get(), "put_back", "It was.", by=only)

    kettle.merchant.refresh_from_db()
    assert not kettle.merchant.is_suspended


def test_a_suspended_store_objects(client, kettle):
    suspend.suspend(kettle.merchant, "Late parcels", at=NOON, by=organizer())
    client.force_login(make.member(kettle.merchant, "ama@example.org"))
    assert "/merchant/amani/object/" in client.get("/merchant/amani/").text

    client.post("/merchant/amani/object/", {"text": "The post was on strike."})
    decided(ContentReport.objects.get(), "put_back", "It was.", by=organizer())

    kettle.merchant.refresh_from_db()
    assert not kettle.merchant.is_suspended


def test_nothing_of_another_store_is_objected_to(client, kettle):
    take_down.take_down(kettle, "It burns.", at=NOON, by=organizer())
    other = make.merchant(slug="other")
    client.force_login(make.member(other))

    assert client.post(f"/merchant/other/products/{kettle.pk}/object/",
                       {"text": "Mine"}).status_code == 404  # fmt: skip
    assert client.post("/merchant/amani/object/", {"text": "Mine"}).status_code == 404
    client.force_login(make.member(kettle.merchant, role="packer"))
    assert client.post(f"/merchant/amani/products/{kettle.pk}/object/",
                       {"text": "Mine"}).status_code == 403  # fmt: skip
    assert not ContentReport.objects.exists()


def test_a_year_after_the_decision_it_is_forgotten(client, kettle):
    old, waits = reported(client, kettle), reported(client, kettle)
    decided(old)

    assert forget_content_reports(at=NOON + 364 * DAY) == 0
    assert forget_content_reports(at=NOON + 366 * DAY) == 1

    assert ContentReport.objects.get() == waits


def test_a_person_takes_along_what_they_reported_and_is_erased_from_it(client, kettle):
    lin = make.user(LIN)
    found = reported(client, kettle)
    assert own_data(lin, at=NOON)["reported"][0]["number"] == found.number

    forget_reporter([LIN])

    found.refresh_from_db()
    assert (found.name, found.email) == ("", "")
    decided(found)
    assert letters(LIN)[1:] == []  # nobody is left to be told


def test_the_pages_lead_to_it(client, kettle):
    make.variant(of=kettle)
    make.listed(kettle)

    assert where(kettle) in client.get(f"/products/{kettle.slug}/").text
    assert "/report/store/amani/" in client.get("/stores/amani/").text
