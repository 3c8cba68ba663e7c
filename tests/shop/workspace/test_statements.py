import io

import pytest
from openpyxl import load_workbook

from shop.merchants.models import Membership
from shop.reporting import tallying
from tests import make
from tests.buying import pay
from tests.make import END, NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(client, clock_at):
    clock_at(NOON)
    festival = make.festival(title="Harvest Days", slug="harvest")
    loom = make.merchant(slug="loom", name="Loom", commission_bp=0)
    for store, title, price in ((loom, "Kettle", 20_00), (make.merchant(), "Basket", 15_00)):
        variant = make.variant(25_00, of=make.product(of=store, title=title))
        make.deal(of=variant, during=festival, price=price)
        pay(make.order({variant: 2}))
    tallying.count_sales(at=NOON)
    client.force_login(make.member(loom))
    festival.where = f"/merchant/loom/festivals/{festival.pk}/statement"
    return festival


def test_a_store_reads_what_it_sold_and_nobody_elses_lines(client, sold):
    page = client.get(f"{sold.where}/").text

    assert "Kettle" in page
    assert "$40.00" in page
    assert "Basket" not in page
    assert sold.where in client.get(f"/merchant/loom/festivals/{sold.pk}/").text


def test_a_festival_that_is_over_leads_to_its_statement(client, sold, clock_at):
    clock_at(END)

    assert sold.where in client.get("/merchant/loom/festivals/").text


def test_the_statement_is_taken_away_as_a_sheet(client, sold):
    text = client.get(f"{sold.where}.csv")
    book = load_workbook(io.BytesIO(client.get(f"{sold.where}.xlsx").content))

    assert text["Content-Disposition"] == 'attachment; filename="statement-loom-harvest.csv"'
    assert "Kettle" in text.content.decode()
    assert "Basket" not in text.content.decode()
    assert [cell.value for cell in book["Statement"][3]][:1] == ["Sum"]


def test_a_member_who_may_not_see_money_reads_no_statement(client, sold):
    Membership.objects.update(may_see_money=False)

    assert client.get(f"{sold.where}/").status_code == 403
    assert client.get(f"{sold.where}.csv").status_code == 403
    assert sold.where not in client.get(f"/merchant/loom/festivals/{sold.pk}/").text


def test_a_festival_in_which_the_store_has_no_part_has_no_statement(client, sold):
    other = make.festival()

    assert client.get(f"/merchant/loom/festivals/{other.pk}/statement/").status_code == 404
