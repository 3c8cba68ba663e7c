import csv
import json
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from sample.filling import SUMS, filled, placeholders, values_in
from sample.reading import HERE, festivals, pavilions, stores
from sample.sheets import LANGUAGES, FestivalSheet, SheetError, cents


def products():
    return [product for store in stores() for product in store.products]


def variants():
    return [variant for product in products() for variant in product.variants]


def changed_sheet(tmp_path, change):
    sheet = json.loads((HERE / "catalogue/gh-adanwomase-loom-yard.json").read_text("utf-8"))
    change(sheet)
    (tmp_path / "gh-loom.json").write_text(json.dumps(sheet), "utf-8")
    return tmp_path


def all_texts(value):
    match value:
        case str():
            yield value
        case dict():
            for child in value.values():
                yield from all_texts(child)
        case tuple() | int():
            return
        case _:
            for name in value.__slots__:
                yield from all_texts(getattr(value, name))


def test_the_catalogue_has_100_stores_1000_products_and_1542_variants():
    assert len(stores()) == 100
    assert len(products()) == 1000
    assert len(variants()) == 1542
    assert {len(store.products) for store in stores()} == {10}


def test_the_sums_of_the_catalogue_are_exact():
    assert sum(variant.price for variant in variants()) == 10_627_930
    assert sum(variant.stock for variant in variants()) == 56_266
    assert sum(variant.weight_g for variant in variants()) == 1_337_476


def test_every_sku_and_slug_stands_once():
    assert len({store.slug for store in stores()}) == 100
    assert len({product.sku for product in products()}) == 1000
    assert len({variant.sku for variant in variants()}) == 1542


def test_stores_come_in_the_same_order_each_time():
    assert stores() == stores()
    order = [(store.country, store.slug) for store in stores()]
    assert order == sorted(order)
    assert [product.number for product in stores()[7].products] == list(range(10))


def test_no_two_names_differ_by_capitals_alone():
    words = {
        "certificates": [name for store in stores() for name in store.certifications],
        "materials": [name for product in products() for name in product.materials],
        "options": [option.name for product in products() for option in product.options],
        "values": [
            value for product in products() for option in product.options for value in option.values
        ],
    }
    for kind, names in words.items():
        folded = Counter(name.casefold() for name in set(names))
        assert [name for name, count in folded.items() if count > 1] == [], kind


def test_a_sheet_is_read_to_the_letter():
    store = next(store for store in stores() if store.slug == "adanwomase-loom-yard")
    stole = store.products[2]

    assert (store.country, store.city, store.makers) == ("GH", "Adanwomase", 36)
    assert (store.dispatch_days, store.pattern) == ((3, 7), "kente")
    assert store.colours == ("#d4a017", "#0b6e4f", "#9b1b1b")
    assert (stole.sku, stole.title) == ("GH-ALY-003", "Graduation stole, Emaa Da")
    assert [option.name for option in stole.options] == ["Colour"]
    assert stole.variants[0].sku == "GH-ALY-003-1"
    assert stole.variants[0].option == ("Gold",)
    assert stole.variants[0].price == 58_00
    assert store.products[0].variants[0].sku == "GH-ALY-001"
    assert store.products[0].outing is None


def test_only_stores_of_experiences_sell_outings():
    for store in stores():
        for product in store.products:
            assert (product.outing is not None) == (store.kind == "experiences")
    outings = [product.outing for product in products() if product.outing]
    assert len(outings) == 130
    assert min(outing.duration_minutes for outing in outings) > 0


