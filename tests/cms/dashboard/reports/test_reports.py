"""Report, statements and public result at the desk: shown, taken away, frozen."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from shop.catalogue.delivery.models import Rate
from shop.orders.models import Order
from shop.reports import charts, tallies
from shop.reports.models import PublicResult
from shop.storefront.cache import catalogue_version
from tests import make
from tests.buying import pay
from tests.cms.dashboard.sales import at, sold_festival
from tests.make import END, NOON

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk
OVER = END + timedelta(days=14)


@pytest.fixture
def sold():
    return sold_festival()


def test_the_report_shows_tables_charts_targets_and_evidence(desk, sold):
    page = desk.get(at(sold, "report/")).text

    for words in ("By country of delivery", "China", "Loom", "Kettle", "60&nbsp;%",
                  "$120.00", "Stores: 1 counted", "1 of 100: not met"):  # fmt: skip
        assert words in page
    assert page.count("<svg") >= 4


def test_the_report_is_taken_away_as_sheets(desk, sold):
    book = load_workbook(io.BytesIO(desk.get(at(sold, "report/report.xlsx")).content))
    sheet = desk.get(at(sold, "report/merchants.csv"))
    evidence = desk.get(at(sold, "report/evidence-stores.csv"))

    assert book.sheetnames[0] == "Total"
    assert "Evidence, stores" in book.sheetnames
    assert sheet["Content-Disposition"] == 'attachment; filename="merchants-harvest-days.csv"'
    assert "Loom,KE,1,6,120.00" in sheet.content.decode()
    assert "Loom,Kenya,1" in evidence.content.decode()
    assert desk.get(at(sold, "report/nothing.csv")).status_code == 404


def test_a_statement_is_read_printed_and_taken_away(desk, sold):
    where = at(sold, f"statements/{sold.merchant.pk}")

    page = desk.get(f"{where}/").text
    text = desk.get(f"{where}.csv").content.decode()
    book = load_workbook(io.BytesIO(desk.get(f"{where}.xlsx").content))

    assert "$120.00" in page
    assert text.count("\n") == 3
    assert text.splitlines()[-1].startswith("Sum,")
    assert book["Statement"].max_row == 3
    assert "Loom" in desk.get(at(sold, "statements/")).text
    assert "Sum of all" not in page
    assert "Final since" not in page
    stranger = make.merchant()
    assert desk.get(at(sold, f"statements/{stranger.pk}/")).status_code == 404


def test_a_statement_shows_delivery_apart_and_says_when_it_is_final(desk, sold, clock_at):
    Rate.objects.update(price=10_00)
    make.promotion(sold, title="Delivery is on us", group="shipping", kind="free_shipping",
                   trigger="automatic", value=0, organizer_share=40)  # fmt: skip
    kettle = sold.merchant.products.get().variants.get()
    pay(make.order({kettle: 1}))
    tallies.count_sales(at=NOON + timedelta(minutes=1))
    where = at(sold, f"statements/{sold.merchant.pk}")

    page, text = desk.get(f"{where}/").text, desk.get(f"{where}.csv").content.decode()
    report = desk.get(at(sold, "report/")).text

    assert "Delivery: benefits alone" in page
    assert "Sum of all" in page
    assert "Delivery: benefits alone,Delivery is on us" in text
    assert "on delivery $6.00 by stores, $4.00 by the organizer" in report
    Order.objects.filter(state="pending").update(state="expired", ended_at=END)
    clock_at(OVER)
    desk.post(at(sold, "close/"))
    assert "Final since the closing on 3 June 2027, 00:00" in desk.get(f"{where}/").text


def test_a_result_is_shown_to_everybody_and_hidden_again(desk, client, sold, clock_at):
    clock_at(END)
    where = "/festivals/harvest-days/result/"
    assert client.get(where).status_code == 404

    desk.post(at(sold, "result/"), {"part": ["units", "top", "stores"]})
    catalogue_version.forget()
    shown = {code: client.get(f"{code}{where}").text for code in ("", "/fr", "/ar", "/zh-hans")}
    assert "Result of Harvest Days" in shown[""]
    assert "fewer than 5" in shown[""]
    assert "Loom" in shown[""]
    assert "Articles vendus" in shown["/fr"]
    assert 'dir="rtl"' in shown["/ar"]
    assert "$" not in shown[""].split("<main")[1].split("</main")[0]

    desk.post(at(sold, "result/"), {"hide": ""})
    catalogue_version.forget()  # a process keeps for a second what it knows
    assert not PublicResult.objects.get().is_shown
    assert client.get(where).status_code == 404


def test_parts_that_were_not_chosen_are_not_shown(desk, client, sold, clock_at):
    clock_at(END)
    desk.post(at(sold, "result/"), {"part": ["products"]})

    page = client.get("/festivals/harvest-days/result/").text

    assert "Units sold" not in page
    assert "Loom" not in page
    assert "China" not in page.split("<main")[1].split("</main")[0]


def test_days_are_drawn_one_after_the_other_and_all_else_by_size():
    values = [("1", 3), ("2", 0), ("3", 9)]

    assert [bar.key for bar in charts.rows(values, write=str).bars] == ["1", "2", "3"]
    assert charts.largest(values) == [("3", 9), ("1", 3)]
    assert charts.rows([("1", 0)], write=str).bars[0].width == 0
