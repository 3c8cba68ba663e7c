"""Orders of a store: found by number and state, and listed for packing."""

import csv
import io
import re
from datetime import date, timedelta

import pytest

from shop.core.spreadsheets.tables import as_text
from shop.merchant.dashboard.orders import ship
from shop.orders.models import Order, Suborder
from shop.reports.charts import columns
from tests import make
from tests.make import NOON
from tests.shop.merchant.dashboard.desk import open_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders(desk):
    return desk.address("{store}/orders/")


def test_an_order_is_found_by_any_way_of_writing_its_number(client, desk, orders):
    number = desk.suborder.order.number
    other = open_desk("Other").suborder.order.number

    def found(**query):
        return [row.order.number for row in client.get(orders, query).context["page"].rows]

    assert found() == found(q=number) == found(q=f" {number.lower()} ") == [number]
    assert found(q=number.rpartition("-")[2]) == [number]
    assert found(q=other) == found(q="9" * 40) == found(q="100000'--") == found(q="x") == []
    assert found(state="waiting") == [number]
    assert found(state="sent") == []
    assert found(state="nonsense") == [number]


def test_what_has_to_leave_stands_by_its_day_over_all_pages(client, desk, orders, monkeypatch):
    monkeypatch.setattr(ship, "SHOWN", 2)
    days = [NOON.date() + timedelta(days=n) for n in (3, 1, 2, 1, 5)]
    for day in days:
        part = make.order({desk.variant: 1}).suborders.get()
        Order.objects.filter(pk=part.order_id).update(state="paid", paid_at=NOON)
        Suborder.objects.filter(pk=part.pk).update(ship_by=day, paid_at=NOON)
    Suborder.objects.filter(pk=desk.suborder.pk).update(ship_by=None)
    rows = list(Suborder.objects.values_list("pk", "ship_by"))
    due = [pk for pk, day in sorted(rows, key=lambda row: (row[1] or date.max, row[0]))]
    newest = sorted((pk for pk, _day in rows), reverse=True)

    assert walk(client, f"{orders}?state=waiting") == due
    assert walk(client, f"{orders}?sort=due") == due
    assert walk(client, f"{orders}?state=waiting&sort=new") == newest
    assert walk(client, orders) == walk(client, f"{orders}?sort=made-up") == newest


def walk(client, address):
    """Go to the last page and back to the first; return the rows, which are the same both ways."""
    pages, path = [], address.partition("?")[0]
    while address:
        page = client.get(address).context["page"]
        pages.append([row.pk for row in page.rows])
        address = page.next and path + page.next
    back, address = [pages[-1]], page.previous
    while address:
        page = client.get(path + address).context["page"]
        back.insert(0, [row.pk for row in page.rows])
        address = page.previous
    assert back == pages
    return [pk for rows in pages for pk in rows]


@pytest.mark.parametrize("place", ["x", "2027-13-45.7", "7.7", "2027-05-01.", ".5", "9" * 40, "²"])
def test_a_made_up_place_is_no_error(client, desk, orders, place):
    for state in ("", "waiting"):
        assert client.get(orders, {"state": state, "before": place}).status_code == 200


def test_the_sheet_for_packing_has_a_row_for_each_line_and_no_prices(client, desk, orders):
    open_desk("Other")
    answer = client.get(f"{orders}packing.csv")

    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert "attachment" in answer["Content-Disposition"]
    (row,) = rows
    assert (row["order"], row["sku"], row["quantity"]) == (
        desk.suborder.order.number, desk.variant.sku, "2",
    )  # fmt: skip
    assert (row["name"], row["city"]) == ("Lin Yue", "Changsha")
    assert "20.00" not in answer.getvalue().decode()
    Suborder.objects.update(state="shipped")
    assert client.get(f"{orders}packing.csv").getvalue().decode("utf-8-sig").count("\n") == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_cell_is_a_formula(text):
    assert as_text(text).lstrip("\t").startswith("'")
    assert as_text("Baker = Sons") == "Baker = Sons"


@pytest.mark.parametrize(("most", "top"), [(0, 4), (3, 4), (5, 8), (17, 20), (999, 2000)])
def test_the_levels_of_a_chart_are_round_and_no_bar_passes_them(most, top):
    made = columns([(NOON.date(), 0), (NOON.date(), most)], name=str)

    assert made.lines[-1].value == top
    assert all(bar.y >= made.lines[-1].y for bar in made.bars)
    assert made.total == most


def test_the_overview_says_what_waits_and_what_runs_low(client, desk):
    low = make.variant(3_00, of=make.product(of=desk.merchant, title="Tiny cup"), on_hand=2)
    make.listed(low.product)
    make.product(of=desk.merchant, state="draft", published_at=None, review_note="Show the size")

    page = client.get(desk.address("{store}/")).content.decode()

    assert desk.suborder.order.number in page
    assert low.product.title in page
    assert "Show the size" in page
    assert '<svg class="chart"' in page
    assert "style=" not in page


@pytest.mark.parametrize("language", ["fr", "pt", "ar", "sw", "zh-hans"])
def test_a_chart_is_drawn_in_every_language(client, language):
    store = make.merchant(slug="amani")
    client.force_login(make.member(store))

    page = client.get(f"/{language}/merchant/amani/").text

    drawn = re.findall(r' (?:d|x|y|width|height)="([^"]*)"', page)
    assert len(drawn) > 20
    assert [numbers for numbers in drawn if "," in numbers] == []
