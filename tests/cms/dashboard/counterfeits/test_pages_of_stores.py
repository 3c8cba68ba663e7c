"""A store rewrites its own page: that waits as well, and can be taken down."""

import pytest

from shop.festivals.models import ChangeLog
from shop.merchant.moderation.models import PendingChange
from shop.people.merchants.models import Merchant
from tests import make
from tests.cms.dashboard.counterfeits.steps import TELEPHONE, as_, hidden
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
NOW = NOON


def test_words_of_a_store_wait_for_a_look_and_its_figures_count_at_once(
    client, desk, store, profile, swindler
):
    told = {"tagline": "Rolex", "story": f"Call {TELEPHONE}", "low_stock": "9"}
    as_(client, swindler).post(profile, told)

    page = client.get(f"/stores/{store.slug}/").text
    assert "We beat copper." in page
    assert TELEPHONE not in page
    store.refresh_from_db()
    assert store.low_stock == 9
    where = f"/organize/changes/{PendingChange.objects.get().pk}/"
    assert TELEPHONE in as_(client, organizer("reviewer")).get(where).text


def test_a_page_of_a_store_is_taken_down_and_its_products_stay(
    client, desk, store, profile, swindler, mailoutbox
):
    where = f"/organize/stores/{store.pk}/take-down/"
    desk.post(where, {"reason": "It sells counterfeits"})

    store.refresh_from_db()
    assert (store.story, store.tagline) == ("", "")
    page = client.get(f"/stores/{store.slug}/").text
    assert "We beat copper." not in page
    assert "Copper kettle" in page
    run_queued_work()
    assert mailoutbox[-1].subject == "Taken down: the page of your store"
    assert ChangeLog.objects.get(action="take down").before["story"] == "We beat copper."
    bare = desk.post(where, {"reason": "Again"}, follow=True)
    assert "has no words or pictures of its own" in bare.text
    assert "It sells counterfeits" in as_(client, swindler).get(profile).text


def test_a_page_that_was_taken_down_by_mistake_is_approved_as_it_was(client, desk, kettle):
    store = kettle.merchant
    logo = make.shown_picture(make.product()).picture
    Merchant.objects.filter(pk=store.pk).update(story="We beat copper.", logo=logo)
    desk.post(f"/organize/stores/{store.pk}/take-down/", {"reason": "A mistake"})
    store.refresh_from_db()
    assert (store.story, store.logo) == ("", None)
    where = f"/organize/changes/{PendingChange.objects.get().pk}/"

    desk.post(where, hidden(desk.get(where).text) | {"approve": ""})

    store.refresh_from_db()
    assert (store.story, store.logo) == ("We beat copper.", logo)
