"""What a sheet may never do: with others' rights, twice, to the wrong product, or for good."""

import io

import pytest

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.festivals.models import RegularPrice
from shop.merchant.dashboard.imports import export
from shop.merchant.imports import pictures, receive, values
from shop.merchant.imports.models import CatalogueSpreadsheet, SpreadsheetPicture
from shop.people.merchants.models import Membership
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.merchant.imports.bringing import (
    all_in,
    brought,
    checked,
    csv_of,
    problems,
    sent,
    store,
)
from tests.shop.merchant.imports.test_pictures import HEAD, archive, picture, row, shown

pytestmark = pytest.mark.django_db
PLAIN = ["sku", "name", "category", "price", "weight_g", "origin", "stock"]


@pytest.fixture
def own(clock_at, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    clock_at(NOON)
    return store(country="KE")


def plain(sku: str, name: str, price: str = "9.00", stock: str = "3") -> list[str]:
    return [sku, name, "home", price, "300", "KE", stock]


def skus(own) -> set[str]:
    return set(Product.objects.filter(merchant=own).values_list("variants__sku", flat=True))


def test_a_sheet_is_brought_in_with_the_rights_of_whoever_brings_it_in(own):
    variant = make.variant(20_00, of=make.product(of=own))
    sheet = checked(sent(own, csv_of([["sku", "price"], [variant.sku, "11.00"]])))
    editor = make.member(own, role="editor")

    receive.begin(sheet, "writing", at=NOON, by=editor)
    run_queued_work()

    assert RegularPrice.objects.filter(variant=variant).amounts() == {variant.pk: 20_00}
    assert "does not change prices" in problems(sheet)[2][0]


def test_prices_go_back_with_the_rights_of_whoever_takes_a_sheet_back(own):
    variant = make.variant(20_00, of=make.product(of=own))
    sheet = all_in(own, csv_of([["sku", "price"], [variant.sku, "11.00"]]))
    editor = make.member(own, role="editor")

    receive.begin(sheet, "undoing", at=NOON, by=editor)
    run_queued_work()

    assert RegularPrice.objects.filter(variant=variant).amounts() == {variant.pk: 11_00}
    assert "stays" in sheet.brought.get().undone


@pytest.mark.parametrize("read", [
    lambda text: values.grams(text, "g", values.NumberStyle()),
    lambda text: values.price(text, values.NumberStyle()),
    lambda text: values.units(text, values.NumberStyle()),
])  # fmt: skip
def test_a_number_in_a_huge_cell_is_not_looked_for(read):
    assert read("1" + " " * 8)

    with pytest.raises(values.Unclear):
        read("1" + " " * 50 + "." + " " * 50)


def test_pictures_of_one_name_are_told_apart_by_their_folders(own):
    content = csv_of([HEAD, row(1, "red/1.jpg"), row(2, "blue/1.jpg"), row(3, "1.jpg")])
    files = archive(all_in_red_in_1_dot_jpg=picture(), red_in_1_dot_jpg=picture("#ff0000"),
                    blue_in_1_dot_jpg=picture("#0000ff"))  # fmt: skip

    brought(checked(sent(own, content, archive=files)))

    states = SpreadsheetPicture.objects.order_by("product")
    assert list(states.values_list("state", flat=True)) == ["fetched", "fetched", "refused"]
    assert "Write the folder in front of it" in states.last().text


def test_a_name_that_grows_in_small_letters_holds_nothing_up(own):
    long = "ß" * 119 + "_dot_jpg"
    files = archive(**{long: picture(), "front_dot_jpg": picture()})

    sheet = brought(checked(sent(own, csv_of([HEAD, row(1, "front.jpg")]), archive=files)))

    assert sheet.state == "done"
    assert len(shown(Product.objects.get())) == 1


def test_codes_that_are_made_up_differ_where_names_do(own):
    tea = csv_of([PLAIN, plain("", "红茶"), plain("", "绿茶"), plain("", "شاي")])
    all_in(own, tea)
    first = skus(own)

    all_in(own, csv_of([PLAIN, plain("", "黑布"), plain("", "Basket 大")]))
    all_in(own, tea)

    assert len(first) == 3
    assert Product.objects.count() == 5
    assert len(skus(own)) == 5


@pytest.mark.parametrize(
    ("first", "second"),
    [(plain("", "Basket"), plain("", "Basket", "20.00")),
     (plain("A B", "One"), plain("A-B", "Two")),
     (plain("A-1", "One"), plain("a-1", "Two"))],
    ids=["names", "spaces", "capitals"],
)  # fmt: skip
def test_what_would_have_one_code_is_brought_in_once(own, first, second):
    sheet = all_in(own, csv_of([PLAIN, first, second]))

    assert problems(sheet) == {3: ["This SKU stands in row 2 already."]}
    assert Product.objects.get().title == first[1]


def test_a_sku_in_other_capitals_means_what_is_there(own):
    variant = make.variant(20_00, on_hand=5, of=make.product(of=own, title="Bag"))

    all_in(own, csv_of([["sku", "stock"], [variant.sku.swapcase(), "8"]]))

    variant.pool.refresh_from_db()
    assert variant.pool.on_hand == 8
    assert skus(own) == {variant.sku}


def test_a_picture_whose_product_is_gone_stops_no_other(own):
    rows = csv_of([HEAD, row(1, "a.jpg"), row(2, "b.jpg")])
    sheet = brought(checked(sent(own, rows)))
    SpreadsheetPicture.objects.update(state="waiting", tries=0)
    gone, stays = SpreadsheetPicture.objects.order_by("product")
    Product.objects.filter(pk=gone.product_id).update(state="draft")
    gone.delete()

    pictures._bring(sheet, gone.pk)  # as it was listed before
    receive.add_archive(sheet, [archive(b_dot_jpg=picture())], at=NOON, by=own.owner)
    run_queued_work()

    stays.refresh_from_db()
    assert stays.state == "fetched"


def test_a_picture_that_two_workers_bring_is_there_once(own):
    sheet = brought(checked(sent(own, csv_of([HEAD, row(1, "a.jpg")]))))
    SpreadsheetPicture.objects.update(state="waiting", tries=0)
    slow = SpreadsheetPicture.objects.select_related("product__merchant").get()
    receive.add_archive(sheet, [archive(a_dot_jpg=picture())], at=NOON, by=own.owner)
    run_queued_work()

    pictures._add(sheet, slow, io.BytesIO(picture()))

    assert len(shown(Product.objects.get())) == 1


def test_pictures_over_which_a_worker_died_are_taken_up(own, clock_at):
    sheet = brought(checked(sent(own, csv_of([HEAD, row(1, "a.jpg")]))))
    SpreadsheetPicture.objects.update(state="waiting", tries=0)
    later = NOON + 2 * CatalogueSpreadsheet.QUIET

    assert receive.take_up(at=NOON) == 0
    assert receive.take_up(at=later) == 1
    assert receive.take_up(at=later) == 0  # it is queued

    run_queued_work()
    assert sheet.pictures.get().state == "refused"


def test_pictures_of_somebody_who_left_do_not_come(own):
    sheet = brought(checked(sent(own, csv_of([HEAD, row(1, "a.jpg")]))))
    Membership.objects.all().delete()
    files = [archive(a_dot_jpg=picture())]

    receive.add_archive(sheet, files, at=NOON, by=own.owner)
    run_queued_work()

    assert not shown(Product.objects.get())
    assert "may not change products" in sheet.pictures.get().text
    receive.add_archive(sheet, files, at=NOON, by=make.member(own))  # somebody who stayed
    run_queued_work()
    assert shown(Product.objects.get())


def test_what_was_brought_in_can_be_taken_back_when_the_rest_is_left_out(own):
    sheet = all_in(own, csv_of([PLAIN, plain("A-1", "One"), plain("A-2", "Two", "9,O0")]))
    CatalogueSpreadsheet.objects.filter(pk=sheet.pk).move_to("checked")  # as mending does
    sheet.refresh_from_db()

    assert receive.stop(sheet, at=NOON)

    sheet.refresh_from_db()
    assert sheet.state == "done"
    receive.begin(sheet, "undoing", at=NOON, by=own.owner)
    run_queued_work()
    assert not Product.objects.exists()


def test_a_draft_that_got_pictures_since_is_not_deleted(own):
    sheet = all_in(own, csv_of([PLAIN, plain("A-1", "One")]))
    make.shown_picture(Product.objects.get())

    receive.begin(sheet, "undoing", at=NOON, by=own.owner)
    run_queued_work()

    assert Product.objects.exists()
    assert sheet.brought.get().undone == "It was changed since, and stays."


def test_columns_are_matched_again_beside_what_was_brought_in(own):
    rows = [["product", *PLAIN], ["P", *plain("A-1", "One")], ["P", *plain("A-2", "One", "9,O0")],
            ["Q", *plain("A-3", "Three", "9,O0")]]  # fmt: skip
    sheet = all_in(own, csv_of(rows), decimal="point")
    done = sheet.rows.filter(state="done").count()
    CatalogueSpreadsheet.objects.filter(pk=sheet.pk).move_to("checked")
    sheet.refresh_from_db()

    checked(sheet, {"product": ""})

    assert sheet.state == "checked"
    assert sheet.rows.filter(state="done").count() == done


def test_what_waits_for_a_look_goes_out_and_comes_in_unchanged(own):
    product = make.product(of=own, title="Bag", option_names=["Size"])
    variant = make.variant(20_00, of=product, options=["Large"])
    head = ["product", "sku", "name", "name_fr", "option 1", "value 1", "price", "weight_g"]
    all_in(own, csv_of([head, ["B", variant.sku, "Sack", "Sac", "Size", "Big", "20", "500"],
                        ["B", "BAG-S", "Sack", "Sac", "Size", "Small", "15", "400"]]))  # fmt: skip
    product.refresh_from_db()
    assert product.pending_change.is_waiting

    heading, rows = export.table(own)
    sheet = checked(sent(own, csv_of([heading, *rows])))

    assert set(sheet.rows.values_list("state", "outcome")) == {("ready", "same")}


def test_so_many_sheets_wait_and_no_more(own):
    for _n in range(receive.MOST_OPEN):
        sent(own, csv_of([PLAIN, plain("A-1", "One")]))

    with pytest.raises(NotPossible, match="10 sheets wait for your word"):
        sent(own, csv_of([PLAIN, plain("A-1", "One")]))

    receive.stop(CatalogueSpreadsheet.objects.first(), at=NOON)
    assert sent(own, csv_of([PLAIN, plain("A-1", "One")])).state == "read"
