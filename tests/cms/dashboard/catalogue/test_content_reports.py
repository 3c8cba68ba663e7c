"""The desk's queue of notices: who may decide what, and at what cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.merchant.content_reports.models import ContentReport
from shop.merchant.content_reports.write import object_for_store
from shop.merchant.moderation import suspend
from shop.people.merchants.models import Membership
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON

pytestmark = pytest.mark.django_db


def given(**facts):
    known = {"merchant": make.merchant(name="Amani Kettles"), "reason": "unsafe",
             "text": "It burns.", "name": "Lin", "email": "lin@example.org", "at": NOON,
             "waits_since": NOON}  # fmt: skip
    return ContentReport.objects.create(**known | facts)


@pytest.fixture
def desk(client, clock_at):
    clock_at(NOON)
    client.force_login(organizer("reviewer"))
    return client


def test_a_reviewer_decides_on_a_notice(desk):
    found = given()
    assert "Amani Kettles" in desk.get("/organize/notices/").text
    assert "1 notice</a>" in desk.get("/organize/").text
    page = f"/organize/notices/{found.pk}/"
    assert "It burns." in desk.get(page).text
    assert desk.post(page, {"measure": "asked"}).status_code == 422

    answer = desk.post(page, {"measure": "asked", "answer": "Add a warning."}, follow=True)

    assert "told by mail" in answer.text
    found.refresh_from_db()
    assert (found.state, found.measure) == ("acted", "asked")
    assert "Decide and tell them" not in desk.get(page).text


def test_only_who_may_suspend_a_store_does_it_by_a_notice(desk):
    found = given()
    page = f"/organize/notices/{found.pk}/"

    answer = desk.post(page, {"measure": "suspended", "answer": "Nothing was sent."})

    assert answer.status_code == 422
    found.merchant.refresh_from_db()
    assert not found.merchant.is_suspended
    desk.force_login(organizer())
    desk.post(page, {"measure": "suspended", "answer": "Nothing was sent."})
    found.merchant.refresh_from_db()
    assert found.merchant.is_suspended


def test_only_who_may_reopen_a_store_decides_on_its_objection(desk):
    store = make.merchant()
    suspend.suspend(store, "Late", at=NOON, by=organizer())
    store.refresh_from_db()
    found = object_for_store(store, None, "It was the post.", at=NOON, by=make.member(store))
    page = f"/organize/notices/{found.pk}/"
    assert "Decide and tell them" not in desk.get(page).text

    assert desk.post(page, {"measure": "nothing", "answer": "No."}).status_code in (302, 403)

    found.refresh_from_db()
    assert found.state == "open"


def test_who_belongs_to_the_store_does_not_read_who_reported_it(desk):
    found, mine = given(), organizer("reviewer")
    Membership.objects.create(merchant=found.merchant, user=mine, role="editor", joined_at=NOON)
    desk.force_login(mine)

    found_by = desk.get("/organize/notices/?q=lin@example.org").text
    assert f"/organize/notices/{found.pk}/" not in found_by
    assert "Amani Kettles" not in desk.get("/organize/notices/").text
    assert desk.get(f"/organize/notices/{found.pk}/").status_code == 404


def test_the_queue_costs_the_same_however_much_waits(desk, django_assert_num_queries):
    given()
    desk.get("/organize/notices/")
    with CaptureQueriesContext(connection) as few:
        desk.get("/organize/notices/")
    for _ in range(8):
        given(product=make.product())
    with django_assert_num_queries(len(few)):
        desk.get("/organize/notices/")
