"""Our own sheet: what it brings in, changes, leaves alone, and says to mend."""

from datetime import timedelta

import pytest

from shop.catalogue.fields.table import FIELDS
from shop.catalogue.models import Product, Variant
from shop.festivals.models import RegularPrice
from shop.merchant.imports import receive
from shop.merchant.imports.models import BroughtProduct, CatalogueRow, CatalogueSpreadsheet
from shop.merchant.imports.plan import plan_of
from shop.merchant.imports.write import write_next
from shop.people.merchants.models import Membership
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.merchant.imports.bringing import (
    all_in,
    brought,
    checked,
    csv_of,
    outcomes,
    problems,
    sent,
    store,
    told,
    xlsx_of,
)

pytestmark = pytest.mark.django_db
HEAD = ["product", "name", "summary", "description", "category", "option 1", "value 1", "option 2",
        "value 2", "sku", "price", "stock", "weight_g", "materials", "origin", "hs_code", "tags",
        "name_fr", "description_fr"]  # fmt: skip
SANDAL = ["TOE", "Toe-loop sandal", "For hot days", "A sandal.", "fashion/footwear", "Colour"]
LEATHER = ["420", "cow leather; tyre rubber", "SN", "6403.59", "sandal, leather"]
ROWS = [
    HEAD,
    [*SANDAL, "Tan", "Size", "38", "TOE-T-38", "46.00", "9", *LEATHER, "Sandale", "Une sandale."],
    [*SANDAL, "Tan", "Size", "40", "TOE-T-40", "46.00", "12", *LEATHER, "Sandale", "Une sandale."],
    [*SANDAL, "Black", "Size", "38", "TOE-B-38", "48.00", "7", *LEATHER, "", ""],
    ["BELT", "Harness belt", "", "", "Footwear", "", "", "", "", "BELT-90", "39.00", "30", "260",
     "", "senegal", "", "", "", ""],
]  # fmt: skip


@pytest.fixture
def shop_of():
    return store(country="SN")


@pytest.mark.parametrize("write", [csv_of, xlsx_of])
def test_a_sheet_brings_products_in_as_drafts_row_by_row(shop_of, write):
    sheet = all_in(shop_of, write(ROWS))

    assert (sheet.state, sheet.format, problems(sheet)) == ("done", "own", {})
    assert outcomes(sheet) == [("done", "new")] * 4
    sandal, belt = Product.objects.filter(merchant=shop_of).order_by("pk")
    assert told(sandal) == {
        "title": "Toe-loop sandal", "summary": "For hot days", "description": "A sandal.",
        "category": "fashion/footwear", "materials": ["cow leather", "tyre rubber"],
        "tags": ["sandal", "leather"], "origin": "SN", "hs_code": "6403.59", "state": "draft",
        "options": ["Colour", "Size"],
        "sizes": [("TOE-T-38", ("Tan", "38"), 46_00, 9, 420),
                  ("TOE-T-40", ("Tan", "40"), 46_00, 12, 420),
                  ("TOE-B-38", ("Black", "38"), 48_00, 7, 420)],
    }  # fmt: skip
    assert sandal.titles == {"fr": "Sandale"}
    assert sandal.translations.get(language="fr").words == {"description": "Une sandale."}
    assert told(belt)["sizes"] == [("BELT-90", (), 39_00, 30, 260)]
    assert (belt.origin, belt.category.path) == ("SN", "fashion/footwear")


@pytest.mark.parametrize(
    ("gender", "age", "known"),
    [
        ("female", "adult", ("female", "adult")),
        ("Women", "Adults", ("female", "adult")),
        ("hommes", "Enfants", ("male", "kids")),
        ("男女通用", "儿童", ("unisex", "kids")),
        ("للنساء", "", None),
        ("رجالي", "رضع", ("male", "infant")),
        ("wanawake", "watoto", ("female", "kids")),
        ("unissexo", "recém-nascidos", ("unisex", "newborn")),
        ("everybody", "toddlers", ("unisex", "toddler")),
    ],
)
def test_a_spreadsheet_names_gender_and_age_group_in_any_language(shop_of, gender, age, known):
    rows = [[*HEAD, "gender", "age_group", "colour"], [*ROWS[1], gender, age, "Tan, worn"]]

    sheet = all_in(shop_of, csv_of(rows))

    if known is None:
        assert problems(sheet) == {2: ["Write one of these: female, male, unisex."]}
        assert not Product.objects.exists()
        return
    made = Product.objects.get()
    assert (made.gender, made.age_group, made.colour) == (*known, "Tan, worn")


def test_the_same_sheet_a_second_time_changes_nothing(shop_of):
    all_in(shop_of, csv_of(ROWS))
    before = [told(row) for row in Product.objects.order_by("pk")]

    again = all_in(shop_of, csv_of(ROWS))

    assert outcomes(again) == [("done", "same")] * 4
    assert [told(row) for row in Product.objects.order_by("pk")] == before
    assert RegularPrice.objects.count() == Variant.objects.count() == 4
    assert not again.brought.exists()


