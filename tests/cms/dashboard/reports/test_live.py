import re
from datetime import timedelta
from random import Random

import pytest
from django.contrib.auth.models import Permission
from django_tasks_db.models import DBTaskResult

from shop.catalogue.models import Product
from shop.festivals.models import Festival
from shop.festivals.nominations import approve
from shop.orders.models import Order
from shop.reports import tallies
from shop.reports.checks import look_around
from shop.reports.models import FinalReport, Tally
from shop.storefront.probe import latest_probe
from tests import make
from tests.budgets import statements
from tests.buying import pay
from tests.cms.dashboard.people import organizer
from tests.cms.dashboard.sales import at, sold_festival
from tests.make import END, NOON, START
from tests.queue import run_queued_work
from tests.shop.reports.past import World, paid_order

pytestmark = pytest.mark.django_db
OVER = END + timedelta(days=14)


@pytest.fixture
def desk(client, clock_at):
    clock_at(NOON)
    client.force_login(organizer())
    client.get("/organize/")  # what the session and the frame need once
    return client


@pytest.fixture
def sold():
    return sold_festival()


def test_the_live_board_says_how_it_goes_and_how_old_that_is(desk, sold):
    page = desk.get(at(sold, "live/")).text

    assert "Sales are those of 12:00:00" in page
    assert "<b>6</b>in deals 1 held, 3 left" in page
    assert "50&nbsp;%" in page
    assert 'hx-trigger="every 15s"' in page
    assert "It is over" not in page


def test_the_figures_come_alone_for_the_page_that_asks_again(desk, sold):
    part = desk.get(at(sold, "live/"), headers={"HX-Request": "true"}).text
    paused = desk.get(at(sold, "live/?paused")).text

    assert "<b>6</b>in deals" in part
    assert "<html" not in part
    assert "hx-trigger" not in paused
    assert "Go on by itself" in paused


def test_asking_again_costs_the_same_however_much_is_sold(desk, sold):
    def cost():
        with statements(most=99) as asked:
            desk.get(at(sold, "live/"), headers={"HX-Request": "true"})
        return len(asked)

    before = cost()
    world, dice = World(), Random(5)
    for n in range(20):
        paid_order(world, dice, email=f"{n}@example.org")
    for n in range(5):
        row = make.variant(20_00, of=make.product(title=f"Shawl {n}"))
        make.deal(of=row, during=sold, price=15_00, allotment=5)
        make.order({row: 1})
    tallies.count_sales(at=NOON + timedelta(hours=1))

    # The board's own eight, and four that say who asks and what they may do.
    # The board's own eight, and five of Wagtail's: who asks, and what they may do.
    assert cost() == before <= 8 + 5


def test_health_shows_ages_and_an_organizer_asks_for_a_new_look(desk, sold, sandbox):
    look_around(at=NOON - timedelta(minutes=2))
    page = desk.get(at(sold, "health/")).text
    answer = desk.post(at(sold, "health/"), follow=True)

    assert "2\N{NO-BREAK SPACE}minutes ago" in page
    assert "Never looked at" in page
    assert "The worker looks at everything now" in answer.text
    assert DBTaskResult.objects.count() == 1
    run_queued_work()
    assert "Counters and lines of orders agree" in desk.get(at(sold, "health/")).text


def test_what_health_counts_stands_one_by_one_behind_a_link(client, clock_at, sold):
    clock_at(NOON)
    look_around(at=NOON)
    counted = ["/organize/failed/", "/organize/books/", "/organize/money/"]
    colleague = organizer("reviewer")
    hidden = Permission.objects.filter(codename__in=("view_order", "view_settlement"))
    colleague.groups.get().permissions.remove(*hidden)
    for person, seen in ((organizer(), counted), (colleague, counted[:1])):
        client.force_login(person)
        table = client.get(at(sold, "health/")).text.split("<table", 1)[1]
        assert [address for address in counted if f'href="{address}"' in table] == seen
        assert {client.get(address).status_code for address in seen} == {200}


def test_an_organizer_has_the_pages_asked_again(desk, sold, settings):
    settings.PROBE_URL = "http://127.0.0.1:1"  # nobody serves pages in this test
    make.listed(Product.objects.get())
    for _ in range(2):  # pressed twice
        answer = desk.post(at(sold, "health/"), {"pages": "1"}, follow=True)

    assert "The worker asks the pages now" in answer.text
    assert "Look again" in answer.text
    assert run_queued_work() == 1
    (row,) = latest_probe(sold, at=END)
    assert row.outcome == "silent"


@pytest.mark.parametrize(
    ("moment", "title", "words"),
    [
        (START - timedelta(days=1), "Health before Harvest", "The festival opens at 10 May 2027"),
        (START, "Health during Harvest", "The festival runs until 20 May 2027"),
        (END, "Health after Harvest", "The festival ended at 20 May 2027"),
    ],
)
def test_health_is_worded_by_the_phase(desk, sold, clock_at, moment, title, words):
    clock_at(moment)

    page = desk.get(at(sold, "health/")).text

    assert title in page
    assert words in page


