"""What the check of a sheet asks: prices, currencies, stock, and a cell that looks like rows."""

import csv
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.festivals.models import RegularPrice
from shop.merchant.imports.models import CatalogueSpreadsheet
from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.merchant.imports.bringing import csv_of, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(client, clock_at):
    clock_at(NOON)
    made = store(country="MX")
    client.force_login(made.owner)
    return made


@pytest.fixture
def desk(client, own):
    """Return what sends a sheet, and presses on its pages."""

    class Desk:
        def __init__(self, rows):
            file = SimpleUploadedFile(
                "goods.csv", rows if isinstance(rows, bytes) else csv_of(rows)
            )
            client.post(f"/merchant/{own.slug}/products/sheets/", {"file": file})
            run_queued_work()
            self.sheet = CatalogueSpreadsheet.objects.latest("pk")
            self.here = f"/merchant/{own.slug}/products/sheets/{self.sheet.pk}/"
            self.match()

        def match(self, **changes):
            told = {f"column_{n}": field for n, field in enumerate(self.sheet.fields)}
            self.press("columns/", told | {"decimal": "point"} | changes)

        def press(self, part, data):
            answer = client.post(self.here + part, data)
            run_queued_work()
            self.sheet.refresh_from_db()
            return answer

        def page(self, part="check/"):
            return client.get(self.here + part)

    return Desk


@pytest.fixture
def basket(own):
    return make.variant(38_50, of=make.product(of=own, title="Basket"))


def amounts(own):
    found = RegularPrice.objects.filter(variant__product__merchant=own).amounts()
    return [found[pk] for pk in sorted(found)]


def test_an_odd_price_is_asked_about_with_its_row_and_factor_and_no_button_applies_it(
    desk, own, basket
):
    at = desk([["sku", "price"], [basket.sku, "0.39"]])
    page = at.page()

    for text in ("Are these prices right?", "Are they in another currency?", "$0.39", "$38.50",
                 "÷ 98", "its price now", "Basket"):  # fmt: skip
        assert text in page.text
    assert "Bring in 1 row" not in page.text
    at.press("", {"do": "write"})
    assert amounts(own) == [38_50]
    assert at.sheet.state == "checked"

    at.press("check/", {"prices": "right", "sure": page.context["prices"].answer})
    assert "Bring in 1 row" in at.page().text
    at.press("", {"do": "write"})
    assert amounts(own) == [39]


def test_a_yes_to_something_else_is_told_and_changes_nothing(desk, own, basket):
    at = desk([["sku", "price"], [basket.sku, "0.39"]])

    at.press("check/", {"prices": "right", "sure": "of another page"})

    assert "The prices have changed meanwhile" in at.page().text
    assert "Are these prices right?" in at.page().text


def test_prices_are_converted_on_one_answer_with_the_day_of_the_rate(desk, own, basket):
    at = desk([["sku", "price"], [basket.sku, "693.00"]])
    assert "× 18" in at.page().text

    at.press("check/", {"prices": "convert", "currency": "MXN"})

    page = at.page()
    assert "Are these prices right?" not in page.text
    assert "Rate of 29 September 2026: 1 USD = 18.0054 MXN" in page.text
    assert '<option value="MXN" selected>' in at.page("columns/").text
    at.press("", {"do": "write"})
    assert amounts(own) == [38_49]


def test_a_currency_that_rows_name_is_one_question(desk, own, basket):
    mat = make.variant(20_00, of=make.product(of=own))
    at = desk([["sku", "price", "currency"], [basket.sku, "34.00", "EUR"], [mat.sku, "18", "EUR"]])
    page = at.page()

    assert "2 rows have prices in EUR" in page.text
    assert "1 USD = 0.880226 EUR" in page.text
    assert 'id="h-mend"' not in page.text  # it is asked once, and not in each row

    at.press("check/", {"prices": "told"})
    at.press("", {"do": "write"})
    assert amounts(own) == [38_63, 20_45]


def test_how_many_ready_rows_change_anything_is_said(desk, own, basket):
    mat = make.variant(20_00, of=make.product(of=own))

    page = desk([["sku", "price"], [basket.sku, "38.50"], [mat.sku, "21.00"]]).page()

    assert "2 rows are ready. 1 changes something." in page.text


def test_a_row_without_a_number_in_stock_is_asked_about(desk, own):
    head = ["Type", "SKU", "Name", "Published", "In stock?", "Stock", "Regular price",
            "Categories", "Weight (kg)"]  # fmt: skip
    at = desk([head, ["simple", "A", "Cup", "1", "1", "", "20", "home", "1"]])
    assert "1 new row says that it is in stock, and not how many" in at.page().text

    at.press("check/", {"ask": "1", "in_stock": "4", "origin_home": "MX"})
    at.press("", {"do": "write"})

    assert own.products.get().variants.get().pool.on_hand == 4


def test_what_looks_like_rows_can_be_said_to_be_one_text(desk, own):
    text = "Kit.\nA-7,Cup,Blue,4.00\nA-8,Mat,Red,9.00"
    rows = [["sku", "name", "description", "price"], ["A-1", "Bag", text, "46.00"]]
    at = desk(rows)
    at.press("check/", {"ask": "1", "category_0": "home"})
    assert "It is all one text" in at.page().text

    at.press("check/", {"mend": "1", "whole_2": "on"})
    at.match()
    at.press("check/", {"ask": "1", "category_0": "home"})
    at.press("", {"do": "write"})

    assert own.products.get().description == text


def many_odd(desk, own, count):
    baskets = [make.variant(38_50, of=make.product(of=own, title=f"Basket {n}"))
               for n in range(count)]  # fmt: skip
    return desk([["sku", "price"], *([row.sku, f"0.{n + 10}"] for n, row in enumerate(baskets))])


def test_how_many_odd_prices_are_not_shown_is_said_and_all_can_be_had(client, desk, own):
    at = many_odd(desk, own, 23)
    page = at.page().text

    assert "The prices in 23 rows are far from what is usual here." in page
    assert page.count("÷") == 20
    assert "3 more rows are not shown here. Your answer counts for all rows." in page
    (led,) = re.findall(r'href="([^"]+)" download>All these rows as CSV', page)
    with statements(most=8):
        sheet = b"".join(client.get(led).streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(sheet.splitlines()))
    assert rows[0] == ["Row", "Product", "In your file", "Usual here", "Compared with", "Factor"]
    assert [row[1].rsplit(" ", 1)[0] for row in rows[1:]] == [f"Basket {n}" for n in range(23)]
    assert rows[1][2:] == ["0.10", "38.50", "its price now", "÷ 385"]

    client.force_login(make.member(make.merchant()))
    assert client.get(led).status_code == 404


def test_the_question_costs_the_same_however_many_prices_it_is_about(desk, own):
    few, many = many_odd(desk, own, 2), many_odd(desk, own, 30)
    with CaptureQueriesContext(connection) as first:
        assert "more row" not in few.page().text
    with CaptureQueriesContext(connection) as second:
        assert "10 more rows are not shown here." in many.page().text

    assert len(second) == len(first)
