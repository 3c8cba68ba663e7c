"""A store whose page was cleared objects once; what is put back is what was taken away."""

from datetime import timedelta

import pytest

from shop.catalogue import translations
from shop.core.errors import NotPossible
from shop.merchant.content_reports.decide import decide
from shop.merchant.content_reports.models import ContentReport
from shop.merchant.moderation import suspend, take_down
from shop.merchant.moderation.decide import refuse
from tests import make, pages
from tests.cms.dashboard.people import organizer
from tests.make import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _shop(clock_at):
    pages.home()
    clock_at(NOON)


def decided(found, measure, answer="The register says so.", *, by):
    return decide(found.pk, measure, answer, at=NOON, by=by)


def test_a_store_objects_to_the_clearing_of_its_page_and_gets_it_back(client):
    store = make.merchant(name="Amani Kettles", slug="amani", tagline="Since 1921")
    first, second = organizer(), organizer()
    take_down.clear_page(store, "You began in 1994.", at=NOON, by=first)
    client.force_login(make.member(store, "ama@example.org"))
    here = "/merchant/amani/object/"
    assert here in client.get("/merchant/amani/profile/").text
    assert "You began in 1994." in client.get(here).text

    client.post(here, {"text": "My grandmother began."})

    found = ContentReport.objects.get()
    with pytest.raises(NotPossible, match="somebody else reads"):
        decided(found, "put_back", by=first)
    decided(found, "put_back", "The register says so.", by=second)
    store.refresh_from_db()
    assert store.tagline == "Since 1921"
    assert here not in client.get("/merchant/amani/profile/").text
    assert "There is nothing to object to any more." in client.get(here).text


def test_what_the_store_had_proposed_besides_is_not_put_back_unseen(client):
    store = make.merchant(name="Amani Kettles", slug="amani", tagline="Since 1921")
    make.pending_change(store, words={"story": "We serve the king."}, at=NOON)
    take_down.clear_page(store, "You began in 1994.", at=NOON, by=organizer())
    client.force_login(make.member(store, "ama@example.org"))
    client.post("/merchant/amani/object/", {"text": "My grandmother began."})

    with pytest.raises(NotPossible, match="another version"):
        decided(ContentReport.objects.get(), "put_back", "So it is.", by=organizer())

    store.refresh_from_db()
    assert store.story == ""
    assert ContentReport.objects.get().state == "open"


def test_translations_of_a_cleared_page_come_back_with_it(client):
    store = make.merchant(name="Amani Kettles", slug="amani", tagline="Since 1921")
    translations.write(store, {"fr": {"tagline": "Depuis 1921"}}, at=NOON)
    take_down.clear_page(store, "You began in 1994.", at=NOON, by=organizer())
    assert translations.words_in(store) == {}
    client.force_login(make.member(store, "ama@example.org"))
    client.post("/merchant/amani/object/", {"text": "My grandmother began."})

    decided(ContentReport.objects.get(), "put_back", "So it is.", by=organizer())

    assert translations.words_in(store)["fr"]["tagline"] == "Depuis 1921"


def test_what_the_store_mended_itself_is_not_said_to_be_put_back(client):
    store = make.merchant(name="Amani Kettles", slug="amani", tagline="Since 1921")
    take_down.clear_page(store, "You began in 1994.", at=NOON, by=organizer())
    client.force_login(make.member(store, "ama@example.org"))
    client.post("/merchant/amani/object/", {"text": "My grandmother began."})
    store.pending_change.move_to("waiting", sent_at=NOON + DAY)

    with pytest.raises(NotPossible, match="under Changes"):
        decided(ContentReport.objects.get(), "put_back", "So it is.", by=organizer())


def test_a_store_that_is_open_again_is_back_whatever_else_it_proposes(client):
    store = make.merchant(name="Amani Kettles", slug="amani")
    suspend.suspend(store, "Late", at=NOON, by=organizer())
    client.force_login(make.member(store, "ama@example.org"))
    client.post("/merchant/amani/object/", {"text": "The post was on strike."})
    suspend.reopen(store, at=NOON, by=organizer())
    make.pending_change(store, words={"tagline": "New"}, at=NOON)

    found = decided(ContentReport.objects.get(), "put_back", by=organizer())

    assert found.state == "acted"


def test_what_a_store_mended_and_was_refused_is_no_clearing_any_more(client):
    store = make.merchant(name="Amani Kettles", slug="amani", tagline="Since 1921")
    take_down.clear_page(store, "You began in 1994.", at=NOON, by=organizer())
    assert take_down.is_cleared(store)
    change = store.pending_change
    change.move_to("waiting", sent_at=NOON + DAY)
    assert not take_down.is_cleared(store)
    refuse(change, "Still not.", seen=change.sent_at, at=NOON, by=organizer())
    assert not take_down.is_cleared(store)