def test_fewer_than_twenty_drawings_show_another_thing_and_each_is_named():
    with (HERE / "catalogue/drawings.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))

    assert [row["sku"] for row in rows] == sorted(one.sku for one in products() if one.is_inexact)
    assert {row["is"] for row in rows} == {"near", "untrue"}
    assert sum(row["is"] == "untrue" for row in rows) < 20
    assert all(row["why"].count("; drawn ") == 1 for row in rows)


@pytest.mark.parametrize(
    ("dollars", "expected"), [("68.00", 6800), ("4.50", 450), ("0.29", 29), ("3850.00", 385000)]
)
def test_prices_are_read_exactly(dollars, expected):
    assert cents(dollars) == expected


@pytest.mark.parametrize(
    "dollars", ["68", "68.0", "68.000", "-1.00", "1,50", " 1.00", "1e2", "", "٣.٠٠"]
)
def test_a_price_that_is_not_dollars_with_two_decimals_is_refused(dollars):
    with pytest.raises(SheetError, match="is not dollars with two decimals"):
        cents(dollars)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda sheet: sheet["products"][2]["variants"][0].update(price="58"),
            "gh-loom.json: GH-ALY-003: '58' is not dollars with two decimals",
        ),
        (
            lambda sheet: sheet["products"][2]["variants"][0].update(price=58.0),
            "gh-loom.json: GH-ALY-003: price 58.0 is not of type str",
        ),
        (
            lambda sheet: sheet["products"][2].pop("summary"),
            "gh-loom.json: GH-ALY-003: 'summary' is missing",
        ),
        (
            lambda sheet: sheet["products"][2]["variants"][1].update(option=["Pink"]),
            "gh-loom.json: GH-ALY-003: 'Pink' is no value of the option 'Colour'",
        ),
        (
            lambda sheet: sheet["products"][2]["variants"][1].update(option=["Gold"]),
            "gh-loom.json: GH-ALY-003: two variants have the same options",
        ),
        (
            lambda sheet: sheet["products"][2]["variants"][1].update(stock=-1),
            "gh-loom.json: GH-ALY-003: stock -1 is below zero",
        ),
        (
            lambda sheet: sheet["products"][2].update(variants=[]),
            "gh-loom.json: GH-ALY-003: there is no variant",
        ),
        (
            lambda sheet: sheet["products"][4].update(sku="../x"),
            "gh-loom.json: product 5: sku '../x' has characters that it may not have",
        ),
        (
            lambda sheet: sheet.update(slug="loom/../../etc"),
            "gh-loom.json: slug 'loom/../../etc' has characters that it may not have",
        ),
        (
            lambda sheet: sheet.update(colours=["#fff", "#000000", "red"]),
            "gh-loom.json: colour '#fff' is not #RRGGBB",
        ),
        (lambda sheet: sheet.update(kind="shop"), "gh-loom.json: kind 'shop' is not one of"),
        (lambda sheet: sheet.pop("products"), "gh-loom.json: 'products' is missing"),
    ],
)
def test_a_wrong_sheet_is_refused_with_its_file_and_product(tmp_path, change, message):
    folder = changed_sheet(tmp_path, change)

    with pytest.raises(SheetError) as refusal:
        stores(folder)

    assert str(refusal.value).startswith(message)


def test_a_file_that_is_no_json_is_refused_by_name(tmp_path):
    (tmp_path / "gh-loom.json").write_text("{", "utf-8")

    with pytest.raises(SheetError, match=r"gh-loom\.json: Expecting"):
        stores(tmp_path)


def test_the_festivals_come_in_the_file_s_order():
    assert [(one.slug, one.phase) for one in festivals()] == [
        ("100-stores-1000-products", "live"),
        ("leaf-bean-and-pod", "upcoming"),
        ("warp-weft-and-vat", "ended"),
        ("go-and-see", "enrolling"),
    ]
    assert festivals()[0].categories == ()
    assert festivals()[1].categories == ("food/coffee", "food/tea", "food/chocolate")


def test_festivals_point_at_categories_countries_and_drawings_that_exist():
    categories = {product.category for product in products()}
    kinds = {product.art for product in products()}
    countries = {pavilion.country for pavilion in pavilions()}

    for festival in festivals():
        assert set(festival.categories) <= categories
        assert set(festival.pavilions) <= countries
        assert set(festival.hero_kinds) <= kinds
    assert countries <= {store.country for store in stores()}


def test_every_text_is_there_in_six_languages_and_no_placeholder_is_left():
    for sheet in [*festivals(), *pavilions()]:
        assert set(sheet.texts) == set(LANGUAGES)
        assert all(text and "{{" not in text for text in all_texts(sheet))
    for festival in festivals():
        blocks = [set(texts.headings) for texts in festival.texts.values()]
        assert all(own == blocks[0] for own in blocks)


def test_placeholders_take_the_operator_s_figures():
    texts = festivals()[0].texts

    assert texts["en"].headings["under"].title == "Under $20.00"
    vouchers = texts["en"].headings["vouchers"].text
    assert vouchers.startswith("Every $300.00 in the festival saves $50.00.")
    assert texts["fr"].headings["under"].title == "À moins de 20,00\u00a0$US"
    assert filled("{{return_days}} or {{ return_days }}", placeholders()) == "30 or 30"


@pytest.mark.parametrize("ours", LANGUAGES)
def test_every_sum_among_the_figures_names_its_currency(ours):
    values = values_in(ours)

    assert all("$" in values[name] for name in SUMS)
    assert values.keys() == placeholders().keys()


def test_a_language_lays_its_words_over_the_copy_key_by_key():
    french = festivals()[0].texts["fr"].headings

    assert french["flash"].title == "Offres flash"
    assert french["how"].title == "Comment ça marche"


def test_a_placeholder_without_a_value_is_refused():
    with pytest.raises(SheetError, match="no value for the placeholder 'moon'"):
        filled("Under {{ moon }}", placeholders())


def test_a_festival_lives_from_midnight_to_midnight_in_its_own_zone():
    flagship: FestivalSheet = festivals()[0]

    starts_at, ends_at = flagship.window(date(2026, 11, 25))

    assert starts_at.astimezone(UTC) == datetime(2026, 11, 19, 21, tzinfo=UTC)
    assert ends_at.astimezone(UTC) == datetime(2026, 11, 29, 21, tzinfo=UTC)
