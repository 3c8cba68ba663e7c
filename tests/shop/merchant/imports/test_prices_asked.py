"""Prices far from the usual are asked about once for a sheet, before any of it is applied."""

import pytest

from shop.catalogue.models import Category, Product
from shop.core.errors import NotPossible
from shop.festivals.models import RegularPrice
from shop.merchant.imports import prices, receive, write
from shop.merchant.imports.models import CatalogueRow
from shop.merchant.imports.plan import plan_of
from tests import make
from tests.make import NOON
from tests.shop.merchant.imports.bringing import brought, checked, csv_of, problems, sent, store

pytestmark = pytest.mark.django_db
HEAD = ["sku", "name", "category", "price", "weight_g"]


@pytest.fixture
def own():
    return store()


@pytest.fixture
def usual(own, clock_at):
    """Sell five things of a kitchen for $20.00 or so, in another store."""
    for price in (18_00, 19_00, 20_00, 21_00, 22_00):
        make.variant(price)
    clock_at(NOON)
    return Category.objects.get(path="home/kitchen")


def odd(sheet):
    """Return what is asked: the row, the price, the usual one."""
    return [(row.number, amount, known) for row in prices.unanswered(sheet).order_by("number")
            for amount, known, _of in row.cells["odd"]]  # fmt: skip


def price_of(variant):
    return RegularPrice.objects.filter(variant=variant).amounts()[variant.pk]


def say_right(sheet):
    return prices.confirm(sheet, prices.answer_to(prices.unanswered(sheet)))


def test_a_slip_is_asked_about_and_nothing_is_applied_before_the_answer(own):
    basket = make.variant(38_50, of=make.product(of=own))
    mat = make.variant(12_00, on_hand=5, of=make.product(of=own))
    sheet = checked(sent(own, csv_of([
        ["sku", "price", "stock"], [basket.sku, "0.39", ""], [mat.sku, "13.00", "9"],
    ])))  # fmt: skip

    assert odd(sheet) == [(2, 39, 38_50)]
    with pytest.raises(NotPossible, match="whether the prices are right"):
        receive.begin(sheet, "writing", at=NOON, by=own.owner)
    mat.pool.refresh_from_db()
    assert (price_of(basket), price_of(mat), mat.pool.on_hand) == (38_50, 12_00, 5)

    assert say_right(sheet)
    brought(sheet)
    assert (price_of(basket), price_of(mat)) == (39, 13_00)


def test_the_worker_applies_no_price_that_nobody_confirmed(own):
    basket = make.variant(38_50, of=make.product(of=own))
    sheet = checked(sent(own, csv_of([["sku", "price"], [basket.sku, "0.39"]])))

    assert write.write_next(sheet, plan_of(sheet), at=NOON)

    assert price_of(basket) == 38_50
    assert problems(sheet) == {2: ["Say first whether its prices are right."]}


def test_a_whole_sheet_in_another_currency_is_asked_about_and_converted_once(own, usual):
    rows = [[f"P-{n}", f"Cup {n}", usual.path, f"{n}50.00", "300"] for n in range(2, 7)]
    sheet = checked(sent(own, csv_of([HEAD, *rows])))
    assert [(row, known) for row, _price, known in odd(sheet)] == [
        (row, 20_00) for row in (2, 3, 4, 5, 6)
    ]

    sheet = checked(sheet, currency="MXN")

    assert odd(sheet) == []
    brought(sheet)
    found = RegularPrice.objects.filter(variant__product__merchant=own).order_by("variant__sku")
    # 18.0054 pesos are a dollar in the table of 29 September 2026.
    assert list(found.values_list("amount", flat=True)) == [13_88, 19_44, 24_99, 30_55, 36_10]


def test_a_converted_price_that_is_still_odd_is_asked_about_again(own, usual):
    row = ["P-1", "Cup", usual.path, "112000", "300"]
    sheet = checked(sent(own, csv_of([HEAD, row])), currency="MXN")

    assert odd(sheet) == [(2, 6_220_36, 20_00)]


