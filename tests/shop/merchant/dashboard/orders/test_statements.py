import io
from random import Random

import pytest
from openpyxl import load_workbook

from shop.merchant.dashboard.orders import statements as desk_statements
from shop.people.merchants.models import Membership, Merchant
from shop.reports import tallies
from shop.reports.statement_pages import lines_of, page
from shop.reports.statements import statement
from tests import make
from tests.budgets import statements
from tests.buying import pay
from tests.make import END, NOON
from tests.shop.reports.past import World, paid_order, sent_back

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
    tallies.count_sales(at=NOON)
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
    csv = text.getvalue().decode()
    assert "Kettle" in csv
    assert "Basket" not in csv
    assert [cell.value for cell in book["Statement"][3]][:1] == ["Sum"]


def test_a_member_who_may_not_see_money_reads_no_statement(client, sold):
    Membership.objects.update(role="manager")

    assert client.get(f"{sold.where}/").status_code == 403
    assert client.get(f"{sold.where}.csv").status_code == 403
    assert sold.where not in client.get(f"/merchant/loom/festivals/{sold.pk}/").text


def test_a_festival_in_which_the_store_has_no_part_has_no_statement(client, sold):
    other = make.festival()

    assert client.get(f"/merchant/loom/festivals/{other.pk}/statement/").status_code == 404


@pytest.mark.parametrize("seed", range(3))
def test_the_pages_of_a_statement_hold_each_line_once_with_the_same_sums(seed):
    world, dice = World(), Random(seed)
    for n in range(30):
        order = paid_order(world, dice, email=f"{n}@example.org")
        if dice.random() < 0.4:
            sent_back(order, dice)
    tallies.count_sales(at=END)

    for festival in (world.festival, world.other):
        for store in Merchant.objects.all():
            whole = statement(festival, store)
            found = [page(festival, store, start=start, size=7)
                     for start in range(0, len(whole.lines) + 14, 7)]  # fmt: skip
            assert tuple(line for one in found for line in one.statement.lines) == whole.lines
            assert tuple(lines_of(festival, store)) == whole.lines
            assert [one.has_next for one in found].count(True) == max(0, len(whole.lines) - 1) // 7
            for one in found:
                assert {name: one.sums[name] for name in whole.sums} == whole.sums


def test_a_long_statement_is_turned_over_and_says_the_sum_of_all(client, sold, monkeypatch):
    variant = make.variant(25_00, of=make.product(of=Merchant.objects.get(slug="loom")))
    make.deal(of=variant, during=sold, price=20_00)
    for _order in range(3):
        pay(make.order({variant: 1}))
    tallies.count_sales(at=NOON)
    monkeypatch.setattr(desk_statements, "SHOWN", 2)

    with statements(most=9):
        first = client.get(f"{sold.where}/")
    last = client.get(f"{sold.where}/?page=2")

    for answer in (first, last):
        assert "$100.00" in answer.text.split("<tfoot")[1]
    assert ('href="?page=2"' in first.text, 'href="?page=1"' in last.text) == (True, True)
    assert (first.text.count("$20.00"), last.text.count("$20.00")) != (0, 0)
    assert client.get(f"{sold.where}/?page=x").text.count("<tr") == first.text.count("<tr")
    assert client.get(f"{sold.where}/?page=99").url == f"{sold.where}/"
