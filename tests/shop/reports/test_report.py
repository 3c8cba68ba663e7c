import csv
import io
import json
from datetime import timedelta
from random import Random

import pytest
from django.db.models import F, Sum
from openpyxl import load_workbook

from shop.core.currencies import in_whole
from shop.core.errors import NotPossible
from shop.core.spreadsheets.tables import as_csv, as_xlsx
from shop.festivals.models import ChangeLog, Festival
from shop.orders.models import OrderLine, RefundLine, Suborder
from shop.people.merchants.models import Merchant
from shop.reports import tallies
from shop.reports.models import PublicResult, Tally
from shop.reports.report import figures, report
from shop.reports.results import hide_result, public_figures, publish_result
from shop.reports.statements import statement
from shop.reports.tables import sheet_of, statement_table
from tests import make
from tests.budgets import statements
from tests.buying import pay
from tests.cms.dashboard.people import organizer
from tests.make import END, NOON
from tests.shop.reports.past import World, paid_order, sent_back, sums

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
PAYERS = ("by_merchant", "by_organizer", "by_funds")
SAME = ("units", "paid", "refunded_units", "refunded", *PAYERS)


@pytest.fixture
def world():
    made, dice = World(), Random(11)
    for n in range(40):
        order = paid_order(made, dice, email=f"{n % 25}@example.org")
        if n % 5 == 0:
            sent_back(order, dice)
    tallies.count_sales(at=LATER)
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
    pay(make.order({kettle: 3}))
    tallies.count_sales(at=LATER)

    rows = {row["key"]: row for row in figures(world.festival, at=LATER)["products"]}

    own = rows[str(deal.variant.product_id)]
    assert (own["set_aside"], own["sell_through"]) == (10, 30)
    assert rows[str(world.variants[0].product_id)]["sell_through"] is None


@pytest.mark.parametrize("seed", range(4))
def test_the_sums_of_every_statement_are_the_row_of_its_store_in_the_report(seed):
    world, dice = World(), Random(seed)
    for n in range(40):
        order = paid_order(world, dice, email=f"{n % 25}@example.org")
        if dice.random() < 0.3:
            sent_back(order, dice)
    tallies.count_sales(at=LATER)
    # What is not counted yet stands in neither.
    sent_back(paid_order(world, dice), dice)

    for festival in (world.festival, world.other):
        assert_statements_are_the_report(festival)


@pytest.mark.parametrize("seed", range(4))
def test_what_stands_beside_what_a_store_keeps_adds_up_to_it_and_nothing_is_said_twice(seed):
    world, dice = World(), Random(seed)
    for n in range(20):
        order = paid_order(world, dice, email=f"{n}@example.org")
        if dice.random() < 0.5:
            sent_back(order, dice)
    tallies.count_sales(at=LATER)

    found = [statement(one, store) for one in (world.festival, world.other)
             for store in Merchant.objects.all()]  # fmt: skip

    for one in (*found, *(part for each in found for part in each.parts.values())):
        sums = one.sums
        given = sums["paid"] + sums["by_organizer"] + sums["by_funds"]
        assert sums["payout"] == given - sums["commission"] - sums["went_back"]
    lines, back = OrderLine.objects.all(), RefundLine.objects.all()
    own = Sum(F("paid") - F("commission"))
    kept = (
        _sum(lines.filter(festival__isnull=False), own)
        - _sum(back.filter(line__festival__isnull=False), own)
        + _sum(lines, Sum("funded"))
        - _sum(back, Sum("funded"))
        + _sum(Suborder.objects.all(), Sum("delivery_funded"))
    )
    assert sum(one.sums["payout"] for one in found) == kept


def _sum(rows, of):
    return rows.aggregate(of=of)["of"] or 0


def assert_statements_are_the_report(festival, *, at=LATER):
    shown = report(festival, at=at)
    rows = {int(row["key"]): row for row in shown["merchants"]}
    for merchant in Merchant.objects.all():
        found = statement(festival, merchant)
        row = rows.get(merchant.pk, dict.fromkeys(Tally.FIGURES, 0))
        kept = row["commission"] - row["refunded_commission"]
        sums = {name: found.sums[name] for name in (*SAME, "commission")}
        assert sums == {name: row[name] for name in SAME} | {"commission": kept}
        assert len({line.number for line in found.lines}) == row["orders"]
        head, table = statement_table(found, "USD")
        last = dict(zip(head, list(table)[-1], strict=True))
        assert last["Paid by the organizer, USD"] == in_whole(row["by_organizer"], "USD")
    assert sum(row["by_organizer"] for row in rows.values()) == shown["total"]["by_organizer"]


def test_free_delivery_and_goods_outside_the_festival_stand_apart_in_a_statement():
    festival, store = make.festival(), make.merchant()
    inside, outside = (make.variant(25_00, of=make.product(of=store)) for _ in range(2))
    make.deal(of=inside, during=festival, price=20_00)
    make.delivery(10_00)
    make.promotion(festival, title="Free delivery", group="shipping", kind="free_shipping",
                   trigger="automatic", value=0, organizer_share=40)  # fmt: skip
    make.promotion(festival, group="merchant", merchant=store, trigger="automatic", value=5_00,
                   organizer_share=50)  # fmt: skip
    pay(make.order({inside: 1, outside: 1}))
    tallies.count_sales(at=LATER)

    parts = statement(festival, store).parts
    shown = figures(festival, at=LATER)

    assert list(parts) == ["goods", "delivery", "outside"]
    assert parts["delivery"].lines[0].product == "Free delivery"
    assert [parts["delivery"].sums[name] for name in PAYERS] == [6_00, 4_00, 0]
    assert parts["outside"].sums["by_organizer"] > 0
    assert parts["outside"].sums["paid"] == parts["outside"].sums["units"] == 0
    assert [shown["delivery"][name] for name in PAYERS] == [6_00, 4_00, 0]
    assert_statements_are_the_report(festival)


@pytest.mark.parametrize("seed", range(3))
def test_slots_and_what_was_sold_without_a_deal_add_up_to_the_total(seed):
    world, dice = World(), Random(seed)
    make.listed(world.variants[2].product)
    for n in range(30):
        order = paid_order(world, dice, email=f"{n % 25}@example.org")
        OrderLine.objects.filter(order=order, festival=None).update(festival=world.festival)
        if n % 4 == 0:
            sent_back(order, dice)
    tallies.count_sales(at=LATER)

    found = figures(world.festival, at=LATER)

    rest = next(row for row in found["slots"] if not row["key"])
    assert rest["name"] == "Without a deal of a slot"
    assert rest["units"] > 0
    for name in (*SAME, "commission"):
        assert sum(row[name] for row in found["slots"]) == found["total"][name]


def test_days_of_the_report_are_those_of_the_zone_of_the_festival():
    world, dice = World(), Random(4)
    Festival.objects.filter(pk=world.festival.pk).update(zone="Africa/Nairobi")
    world.festival.refresh_from_db()
    for hour in (20, 21):  # midnight in Nairobi is 21:00 UTC
        for n in range(6):
            paid_order(world, dice, at=NOON.replace(hour=hour), email=f"{hour}{n}@example.org")
    tallies.count_sales(at=NOON.replace(hour=22))

    found = figures(world.festival, at=LATER)

    assert [day["name"] for day in found["days"]] == ["2027-05-12", "2027-05-13"]
    head, _rows = sheet_of(found, "days")
    assert head[0] == "Day in Africa/Nairobi"


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