def test_one_wrong_row_holds_its_product_back_and_no_other(shop_of):
    rows = [list(row) for row in ROWS]
    rows[2][10] = "62,OO"

    sheet = checked(sent(shop_of, csv_of(rows)))

    assert problems(sheet) == {3: ["Replace the letter by a digit: O by 0, l or I by 1."]}
    assert outcomes(sheet)[3] == ("ready", "new")
    brought(sheet)
    assert [row.title for row in Product.objects.all()] == ["Harness belt"]


def test_what_is_not_in_the_sheet_stays_as_it_is(shop_of):
    all_in(shop_of, csv_of(ROWS))
    sandal = Product.objects.get(title="Toe-loop sandal")

    sheet = all_in(shop_of, csv_of([["sku", "price", "weight_g"], ["TOE-T-40", "50", ""]]))

    assert outcomes(sheet) == [("done", "changed")]
    sandal.refresh_from_db()
    assert told(sandal)["sizes"] == [
        ("TOE-T-38", ("Tan", "38"), 46_00, 9, 420), ("TOE-T-40", ("Tan", "40"), 50_00, 12, 420),
        ("TOE-B-38", ("Black", "38"), 48_00, 7, 420),
    ]  # fmt: skip
    assert sandal.description == "A sandal."


def test_prices_and_stock_of_what_is_on_sale_change_by_their_own_rules(shop_of):
    variant = make.variant(20_00, on_hand=5, of=make.product(of=shop_of, title="Bag"))

    sheet = checked(sent(shop_of, csv_of([["sku", "name", "price", "stock", "weight_g"],
                                          [variant.sku, "Bag", "18.50", "9", "500"]])))  # fmt: skip

    row = sheet.rows.get()
    assert [(one["what"], one["before"], one["after"]) for one in row.changes] == [
        ("price", "2000", "1850"), ("stock", "5", "9"),
    ]  # fmt: skip
    brought(sheet)
    variant.pool.refresh_from_db()
    assert variant.pool.on_hand == 9
    assert RegularPrice.objects.filter(variant=variant).amounts() == {variant.pk: 18_50}
    assert Product.objects.get().state == "published"


def test_words_of_what_is_on_sale_wait_for_a_look(shop_of):
    variant = make.variant(20_00, of=make.product(of=shop_of, title="Bag"))

    all_in(shop_of, csv_of([["sku", "name", "weight_g", "name_fr"],
                            [variant.sku, "Better bag", "500", "Sac"]]))  # fmt: skip

    product = Product.objects.get()
    assert (product.title, product.titles) == ("Bag", {})
    assert product.pending_change.words == {"title": "Better bag"}
    assert product.pending_change.texts["fr"]["title"] == "Sac"


def test_a_product_in_review_is_told_and_left_alone(shop_of):
    variant = make.variant(20_00, of=make.product(of=shop_of, title="Bag", state="submitted"))

    sheet = checked(sent(shop_of, csv_of([["sku", "name", "weight_g"], [variant.sku, "B", "5"]])))

    assert problems(sheet) == {
        2: ["It waits for a review. Take it back first, then bring this row in."]
    }


def test_another_stores_sku_is_no_product_of_this_one(shop_of):
    theirs = make.variant(20_00)

    sheet = checked(sent(shop_of, csv_of([["sku", "price", "weight_g"], [theirs.sku, "1", "5"]])))

    assert problems(sheet)[2][0].startswith("There is no product with this SKU yet")


def test_a_sku_that_stands_twice_is_told(shop_of):
    rows = [*ROWS, ["OTHER", "Other", *ROWS[4][2:]]]

    sheet = checked(sent(shop_of, csv_of(rows)))

    assert problems(sheet) == {6: ["This SKU stands in row 5 already."]}


def test_rows_of_a_product_that_say_different_things_are_told(shop_of):
    rows = [list(row) for row in ROWS]
    rows[3][1] = "Another name"

    assert problems(checked(sent(shop_of, csv_of(rows)))) == {
        4: ["All rows of one product say the same here."]
    }


def test_a_killed_worker_loses_nothing_and_does_nothing_twice(shop_of, clock_at):
    clock_at(NOON)
    sheet = checked(sent(shop_of, csv_of(ROWS)))
    receive.begin(sheet, "writing", at=NOON, by=sheet.by)
    # What a process leaves that died between two products: one is there, and its rows say so.
    write_next(CatalogueSpreadsheet.objects.get(pk=sheet.pk), plan_of(sheet), at=NOON)
    assert Product.objects.count() == 1
    run_queued_work()  # nobody can tell it from a slow one yet
    assert Product.objects.count() == 1

    later = NOON + timedelta(minutes=2)
    clock_at(later)
    assert receive.take_up(at=later) == 1
    run_queued_work()

    sheet.refresh_from_db()
    assert (sheet.state, Product.objects.count(), Variant.objects.count()) == ("done", 2, 4)
    assert BroughtProduct.objects.count() == 2