def test_prices_in_the_same_sheet_say_of_each_other_what_is_usual(own):
    rows = [["product", "option 1", "value 1", *HEAD],
            *(["C", "Size", str(n), f"C-{n}", "Cup", "home", price, "300"]
            for n, price in enumerate(("20.00", "21.00", "0.22", "19.00")))]  # fmt: skip
    sheet = checked(sent(own, csv_of(rows)))

    assert (problems(sheet), odd(sheet)) == ({}, [(4, 22, 20_00)])


def test_a_yes_holds_for_these_prices_however_often_rows_are_checked(own):
    basket = make.variant(38_50, of=make.product(of=own))
    sheet = checked(sent(own, csv_of([["sku", "price"], [basket.sku, "0.39"]])))
    say_right(sheet)

    assert odd(checked(sheet)) == []

    row = sheet.rows.get()
    row.cells["cells"][1] = "0.38"
    row.save()
    assert odd(checked(sheet)) == [(2, 38, 38_50)]


def test_a_yes_to_other_prices_than_were_seen_is_none(own):
    basket = make.variant(38_50, of=make.product(of=own))
    sheet = checked(sent(own, csv_of([["sku", "price"], [basket.sku, "0.39"]])))
    seen = prices.answer_to(prices.unanswered(sheet))
    row = sheet.rows.get()
    row.cells["odd"][0][0] = 38
    row.save()

    assert not prices.confirm(sheet, seen)

    assert prices.unanswered(sheet).exists()


def test_what_is_usual_is_read_once_for_a_sheet(own, usual, django_assert_max_num_queries):
    rows = [[f"P-{n}", f"Cup {n}", usual.path, "20.00", "300"] for n in range(120)]
    sheet = sent(own, csv_of([HEAD, *rows]))

    with django_assert_max_num_queries(110):
        checked(sheet)


def test_prices_in_a_named_currency_are_asked_about_once_and_not_remembered(own):
    head = ["sku", "name", "category", "price", "currency", "weight_g"]
    rows = [["A-1", "Cup", "home", "20.00", "EUR", "300"],
            ["A-2", "Mat", "home", "£9.00", "", "300"],
            ["A-3", "Bag", "home", "30.00", "USD", "300"],
            ["A-4", "Pot", "home", "5.00", "XYZ", "300"]]  # fmt: skip
    sheet = checked(sent(own, csv_of([head, *rows])))
    assert sheet.asked["currencies"] == {"EUR": 1}
    assert set(problems(sheet)) == {2, 3, 5}

    sheet = brought(checked(sheet, converts=True))

    assert set(problems(sheet)) == {3, 5}  # £ is of two currencies, XYZ of none
    found = RegularPrice.objects.filter(variant__product__merchant=own)
    # 0.880226 euros are a dollar in the table of 29 September 2026.
    assert set(found.values_list("variant__sku", "amount")) == {("A-1", 22_72), ("A-3", 30_00)}
    assert "converts" not in sent(own, csv_of([head, *rows])).choices


def test_in_stock_without_a_number_is_asked_once(own):
    head = ["Type", "SKU", "Name", "Published", "In stock?", "Stock", "Regular price",
            "Categories", "Weight (kg)"]  # fmt: skip
    rows = [["simple", "A", "Cup", "1", "1", "", "20", "home", "1"],
            ["simple", "B", "Mat", "1", "1", "4", "21", "home", "1"],
            ["simple", "C", "Bag", "1", "0", "", "22", "home", "1"],
            ["simple", "D", "Pot", "1", "backorder", "", "23", "home", "1"]]  # fmt: skip
    sheet = checked(sent(own, csv_of([head, *rows])))
    assert sheet.asked["in_stock"] == 1

    brought(checked(sheet, in_stock=7))

    found = Product.objects.values_list("variants__sku", "variants__pool__on_hand")
    assert dict(found) == {"A": 7, "B": 4, "C": 0, "D": 0}
    assert not CatalogueRow.objects.filter(sheet=sheet, state="wrong").exists()
