"""A sheet of nominations on its way, as its store sees it: read, stopped, refused, done."""

from datetime import timedelta

from shop.core import clock
from shop.festivals.models import Nomination
from tests import make
from tests.browsing.steps import sign_in
from tests.hostile_sheets import a_million_cells
from tests.journeys.ways import in_each_browser, journey
from tests.shop.merchant.dashboard.spreadsheets.files import csv_of, row

pytestmark = journey


def sheet(name, content):
    return {"name": name, "mimeType": "text/csv", "buffer": content}


@in_each_browser
def test_a_sheet_is_sent_stopped_refused_and_sent_again(stage, visitor, script):
    store, festival, cup = store_in_festival()
    good = csv_of([row(cup.sku, percent="25")]).read()
    page = visitor()
    sign_in(page, make.member(store, "folake@example.org").email, "/merchant/")
    where = f"/merchant/adire-house/festivals/{festival.pk}/sheet/"

    send(page, where, sheet("autumn.csv", good))
    page.get_by_role("heading", name="Your sheet is being read").wait_for()
    page.goto(where)  # away, and back
    page.get_by_role("heading", name="A sheet is being worked on").wait_for()
    page.get_by_role("link", name="autumn.csv").first.click()
    page.get_by_role("button", name="Stop this sheet").click()
    page.get_by_role("heading", name="This sheet was stopped").wait_for()
    page.get_by_role("link", name="Send another sheet").click()

    send(page, where, sheet("old.xlsx", a_million_cells()))
    page.get_by_role("heading", name="Your sheet is being read").wait_for()
    stage.work()
    page.get_by_role("heading", name="This sheet could not be read").wait_for()  # by itself
    page.get_by_text("There is too much in this sheet to read it.").wait_for()

    send(page, where, sheet("autumn.csv", good))
    page.get_by_role("heading", name="Your sheet is being read").wait_for()
    stage.work()
    page.get_by_role("heading", name="All rows are done").wait_for()
    assert Nomination.objects.get().percent == 25


def send(page, where, file) -> None:
    page.goto(where)
    page.get_by_label("Choose").set_input_files(file)
    page.get_by_role("button", name="Send for review").click()


def store_in_festival():
    store = make.merchant(name="Adire House", slug="adire-house")
    cup = make.variant(20_00, on_hand=50, of=make.product(of=store, title="Indigo cup"))
    festival = make.festival(
        title="Kente Days",
        starts_at=clock.now() + timedelta(days=40),
        ends_at=clock.now() + timedelta(days=50),
    )
    festival.enrolments.create(merchant=store, state="accepted", commission_bp=1000)
    return store, festival, cup