def test_what_was_written_is_not_written_again(shop_of):
    """A row of what was done stands, whatever the rows of the sheet say."""
    sheet = all_in(shop_of, csv_of(ROWS))
    sheet.rows.update(state="ready")
    Product.objects.filter(title="Toe-loop sandal").update(title="Renamed since")

    write_next(CatalogueSpreadsheet.objects.get(pk=sheet.pk), plan_of(sheet), at=NOON)

    assert Product.objects.filter(title="Renamed since").count() == 1
    assert sheet.rows.filter(group=2, state="done").count() == 3
    assert BroughtProduct.objects.count() == 2


def test_an_editor_changes_no_price_of_what_is_on_sale(shop_of):
    variant = make.variant(20_00, of=make.product(of=shop_of, title="Bag"))
    editor = make.member(shop_of, role="editor")
    content = csv_of([["sku", "name", "price", "stock", "weight_g"],
                      [variant.sku, "Bag", "18", "7", "500"]])  # fmt: skip

    sheet = checked(sent(shop_of, content, by=editor))

    assert problems(sheet) == {2: ["Your role does not change prices of what is on sale."]}


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        *((row.column.heading, row.column.example or "Other words")
          for row in FIELDS.values() if row.column and row.is_moderated),
        ("category", "home"), ("name_fr", "Sac"), ("summary_ar", "حقيبة"), ("description_zh", "包"),
        ("value 1", "Huge"), ("option 1", "Volume"),
    ],
)  # fmt: skip
def test_no_column_of_a_sheet_changes_what_shoppers_read_before_a_look(shop_of, heading, text):
    product = make.product(of=shop_of, title="Bag", option_names=["Size"])
    variant = make.variant(20_00, of=product, options=["Large"])
    before = (told(product), product.titles, list(product.translations.values_list("words")))
    row = {"sku": variant.sku, "weight_g": "500", "option 1": "Size", "value 1": "Large"}
    row[heading] = text

    all_in(shop_of, csv_of([row.keys(), row.values()]))

    product.refresh_from_db()
    now = (told(product), product.titles, list(product.translations.values_list("words")))
    assert now == before
    assert product.pending_change.is_waiting


def test_a_new_size_of_what_is_on_sale_waits_for_a_look(shop_of):
    product = make.product(of=shop_of, title="Bag", option_names=["Size"])
    variant = make.variant(20_00, of=product, options=["Large"])
    head = ["product", "sku", "option 1", "value 1", "price", "weight_g"]

    all_in(shop_of, csv_of([head, ["B", variant.sku, "Size", "Large", "20", "500"],
                            ["B", "BAG-S", "Size", "Small", "15", "400"]]))  # fmt: skip

    assert [row.sku for row in product.variants.all()] == [variant.sku]
    assert [row["sku"] for row in product.pending_change.variants] == ["BAG-S"]


def test_a_sheet_is_taken_back(shop_of):
    kept = make.variant(20_00, on_hand=5, of=make.product(of=shop_of, title="Bag"))
    rows = [*ROWS, ["", "Sack", "", "", "", "", "", "", "", kept.sku, "18", "9", "300", "", "", "",
                    "", "Sac", ""]]  # fmt: skip
    sheet = all_in(shop_of, csv_of(rows))
    assert Product.objects.count() == 3

    receive.begin(sheet, "undoing", at=NOON, by=sheet.by)
    run_queued_work()

    sheet.refresh_from_db()
    assert sheet.state == "undone"
    assert set(sheet.brought.values_list("undone", flat=True)) == {"back"}
    product = Product.objects.get()
    kept.refresh_from_db()
    kept.pool.refresh_from_db()
    assert (product.title, kept.weight_g, kept.pool.on_hand) == ("Bag", 500, 5)
    assert RegularPrice.objects.filter(variant=kept).amounts() == {kept.pk: 20_00}
    assert not hasattr(product, "pending_change") or product.pending_change is None


def test_what_was_changed_since_stays_when_a_sheet_is_taken_back(shop_of):
    sheet = all_in(shop_of, csv_of(ROWS))
    belt = Product.objects.get(title="Harness belt")
    all_in(shop_of, csv_of([["sku", "name", "weight_g"], ["BELT-90", "Belt of mine", "260"]]))

    receive.begin(CatalogueSpreadsheet.objects.get(pk=sheet.pk), "undoing", at=NOON, by=sheet.by)
    run_queued_work()

    belt.refresh_from_db()
    assert belt.title == "Belt of mine"
    assert list(Product.objects.all()) == [belt]
    assert "It was changed since, and stays." in sheet.brought.values_list("undone", flat=True)


def test_who_acts_for_the_store_no_more_brings_nothing_in(shop_of):
    sheet = checked(sent(shop_of, csv_of(ROWS)))
    Membership.objects.all().delete()

    brought(sheet)

    assert not Product.objects.exists()
    assert set(sheet.rows.values_list("state", flat=True)) == {CatalogueRow.State.WRONG}
