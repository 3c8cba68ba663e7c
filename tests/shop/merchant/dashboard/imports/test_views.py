"""A sheet of products at the desk: from the file to what it changed, and back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shop.catalogue.models import Product
from shop.merchant.imports.models import CatalogueSpreadsheet
from shop.merchant.imports.read import MOST_BYTES
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.merchant.imports.bringing import csv_of, store
from tests.shop.merchant.imports.test_own_sheets import ROWS

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(client, clock_at):
    clock_at(NOON)
    made = store(country="SN")
    client.force_login(made.owner)
    return made


def where(own, part="") -> str:
    return f"/merchant/{own.slug}/products/sheets/{part}"


def send(client, own, content: bytes, name="goods.csv") -> CatalogueSpreadsheet:
    answer = client.post(where(own), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.text
    run_queued_work()
    return CatalogueSpreadsheet.objects.latest("pk")


def columns(sheet, **changes) -> dict[str, str]:
    told = {f"column_{n}": field for n, field in enumerate(sheet.fields)}
    return told | {"decimal": sheet.choices["decimal"]} | changes


@pytest.fixture
def mended(client, own):
    """Return a sheet with a row that was wrong and is mended."""
    rows = [list(row) for row in ROWS]
    rows[4][10] = "39,O0"
    sheet = send(client, own, csv_of(rows))
    page = client.get(where(own, f"{sheet.pk}/"), follow=True)
    assert "Which column is what" in page.text
    assert "Check 4 rows" in page.text
    client.post(where(own, f"{sheet.pk}/columns/"), columns(sheet))
    run_queued_work()
    page = client.get(where(own, f"{sheet.pk}/"), follow=True)
    assert "Nothing of it has been changed yet." in page.text
    assert "Bring in 3 rows" in page.text
    assert "Replace the letter by a digit" in page.text
    client.post(where(own, f"{sheet.pk}/check/"), {"mend": "1", "cell_5_10": "39.00"})
    return sheet


def test_a_sheet_goes_its_way_from_the_file_to_the_drafts(client, own, mended, mailoutbox):
    here = where(own, f"{mended.pk}/")
    assert "Bring in 4 rows" in client.get(here, follow=True).text
    assert not Product.objects.exists()

    client.post(here, {"do": "write"})
    run_queued_work()

    page = client.get(here)
    assert "All rows are done" in page.text
    assert "Take the sheet back" in page.text
    assert set(Product.objects.values_list("title", "state")) == {
        ("Toe-loop sandal", "draft"), ("Harness belt", "draft"),
    }  # fmt: skip
    (mail,) = mailoutbox
    assert mail.to == [own.owner.email]
    assert "New, as drafts: 4" in mail.body


def test_a_sheet_is_taken_back_by_one_button(client, own, mended):
    here = where(own, f"{mended.pk}/")
    client.post(here, {"do": "write"})
    run_queued_work()

    client.post(here, {"do": "undo"})
    run_queued_work()

    assert "This sheet was taken back" in client.get(here).text
    assert not Product.objects.exists()


def test_categories_and_what_all_rows_lack_are_asked_once(client, own):
    head = ["sku", "name", "category", "price", "stock"]
    rows = [[f"B-{n}", f"Bracelet {n}", "Bracelet", "9.00", "1"] for n in range(5)]
    sheet = send(client, own, csv_of([head, *rows]))
    client.post(where(own, f"{sheet.pk}/columns/"), columns(sheet))
    run_queued_work()

    page = client.get(where(own, f"{sheet.pk}/check/"))
    assert "Which of our categories is it?" in page.text
    assert "5 products" in page.text
    client.post(where(own, f"{sheet.pk}/check/"), {"ask": "1", "category_0": "fashion"})
    run_queued_work()
    page = client.get(where(own, f"{sheet.pk}/check/"))
    assert "What new products of this category do not say themselves." in page.text
    asked = {"ask": "1", "hs_code_fashion": "7117.19", "origin_fashion": "KE",
             "weight_g_fashion": "60"}  # fmt: skip
    client.post(where(own, f"{sheet.pk}/check/"), asked)
    run_queued_work()
    client.post(where(own, f"{sheet.pk}/"), {"do": "write"})
    run_queued_work()

    facts = Product.objects.values_list("category__path", "hs_code", "origin", "variants__weight_g")
    assert set(facts) == {("fashion", "7117.19", "KE", 60)}
    # The next sheet with these columns asks nothing.
    again = send(client, own, csv_of([head, ["B-9", "Bracelet 9", "Bracelet", "9.00", "1"]]))
    assert "Matched as the last time" in client.get(where(own, f"{again.pk}/columns/")).text
    client.post(where(own, f"{again.pk}/columns/"), columns(again))
    run_queued_work()
    assert "Bring in 1 row" in client.get(where(own, f"{again.pk}/check/")).text


def test_a_store_sends_the_next_sheet_when_the_first_is_done(client, own):
    client.post(where(own), {"file": SimpleUploadedFile("one.csv", csv_of(ROWS))})

    answer = client.post(where(own), {"file": SimpleUploadedFile("two.csv", csv_of(ROWS))})

    assert answer.status_code == 422
    assert "one.csv is still being worked on" in answer.text
    assert CatalogueSpreadsheet.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no sheet that can be read"),
        (b"%PDF-1.4", "no sheet that can be read"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "no sheet that can be read"),
    ],
)
def test_what_is_no_sheet_is_refused_at_once(client, own, content, said):
    answer = client.post(where(own), {"file": SimpleUploadedFile("x.csv", content)})

    assert answer.status_code == 422
    assert said in answer.text
    assert not CatalogueSpreadsheet.objects.exists()


def test_a_file_that_is_too_large_is_refused(client, own):
    answer = client.post(where(own), {"file": SimpleUploadedFile("x.csv", b"a" * (MOST_BYTES + 1))})

    assert answer.status_code == 422
    assert "larger than 40 MB" in answer.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"just words", "The first row names the columns"),
        (b"sku,name\n,\n", "Below the headings no row is filled in."),
        (b'sku,name\nA,"' + b"x" * 200_000, "In row 2 a quotation mark is opened and never closed"),
        (b"a,b\0\nc,d\n", "no sheet that can be read"),
        (b"PK\x03\x04 and nothing", "no sheet that can be read"),
    ],
)
def test_what_turns_out_to_be_no_sheet_is_told(client, own, content, said):
    sheet = send(client, own, content)

    page = client.get(where(own, f"{sheet.pk}/"))

    assert sheet.state == "refused"
    assert said in page.text
    assert "Nothing of it was brought in." in page.text


def test_a_sheet_is_given_up_and_its_rows_go(client, own):
    sheet = send(client, own, csv_of(ROWS))

    client.post(where(own, f"{sheet.pk}/"), {"do": "stop"})

    sheet.refresh_from_db()
    assert (sheet.state, sheet.rows.count()) == ("stopped", 0)
    assert "This sheet was given up" in client.get(where(own, f"{sheet.pk}/")).text


def test_two_columns_that_mean_the_same_are_refused(client, own):
    sheet = send(client, own, csv_of(ROWS))

    answer = client.post(where(own, f"{sheet.pk}/columns/"), columns(sheet, column_2="title"))

    assert answer.status_code == 422
    assert "Two columns are “Name”." in answer.text


def test_rows_to_mend_are_a_sheet_of_their_own(client, own):
    rows = [list(row) for row in ROWS]
    rows[4][10] = "=1+1"
    sheet = send(client, own, csv_of(rows))
    client.post(where(own, f"{sheet.pk}/columns/"), columns(sheet))
    run_queued_work()

    answer = client.get(where(own, f"{sheet.pk}/to-mend.csv"))

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("What to do")
    assert "'=1+1" in lines[1]
    assert lines[1].endswith('"Write the number itself, not a formula."')


def test_the_own_catalogue_comes_out_and_in_again_unchanged(client, own):
    first = send(client, own, csv_of(ROWS))
    client.post(where(own, f"{first.pk}/columns/"), columns(first))
    run_queued_work()
    client.post(where(own, f"{first.pk}/"), {"do": "write"})
    run_queued_work()
    make.shown_picture(Product.objects.first())
    for kind in ("csv", "xlsx"):
        answer = client.get(where(own, f"products.{kind}"))
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        sheet = send(client, own, content, name=f"own.{kind}")
        client.post(where(own, f"{sheet.pk}/columns/"), columns(sheet))
        run_queued_work()

        assert set(sheet.rows.values_list("state", "outcome")) == {("ready", "same")}
        client.post(where(own, f"{sheet.pk}/"), {"do": "write"})
        run_queued_work()
        assert not sheet.brought.exists()
        assert not sheet.pictures.exists()


def test_a_store_without_products_gets_an_example(client, own):
    answer = client.get(where(own, "products.csv"))

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.startswith("product,name,summary")
    assert "TOE-38" in text


def test_a_sku_that_stands_there_twice_does_not_go_in_by_pressing_the_button(client, own):
    head = ["sku", "name", "category", "price"]
    rows = [["A-1", "One", "home", "9.00"], ["A-1", "Two", "home", "20.00"]]
    sheet = send(client, own, csv_of([head, *rows]))
    client.post(where(own, f"{sheet.pk}/columns/"), columns(sheet))
    run_queued_work()

    client.post(where(own, f"{sheet.pk}/check/"), {"mend": "1", "cell_3_0": "A-1"})
    assert set(sheet.rows.values_list("number", "state")) == {(2, "ready"), (3, "wrong")}
    client.post(where(own, f"{sheet.pk}/check/"), {"mend": "1", "cell_3_0": "A-2"})
    assert set(sheet.rows.values_list("number", "state")) == {(2, "ready"), (3, "ready")}


def test_a_row_whose_hindrance_was_mended_elsewhere_is_checked_again(client, own):
    product = make.product(of=own, title="Bag", state="submitted")
    variant = make.variant(20_00, of=product)
    sheet = send(client, own, csv_of([["sku", "weight_g"], [variant.sku, "900"]]))
    client.post(where(own, f"{sheet.pk}/columns/"), columns(sheet))
    run_queued_work()
    client.post(where(own, f"{sheet.pk}/"), {"do": "write"})
    run_queued_work()
    assert sheet.rows.get().state == "wrong"
    here = where(own, f"{sheet.pk}/check/")

    client.post(here, {"mend": "1"})  # nothing has changed: it stays where it is
    sheet.refresh_from_db()
    assert sheet.state == "done"
    Product.objects.filter(pk=product.pk).update(state="draft")
    client.post(here, {"mend": "1"})

    sheet.refresh_from_db()
    assert (sheet.state, sheet.rows.get().state) == ("checked", "ready")


def test_a_long_cell_is_mended_in_its_file_and_keeps_no_other_from_being_mended(client, own):
    head = ["sku", "name", "category", "price", "description"]
    rows = [["A-1", "One", "home", "9,O0", ""], ["A-2", "Two", "home", "9.00", "x" * 9_000]]
    sheet = send(client, own, csv_of([head, *rows]))
    client.post(where(own, f"{sheet.pk}/columns/"), columns(sheet))
    run_queued_work()

    page = client.get(where(own, f"{sheet.pk}/check/"))
    assert "In your file" in page.text
    client.post(where(own, f"{sheet.pk}/check/"), {"mend": "1", "cell_2_3": "9.00"})

    assert set(sheet.rows.values_list("number", "state")) == {(2, "ready"), (3, "wrong")}
