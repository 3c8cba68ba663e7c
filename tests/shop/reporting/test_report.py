import csv
import io
import json
from datetime import timedelta
from random import Random

import pytest
from openpyxl import load_workbook

from shop.errors import NotPossible
from shop.festivals.models import ChangeLog, Festival
from shop.orders.models import OrderLine
from shop.reporting import tallying
from shop.reporting.models import PublicResult
from shop.reporting.report import figures
from shop.reporting.results import hide_result, public_figures, publish_result
from shop.reporting.statements import statement
from shop.spreadsheets import as_csv, as_xlsx
from tests import make
from tests.budgets import statements
from tests.make import END, NOON
from tests.organizing.people import organizer
from tests.shop.reporting.past import World, paid_order, sent_back, sums

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def world():
    made, dice = World(), Random(11)
    for n in range(40):
        order = paid_order(made, dice, email=f"{n % 25}@example.org")
        if n % 5 == 0:
            sent_back(order, dice)
    tallying.count_sales(at=LATER)
    return made


def test_the_report_says_what_the_orders_say(world):
    with statements(most=7):
        found = figures(world.festival, at=LATER)

    right = {key[1:]: row for key, row in sums().items() if key[0] == world.festival.pk}
    assert right[("total", "")].items() <= found["total"].items()
    for name, kind in (("countries", "country"), ("merchants", "merchant"),
                       ("products", "product"), ("slots", "slot"),
                       ("promotions", "promotion")):  # fmt: skip
        assert {row["key"] for row in found[name]} == {key for k, key in right if k == kind}
        for row in found[name]:
            assert right[(kind, row["key"])].items() <= row.items()
    assert found["funds"][0]["drawn"] == right[("fund", str(world.fund.pk))]["by_funds"]
    assert sum(day["paid"] for day in found["days"]) == found["total"]["paid"]
    assert json.loads(json.dumps(found)) == found


def test_targets_come_with_lists_as_evidence(world):
    found = figures(world.festival, at=LATER)

    evidence = {name: len(rows) for name, rows in found["evidence"].items()}
    assert {label.lower(): count for label, count, _target in found["targets"]} == evidence
    assert evidence == {"stores": 2, "products": 2, "countries": 1}
    assert found["evidence"]["countries"][0] == {
        "key": "KE", "name": "Kenya", "stores": 2, "products": 2,
    }  # fmt: skip
    assert [store["products"] for store in found["evidence"]["stores"]] == [1, 1]


def test_sell_through_is_what_was_sold_of_what_was_set_aside(world):
    kettle = make.variant(25_00)
    deal = make.deal(of=kettle, during=world.festival, price=20_00, allotment=10)
    from tests.buying import pay  # noqa: PLC0415

    pay(make.order({kettle: 3}))
    tallying.count_sales(at=LATER)

    rows = {row["key"]: row for row in figures(world.festival, at=LATER)["products"]}

    own = rows[str(deal.variant.product_id)]
    assert (own["set_aside"], own["sell_through"]) == (10, 30)
    assert rows[str(world.variants[0].product_id)]["sell_through"] is None


def test_statements_of_the_stores_add_up_to_the_festival(world):
    merchants = {row.product.merchant for row in world.variants}
    found = [statement(world.festival, merchant) for merchant in merchants]
    tally = figures(world.festival, at=LATER)["total"]

    for name in ("units", "paid", "refunded_units", "refunded"):
        assert sum(one.sums[name] for one in found) == tally[name]
    lines = [line for one in found for line in one.lines]
    assert len(lines) == OrderLine.objects.filter(festival=world.festival).count()
    kept = tally["commission"] - tally["refunded_commission"]
    assert sum(line.commission for line in lines) == kept


def test_a_statement_costs_three_statements_however_long_it_is(world):
    with statements(most=3):
        found = statement(world.festival, world.variants[0].product.merchant)
        assert found.sums["paid"] > 0


def test_sheets_hold_what_is_given_and_no_formula():
    table = (["Name", "Units"], [["=cmd()", 3], ["Éclat", None]])

    book = load_workbook(io.BytesIO(as_xlsx({"Stores": table})))
    rows = list(csv.reader(io.StringIO(as_csv(table).decode("utf-8-sig"))))

    assert [[cell.value for cell in row] for row in book["Stores"]] == [
        ["Name", "Units"], ["'=cmd()", 3], ["Éclat", None],
    ]  # fmt: skip
    assert rows == [["Name", "Units"], ["'=cmd()", "3"], ["Éclat", ""]]


def test_the_public_result_holds_no_money_and_no_small_number(world):
    found = public_figures(figures(world.festival, at=LATER))

    assert (found["stores"], found["products"]) == (None, None)
    assert found["countries"] == [["KE", None]]
    assert found["units"] > 5
    assert all(units >= 5 for _name, _country, units in found["top"])
    assert not {"paid", "by_merchant", "orders", "new_shoppers"} & set(found)


@pytest.mark.parametrize(("units", "is_shown"), [(4, False), (5, True)])
def test_numbers_are_shown_from_five_on(units, is_shown):
    row = {"key": "CN", "name": "Loom", "country": "KE", "units": units + 1, "refunded_units": 1}
    given = {"evidence": {"stores": [], "products": [], "countries": []}, "total": row,
             "countries": [row], "merchants": [row]}  # fmt: skip

    found = public_figures(given)

    assert (found["units"] == units) == is_shown
    assert bool(found["went_to"]) == bool(found["top"]) == is_shown


def test_a_result_is_shown_after_the_end_and_hidden_again(world):
    person = organizer()
    with pytest.raises(NotPossible, match="not over yet"):
        publish_result(world.festival, ["units"], at=END - timedelta(seconds=1), by=person)
    with pytest.raises(NotPossible, match="Choose what is shown"):
        publish_result(world.festival, ["money"], at=END, by=person)
    assert not PublicResult.objects.exists()

    shown = publish_result(world.festival, ["top", "units", "money"], at=END, by=person)
    assert shown.shows == ["units", "top"]

    hide_result(world.festival, at=END, by=person)
    assert not PublicResult.objects.get().is_shown
    with pytest.raises(NotPossible):
        hide_result(world.festival, at=END, by=person)
    actions = ChangeLog.objects.filter(subject="festival").values_list("action", flat=True)
    assert sorted(actions) == ["hide_result", "show_result"]


def test_the_result_of_a_festival_that_was_called_off_is_not_shown(world):
    Festival.objects.filter(pk=world.festival.pk).update(state="cancelled")
    world.festival.refresh_from_db()

    with pytest.raises(NotPossible, match="Only the result of a published festival"):
        publish_result(world.festival, ["units"], at=END, by=organizer())
