import pytest

from cms.models import FestivalIndexPage, FestivalPage
from shop.core.jobs import failed_jobs
from shop.core.jobs.failed_jobs import FailedItem
from shop.festivals.enrolment.terms import publish_terms
from shop.festivals.models import Enrolment, Festival
from tests import make, pages
from tests.budgets import statements
from tests.cms.dashboard.people import BEFORE

pytestmark = pytest.mark.django_db


def test_a_page_begins_as_a_draft_with_the_blocks_of_a_festival(desk, client):
    pages.listing(FestivalPage)
    festival = make.festival(title="Harvest Days", slug="harvest-days")

    answer = desk.post(f"/organize/festivals/{festival.pk}/page/")

    page = FestivalPage.objects.get()
    assert answer.url == f"/organize/pages/{page.pk}/edit/"
    assert (page.festival, page.slug, page.live) == (festival, "harvest-days", False)
    assert [block.block_type for block in page.body][:2] == ["hero", "intro"]
    assert desk.get(answer.url).status_code == 200
    assert client.get("/festivals/harvest-days/").status_code == 404


def test_a_page_is_begun_once(desk):
    pages.listing(FestivalPage)
    festival = make.festival()

    first = desk.post(f"/organize/festivals/{festival.pk}/page/")
    second = desk.post(f"/organize/festivals/{festival.pk}/page/")

    assert first.url == second.url
    assert FestivalPage.objects.count() == 1


def test_the_list_of_festivals_is_made_if_it_is_gone(desk):
    pages.home()
    festival = make.festival()

    desk.post(f"/organize/festivals/{festival.pk}/page/")

    assert FestivalIndexPage.objects.get().get_children().count() == 1


def test_the_board_leads_to_the_page(desk):
    pages.listing(FestivalPage)
    festival = make.festival()
    before = desk.get(f"/organize/festivals/{festival.pk}/").text
    desk.post(f"/organize/festivals/{festival.pk}/page/")

    after = desk.get(f"/organize/festivals/{festival.pk}/").text

    assert "Begin its page" in before
    assert f"/organize/pages/{FestivalPage.objects.get().pk}/edit/" in after


def test_the_board_and_the_editor_lead_nobody_to_a_page_that_is_not_shown_yet(desk):
    festival = make.festival(state="draft")
    page = pages.page(FestivalPage, festival=festival, slug="to-come")
    board, listed = (
        f"/organize/festivals/{festival.pk}/",
        f"/organize/pages/{page.get_parent().pk}/",
    )
    here = 'href="/festivals/to-come/"'
    told = "is ready; shoppers see it once the festival is published."

    assert told in desk.get(board).text
    assert here not in desk.get(listed).text
    Festival.objects.filter(pk=festival.pk).update(state="published")

    assert told not in desk.get(board).text
    assert "Its page</a>: published." in desk.get(board).text
    assert here in desk.get(listed).text


def test_the_board_says_whether_there_are_terms(desk):
    festival = make.festival(terms="")
    board = f"/organize/festivals/{festival.pk}/"
    before = desk.get(board).text

    publish_terms(festival, "Ship within three days.", at=BEFORE)

    assert "Terms</a>: no text yet" in before
    assert "Terms</a>: version 1" in desk.get(board).text


def test_the_first_screen_leads_to_what_waits_in_each_festival(desk):
    quiet, busy = make.festival(title="Quiet"), make.festival(title="Busy")
    row = make.nomination(make.variant(20_00), during=busy, price=15_00)
    Enrolment.objects.create(
        festival=busy, merchant=make.merchant(), state="applied", commission_bp=0
    )

    page = desk.get("/organize/").text

    here = f"/organize/festivals/{busy.pk}/"
    assert f'<a href="{here}nominations/">1 nomination</a>' in page
    assert f'<a href="{here}stores/?state=applied">1 store that applied</a>' in page
    assert f"/organize/festivals/{quiet.pk}/nominations/" not in page
    assert row.product.title in desk.get(f"{here}nominations/").text


def test_the_first_screen_costs_the_same_for_little_and_for_much(desk):
    def cost():
        with statements(most=45) as counted:
            desk.get("/organize/")
        return len(counted)

    make.nomination(make.variant(20_00), during=make.festival(), price=15_00)
    _failed_jobs(1)
    desk.get("/organize/")  # What the process keeps for itself, such as content types, is read.
    little = cost()
    for _ in range(4):
        make.nomination(make.variant(20_00), during=make.festival(), price=15_00)
    _failed_jobs(5)

    assert cost() == little


def _failed_jobs(count):
    for number in range(count):
        thing = FailedItem("shop.order", f"{count} {number}")
        failed_jobs.note("move money", thing, ValueError("No"), at=BEFORE)


def test_strangers_are_not_led_to_the_second_step(client, settings):
    settings.ORGANIZERS_NEED_MFA = True
    client.force_login(make.user())

    assert client.get("/organize/festivals/", follow=True).status_code == 404
