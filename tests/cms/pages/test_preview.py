"""A preview shows any moment to editors, writes nothing, and leaks nothing to visitors."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cms import roles
from cms.models import FestivalPage, StoryPage
from cms.pages.schedule import publish_due
from shop.core.jobs.models import FailedJob
from shop.storefront.cache import catalogue_version
from tests import make, pages
from tests.make import END, NOON, START

pytestmark = pytest.mark.django_db


def preview(page, mode, user=None):
    client = Client()
    client.force_login(user or pages.editor())
    return client.get(f"/organize/pages/{page.pk}/edit/preview/", {"mode": mode})


def shown(page, mode=""):
    request = page.make_preview_request(preview_mode=mode)
    return request.text


@pytest.fixture
def kettle():
    return make.variant(40_00)


def festival_page(festival, *products, **facts):
    body = [("deals", {"only_deals": True}), ("picked", {"products": list(products)})]
    return pages.page(FestivalPage, festival=festival, body=body, **facts)


def test_the_moments_of_a_festival_are_offered():
    festival = make.festival()
    noon = make.slot(festival, label="Noon")

    names = dict(festival_page(festival).preview_modes)

    slot = f"slot-{noon.pk}"
    assert set(names) == {
        "",
        "before",
        "start",
        "last",
        "end",
        slot,
        "slot-end" + slot[4:],
        "chosen",
    }


def test_a_draft_festival_is_previewed_with_its_own_deals_at_their_prices(kettle):
    festival = make.festival(state="draft", starts_at=END, ends_at=END + timedelta(days=2))
    make.deal(kettle, during=festival, price=30_00)
    make.listed(kettle.product)
    page = festival_page(festival, kettle.product)

    before, start, end = (shown(page, mode) for mode in ("before", "start", "end"))

    assert "$30.00" not in before
    assert start.count("$30.00") >= 2  # among the deals, and among the hand-picked
    assert "$30.00" not in end
    assert Client().get(pages.address(page)).status_code == 404


def test_a_slot_of_a_draft_is_previewed(kettle):
    festival = make.festival(state="draft", starts_at=END, ends_at=END + timedelta(days=2))
    slot = make.slot(festival, starts_at=END + timedelta(hours=3))
    make.deal(kettle, during=slot, price=25_00, allotment=5)
    make.listed(kettle.product)
    page = pages.page(FestivalPage, festival=festival, body=[("slots", {}), ("deals", {})])

    assert "$25.00" not in shown(page, "start")
    assert shown(page, f"slot-{slot.pk}").count("$25.00") >= 2


def test_a_published_festival_is_previewed_at_its_start_and_visitors_see_today(kettle):
    festival = make.festival(starts_at=END, ends_at=END + timedelta(days=2))
    make.deal(kettle, during=festival, price=30_00, approved_at=NOON)
    make.listed(kettle.product)
    page = festival_page(festival, kettle.product)

    assert "$30.00" in shown(page, "start")
    assert "$30.00" not in Client().get(pages.address(page)).text
    assert "$40.00" in Client().get(pages.address(page)).text


def test_the_chosen_moment_comes_from_the_page_itself():
    body = [("notice", {"title": "It runs", "phases": ["live"]})]
    page = pages.page(FestivalPage, festival=make.festival(), body=body, preview_at=START)

    assert "It runs" in shown(page, "chosen")
    page.preview_at = END
    assert "It runs" not in shown(page, "chosen")


@pytest.mark.parametrize("mode", ["slot-x", "slot-999999", "nonsense", "slot-"])
def test_a_moment_that_is_not_there_is_now(mode):
    page = pages.page(FestivalPage, festival=make.festival())

    assert "Preview at" in shown(page, mode)


def test_a_preview_is_not_kept_and_says_so(kettle):
    page = festival_page(make.festival(), kettle.product)

    answer = page.make_preview_request(preview_mode="start")

    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "Preview at" in answer.text
    assert "10 May 2027, 00:00:00 UTC" in answer.text
    public = Client().get(pages.address(page))
    assert "Preview at" not in public.text
    assert "frame-ancestors 'none'" in public.headers["Content-Security-Policy"]


def test_a_preview_writes_nothing(kettle):
    festival = make.festival(state="draft")
    make.deal(kettle, during=festival, price=30_00)
    make.listed(kettle.product)
    page = festival_page(festival, kettle.product)

    with CaptureQueriesContext(connection) as captured:
        shown(page, "start")

    writes = ("INSERT", "UPDATE", "DELETE")
    assert [q["sql"] for q in captured.captured_queries if q["sql"].startswith(writes)] == []


@pytest.mark.parametrize("role", [roles.REVIEWER, roles.ANALYST])
def test_who_may_not_edit_sees_no_preview(role):
    page = festival_page(make.festival())

    assert preview(page, "start", pages.editor(role)).status_code in (302, 403)
    assert Client().get(f"/organize/pages/{page.pk}/edit/preview/").status_code == 302


def test_texts_are_published_and_withdrawn_at_their_times(monkeypatch):
    soon = datetime.now(UTC) + timedelta(hours=1)  # Wagtail looks at the real clock itself
    page = pages.page(StoryPage, title="Before", slug="shea")
    page.title, page.go_live_at = "After", soon
    page.save_revision().publish()
    gone = pages.page(StoryPage, slug="gone", expire_at=soon)
    assert Client().get("/stories/gone/").status_code == 200

    assert publish_due(at=soon - timedelta(microseconds=1)) == 0
    assert "Before" in Client().get("/stories/shea/").text

    monkeypatch.setattr(timezone, "now", lambda: soon + timedelta(seconds=1))
    assert publish_due(at=soon + timedelta(microseconds=1)) == 2
    catalogue_version.forget()
    assert Client().get(pages.address(gone)).status_code == 404
    assert "After" in Client().get("/stories/shea/").text
    assert publish_due(at=soon + timedelta(seconds=2)) == 0


def test_a_text_that_cannot_be_published_stops_no_other(caplog, monkeypatch):
    broken, sound, gone = (pages.page(StoryPage, title="Before") for _ in range(3))
    soon = datetime.now(UTC) + timedelta(hours=1)
    StoryPage.objects.filter(pk=gone.pk).update(expire_at=soon)
    for page in (broken, sound):
        page.title, page.go_live_at = "After", soon
        page.save_revision().publish()
    revision = broken.revisions.get(approved_go_live_at__isnull=False)
    revision.content["title"] = ""
    revision.save()
    monkeypatch.setattr(timezone, "now", lambda: soon + timedelta(seconds=1))

    assert publish_due(at=soon + timedelta(microseconds=1)) == 2

    for page in (broken, sound, gone):
        page.refresh_from_db()
    assert (broken.title, sound.title, gone.live) == ("Before", "After", False)
    assert "is tried again" in caplog.text
    found = FailedJob.objects.get()  # leads to the page; the log names nothing that was written
    assert (found.kind, found.key) == ("wagtailcore.revision", str(revision.pk))