def test_the_board_tells_variants_of_a_product_apart_and_the_dates_of_tickets(desk, sold):
    bowl = make.product(title="Bowl")
    bowls = [make.variant(20_00, of=bowl, options=[size]) for size in ("Small", "Large")]
    prices = {str(row.pk): 15_00 for row in bowls}
    asked = make.nomination(bowls[0], during=sold, price=15_00)
    asked.prices = prices
    asked.save()
    approve.approve(asked, at=NOON - timedelta(days=5))
    trek = make.variant(20_00, of=make.product(title="Trek"), options=["Adult"],
                        session_start=NOON + timedelta(days=30),
                        session_zone="Africa/Nairobi")  # fmt: skip
    make.deal(trek, during=sold, price=15_00)

    page = desk.get(at(sold, "live/")).text

    assert {"Small", "Large"} <= set(re.findall(r"<small>(\w+), ", page))
    assert "11 Jun 2027, 15:00, Adult" in page


def test_hours_are_told_the_newest_first(desk, sold):
    page = desk.get(at(sold, "live/")).text

    hours = re.findall(r"<td>(\d+ May, \d\d:00)</td>", page)
    assert hours[:2] == ["12 May, 12:00", "12 May, 11:00"]
    assert len(hours) == 24


def test_great_numbers_are_written_with_commas(desk, sold):
    Tally.objects.filter(kind="total").update(units=6858)

    assert "<b>6,858</b>" in desk.get(at(sold, "live/")).text
    assert "6,858 units" in desk.get(at(sold, "report/")).text
    assert "of 1,000" in desk.get("/organize/festivals/").text
    assert "of 1,000" in desk.get(at(sold)).text


def test_what_is_spent_and_what_is_held_of_a_benefit_stand_apart(desk, sold):
    row = make.promotion(sold, title="Welcome", budget=500_00, spent=242_50, held_amount=10_00)

    for where in (at(sold, f"benefits/{row.pk}/"), at(sold, "benefits/"), at(sold, "live/")):
        page = desk.get(where).text
        assert "$242.50" in page
        assert "$10.00" in page
        assert "$252.50" not in page
        assert "50&nbsp;%" in page


def test_where_nothing_was_done_yet_the_log_says_so(desk, sold):
    fresh = make.festival()
    row = make.promotion(fresh)

    for where in (at(fresh), at(fresh, f"benefits/{row.pk}/")):
        assert "Nothing since it was made." in desk.get(where).text


def test_an_analyst_reads_all_and_closes_nothing(client, clock_at, sold):
    clock_at(OVER)
    client.force_login(organizer("analyst"))

    page = client.get(at(sold, "live/")).text
    health = client.get(at(sold, "health/")).text

    assert "It is over: what is left to do" in page
    assert "Close the festival</button>" not in page
    assert "Show the result</button>" not in page
    assert "Check now" not in health


def test_after_the_end_the_board_is_a_checklist_that_leads_to_the_closing(desk, sold, clock_at):
    clock_at(END)
    waiting = desk.get(at(sold, "live/")).text
    assert "1 unpaid order at festival prices" in waiting
    assert "Close the festival</button>" not in waiting
    refused = desk.post(at(sold, "close/"), {"reason": "Now"}, follow=True)
    assert "1 order of it is not paid yet" in refused.text

    pay(Order.objects.get(state="pending"), at=END)
    soon = desk.get(at(sold, "live/")).text
    assert "3 of 10 units that were set aside were not sold" in soon
    assert "Close it now, because" in soon

    answer = desk.post(at(sold, "close/"), {"reason": "The year ends"}, follow=True)
    sold.refresh_from_db()
    assert sold.state == "closed"
    assert "Its figures are final" in answer.text
    assert "Final figures of 20 May 2027, 00:00" in answer.text
    assert FinalReport.objects.get().figures["total"]["units"] == 7


def test_a_closed_festival_is_out_of_the_way_and_still_read(desk, sold):
    Festival.objects.filter(pk=sold.pk).update(state="closed", closed_at=OVER)

    page = desk.get("/organize/festivals/").text
    archive = desk.get("/organize/festivals/?archive").text

    assert "Harvest Days" not in page
    assert "1 closed or cancelled festival" in page
    assert "Harvest Days" in archive
    assert desk.get(at(sold, "live/")).status_code == 200
    assert desk.get(at(sold)).status_code == 200


def test_every_form_carries_its_token(desk, sold, clock_at):
    draft = make.festival(state="draft")
    clock_at(END + timedelta(hours=1))
    Order.objects.filter(state="pending").update(state="expired", ended_at=END)

    for where in (at(draft), at(sold, "live/"), at(sold, "health/")):
        page = desk.get(where).text
        forms = page.count('<form class="desk-') + page.count('<form method="post"')
        forms += page.count('<form class="w-mt')
        assert page.count("csrfmiddlewaretoken") >= forms > 0


def test_the_board_says_that_no_deal_runs_where_none_does(desk):
    page = desk.get(at(make.festival(), "live/")).text

    assert "No deal runs now." in page
    assert "Each running deal has sold something" not in page
