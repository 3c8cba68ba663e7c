"""Sheets of other systems, with the columns that these write themselves; twice without change.

The columns are those that the systems publish: Shopify's older and newer ones, WooCommerce's
export, Etsy's download of listings. The products are ours.
"""

import pytest

from shop.catalogue.models import Category, Product
from shop.merchant.imports.headings.formats import recognize
from shop.merchant.imports.models import CatalogueSpreadsheet, SpreadsheetPicture
from tests.shop.merchant.imports.bringing import (
    all_in,
    checked,
    csv_of,
    outcomes,
    problems,
    sent,
    store,
    told,
)

pytestmark = pytest.mark.django_db


def columns(text: str) -> list[str]:
    """Return the names of columns, which are divided by commas."""
    return text.strip().replace("\n", "").split(",")


SHOPIFY = columns("""
Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,
Option1 Value,Option1 Linked To,Option2 Name,Option2 Value,Option2 Linked To,Option3 Name,
Option3 Value,Option3 Linked To,Variant SKU,Variant Grams,Variant Inventory Tracker,
Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,
Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Unit Price Total Measure,
Unit Price Total Measure Unit,Unit Price Base Measure,Unit Price Base Measure Unit,
Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,SEO Title,SEO Description,
Variant Image,Variant Weight Unit,Variant Tax Code,Cost per item,Status
""")
SHOPIFY_NEW = columns("""
Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,
Status,SKU,Barcode,Option1 name,Option1 value,Option1 Linked To,Option2 name,Option2 value,
Option2 Linked To,Option3 name,Option3 value,Option3 Linked To,Price,Compare-at price,
Cost per item,Charge tax,Tax code,Unit price total measure,Unit price total measure unit,
Unit price base measure,Unit price base measure unit,Inventory tracker,Inventory quantity,
Continue selling when out of stock,Weight value (grams),Weight unit for display,
Requires shipping,Fulfillment service,Product image URL,Image position,Image alt text,
Variant image URL,Gift card,SEO title,SEO description,Google Shopping / Gender,
Google Shopping / Age group
""")
WOO = columns("""
ID,Type,SKU,GTIN,Name,Published,Is featured?,Visibility in catalog,Short description,
Description,Date sale price starts,Date sale price ends,Tax status,Tax class,In stock?,Stock,
Low stock amount,Backorders allowed?,Sold individually?,Weight (lbs),Length (in),Width (in),
Height (in),Allow customer reviews?,Purchase note,Sale price,Regular price,Categories,Tags,
Shipping class,Images,Download limit,Download expiry days,Parent,Grouped products,Upsells,
Cross-sells,External URL,Button text,Position,Attribute 1 name,Attribute 1 value(s),
Attribute 1 visible,Attribute 1 global,Attribute 2 name,Attribute 2 value(s),
Attribute 2 visible,Attribute 2 global
""")
ETSY = columns("""
TITLE,DESCRIPTION,PRICE,CURRENCY_CODE,QUANTITY,TAGS,MATERIALS,IMAGE1,IMAGE2,IMAGE3,IMAGE4,
IMAGE5,IMAGE6,IMAGE7,IMAGE8,IMAGE9,IMAGE10,VARIATION 1 TYPE,VARIATION 1 NAME,
VARIATION 1 VALUES,VARIATION 2 TYPE,VARIATION 2 NAME,VARIATION 2 VALUES,SKU
""")


def lines(head: list[str], *rows: dict[str, str]) -> list[list[str]]:
    """Return rows under all the columns of a system; one that is not there is a slip of ours."""
    for row in rows:
        assert set(row) <= set(head), set(row) - set(head)
    return [head, *([row.get(name, "") for name in head] for row in rows)]


def old_shopify() -> list[list[str]]:
    shirt = {"Handle": "ocean-shirt", "Option1 Name": "", "Image Src": ""}
    return lines(
        SHOPIFY,
        {**shirt, "Title": "Ocean shirt", "Vendor": "Pwani", "Type": "Shirts", "Published": "true",
         "Body (HTML)": "<p>Cool &amp; light.</p><ul><li>Cotton</li><li>Buttons</li></ul>"
                        "<script>alert(1)</script>",
         "Product Category": "Apparel & Accessories > Clothing > Shirts", "Tags": "men, blue",
         "Option1 Name": "Size", "Option1 Value": "S", "Option2 Name": "Colour",
         "Option2 Value": "Blue", "Variant SKU": "OS-S", "Variant Grams": "250",
         "Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "3",
         "Variant Price": "50.00", "Variant Compare At Price": "60.00",
         "Image Src": "https://pictures.example/one.jpg", "Image Position": "1",
         "Image Alt Text": "A blue shirt", "Variant Weight Unit": "kg", "Status": "active"},
        {**shirt, "Option1 Value": "M", "Option2 Value": "Blue", "Variant SKU": "OS-M",
         "Variant Grams": "260", "Variant Inventory Qty": "-2", "Variant Price": "52.00",
         "Image Src": "https://pictures.example/two.jpg", "Image Position": "2"},
        {**shirt, "Image Src": "https://pictures.example/three.jpg", "Image Position": "3"},
        {"Handle": "gift", "Title": "Clay pot", "Option1 Name": "Title", "Type": "Pots",
         "Option1 Value": "Default Title", "Variant Price": "9.99", "Variant Inventory Qty": "1",
         "Variant Grams": "0", "Published": "false", "Status": "draft"},
    )  # fmt: skip


def new_shopify() -> list[list[str]]:
    return lines(
        SHOPIFY_NEW,
        {"Title": "Ocean shirt", "URL handle": "ocean-shirt", "Type": "Shirts",
         "Description": "<p>Cool &amp; light.</p><ul><li>Cotton</li><li>Buttons</li></ul>",
         "Tags": "men, blue", "Published on online store": "TRUE", "Status": "Active",
         "SKU": "OS-S", "Option1 name": "Size", "Option1 value": "S", "Option2 name": "Colour",
         "Option2 value": "Blue", "Price": "50.00", "Inventory quantity": "3",
         "Weight value (grams)": "250", "Weight unit for display": "kg",
         "Product image URL": "https://pictures.example/one.jpg",
         "Image alt text": "A blue shirt"},
        {"URL handle": "ocean-shirt", "SKU": "OS-M", "Option1 value": "M", "Option2 value": "Blue",
         "Price": "52.00", "Inventory quantity": "-2", "Weight value (grams)": "260",
         "Product image URL": "https://pictures.example/two.jpg"},
        {"URL handle": "ocean-shirt", "Product image URL": "https://pictures.example/three.jpg"},
        {"Title": "Clay pot", "URL handle": "gift", "Option1 name": "Title", "Type": "Pots",
         "Option1 value": "Default Title", "Price": "9.99", "Inventory quantity": "1",
         "Weight value (grams)": "0", "Published on online store": "FALSE", "Status": "Draft"},
    )  # fmt: skip


CATEGORIES = {"shirts": "fashion", "pots": "home/decor"}


@pytest.mark.parametrize("write", [old_shopify, new_shopify])
def test_shopifys_sheets_are_read_row_by_row_and_twice_without_change(write):
    own = store(country="KE")

    sheet = all_in(own, csv_of(write()), categories=CATEGORIES)

    assert (sheet.format, problems(sheet)) == ("shopify", {})
    shirt, pot = Product.objects.order_by("pk")
    assert told(shirt) == {
        "title": "Ocean shirt", "summary": "",
        "description": "Cool & light.\n\n• Cotton\n• Buttons", "category": "fashion",
        "materials": [], "tags": ["men", "blue"], "origin": "", "hs_code": "", "state": "draft",
        "options": ["Size", "Colour"],
        "sizes": [("OS-S", ("S", "Blue"), 50_00, 3, 250), ("OS-M", ("M", "Blue"), 52_00, 0, 260)],
    }  # fmt: skip
    assert told(pot)["sizes"] == [("GIFT", (), 9_99, 1, 0)]
    assert told(pot)["options"] == []
    hidden = dict(sheet.brought.values_list("product__title", "after__hidden"))
    assert hidden == {"Ocean shirt": False, "Clay pot": True}
    pictures = SpreadsheetPicture.objects.order_by("position").values_list("source", "alt")
    assert list(pictures) == [
        ("https://pictures.example/one.jpg", "A blue shirt"),
        ("https://pictures.example/two.jpg", "Ocean shirt"),
        ("https://pictures.example/three.jpg", "Ocean shirt"),
    ]  # fmt: skip
    before = [told(shirt), told(pot)]

    again = all_in(own, csv_of(write()), categories=CATEGORIES)

    assert {outcome for _state, outcome in outcomes(again)} == {"same"}
    assert [told(row) for row in Product.objects.order_by("pk")] == before
    assert SpreadsheetPicture.objects.count() == 3


def woo() -> list[list[str]]:
    hoodie = {"Attribute 1 name": "Colour", "Attribute 2 name": "Size"}
    return lines(
        WOO,
        {"ID": "44", "Type": "variable", "SKU": "hoodie", "Name": "Hoodie", "Published": "1",
         "Visibility in catalog": "visible", "Short description": "<p>Warm.</p>",
         "Description": r"<p>Thick cotton.</p>\n<p>Two pockets.</p>", "In stock?": "1",
         "Weight (lbs)": "1.5", "Categories": "Clothing > Hoodies, Sale", "Tags": "warm, soft",
         "Images": "https://pictures.example/h1.jpg, https://pictures.example/h2.jpg",
         **hoodie, "Attribute 1 value(s)": "Blue, Green", "Attribute 2 value(s)": "S, M"},
        {"ID": "45", "Type": "variation", "SKU": "hoodie-blue-s", "Name": "Hoodie - Blue, S",
         "Published": "1", "Stock": "4", "Weight (lbs)": "1.5", "Regular price": "45",
         "Sale price": "40", "Parent": "hoodie", **hoodie, "Attribute 1 value(s)": "Blue",
         "Attribute 2 value(s)": "S", "Images": "https://pictures.example/h3.jpg"},
        {"ID": "46", "Type": "variation", "SKU": "hoodie-green-m", "Name": "Hoodie - Green, M",
         "Published": "1", "Stock": "parent", "Weight (lbs)": "2", "Regular price": "45.50",
         "Parent": "id:44", **hoodie, "Attribute 1 value(s)": "Green",
         "Attribute 2 value(s)": "M"},
        {"ID": "47", "Type": "simple", "SKU": "beanie", "Name": "Beanie", "Published": "-1",
         "Visibility in catalog": "hidden", "Stock": "7", "Regular price": "18",
         "Categories": "Clothing > Hoodies, Sale", "Weight (lbs)": "0.2"},
        {"ID": "48", "Type": "simple, downloadable, virtual", "SKU": "album", "Name": "Album",
         "Published": "1", "Regular price": "15", "Categories": "Clothing > Hoodies, Sale"},
    )  # fmt: skip


def test_woocommerces_sheet_is_read_row_by_row_and_twice_without_change():
    own = store()
    names = {"clothing > hoodies, sale": "fashion"}

    sheet = all_in(own, csv_of(woo()), categories=names)

    assert sheet.format == "woocommerce"
    assert problems(sheet) == {
        6: ["This kind of product cannot be sold here: goods that are sent can."]
    }
    hoodie, beanie = Product.objects.order_by("pk")
    assert told(hoodie) == {
        "title": "Hoodie", "summary": "Warm.", "description": "Thick cotton.\n\nTwo pockets.",
        "category": "fashion", "materials": [], "tags": ["warm", "soft"], "origin": "",
        "hs_code": "", "state": "draft", "options": ["Colour", "Size"],
        "sizes": [("hoodie-blue-s", ("Blue", "S"), 45_00, 4, 680),
                  ("hoodie-green-m", ("Green", "M"), 45_50, 0, 907)],
    }  # fmt: skip
    assert told(beanie)["sizes"] == [("beanie", (), 18_00, 7, 91)]
    hidden = dict(sheet.brought.values_list("product__title", "after__hidden"))
    assert hidden == {"Hoodie": False, "Beanie": True}
    assert [row.source[-6:] for row in SpreadsheetPicture.objects.order_by("position")] == [
        "h1.jpg", "h2.jpg", "h3.jpg",
    ]  # fmt: skip
    again = all_in(own, csv_of(woo()), categories=names)
    assert {found for state, found in outcomes(again) if state == "done"} == {"same"}


def etsy() -> list[list[str]]:
    return lines(
        ETSY,
        {"TITLE": "Sisal basket &quot;Taita&quot;", "DESCRIPTION": "Woven by hand.\nTwo sizes.",
         "PRICE": "35.00", "CURRENCY_CODE": "USD", "QUANTITY": "8", "TAGS": "sisal_basket,storage",
         "MATERIALS": "sisal,leather", "IMAGE1": "https://pictures.example/b.jpg",
         "VARIATION 1 TYPE": "Dropdown", "VARIATION 1 NAME": "Size",
         "VARIATION 1 VALUES": "Small,Large", "VARIATION 2 TYPE": "Dropdown",
         "VARIATION 2 NAME": "Colour", "VARIATION 2 VALUES": "Natural,Red",
         "SKU": "TB-SN,TB-SR,TB-LN,TB-LR"},
        {"TITLE": "Key ring", "DESCRIPTION": "Brass.", "PRICE": "6.50", "CURRENCY_CODE": "USD",
         "QUANTITY": "20", "SKU": "KR-1"},
        {"TITLE": "Euro ring", "DESCRIPTION": "Brass.", "PRICE": "6.50", "CURRENCY_CODE": "EUR",
         "QUANTITY": "20", "SKU": "KR-2"},
    )  # fmt: skip


def test_etsys_sheet_is_read_row_by_row_and_twice_without_change():
    own = store()

    sheet = all_in(own, csv_of(etsy()), otherwise="home/decor")

    assert sheet.format == "etsy"
    assert problems(sheet) == {4: ["The shop’s prices are in USD."]}
    basket, ring = Product.objects.order_by("pk")
    assert told(basket) == {
        "title": 'Sisal basket "Taita"', "summary": "", "description": "Woven by hand.\nTwo sizes.",
        "category": "home/decor", "materials": ["sisal", "leather"],
        "tags": ["sisal basket", "storage"], "origin": "", "hs_code": "", "state": "draft",
        "options": ["Size", "Colour"],
        "sizes": [("TB-SN", ("Small", "Natural"), 35_00, 0, 0),
                  ("TB-SR", ("Small", "Red"), 35_00, 0, 0),
                  ("TB-LN", ("Large", "Natural"), 35_00, 0, 0),
                  ("TB-LR", ("Large", "Red"), 35_00, 0, 0)],
    }  # fmt: skip
    assert told(ring)["sizes"] == [("KR-1", (), 6_50, 20, 0)]
    notes = sheet.rows.get(number=2).cells["notes"]
    assert notes == ["The sheet has one stock for all sizes together: type each of them."]
    again = all_in(own, csv_of(etsy()), otherwise="home/decor")
    assert {found for state, found in outcomes(again) if state == "done"} == {"same"}


def test_a_sheet_of_a_stores_own_is_guessed_at_and_says_so():
    own = store(country="SN")
    rows = [
        ["Catalogue de novembre"],
        ["Référence", "Désignation", "Title EN", "Pointure", "Prix", "Stk", "Poids (kg)", "photo",
         "Remarques"],
        ["SN-1", "Sandale", "Toe-loop sandal", "38", "46,00", "18", "0,42", "P1.JPG", "à refaire"],
        ["SN-2", "", "Toe-loop sandal", "40", "46,00", "12", "0,45", "", ""],
    ]  # fmt: skip

    sheet = sent(own, csv_of(rows, divider=";", encoding="cp1252"))

    assert sheet.fields == [
        "sku",
        "title",
        "",
        "choice",
        "price",
        "stock",
        "weight_kg",
        "image",
        "",
    ]
    assert sheet.choices["decimal"] == "comma"
    assert all(sheet.choices["guesses"][:2])
    told_so = {"Désignation": "title:fr", "Title EN": "title"}
    sheet = checked(sheet, told_so, otherwise="fashion/footwear")
    assert problems(sheet) == {}
    sheet = all_in(own, csv_of(rows, divider=";", encoding="cp1252"))  # columns are remembered
    product = Product.objects.get()
    assert told(product)["sizes"] == [("SN-1", ("38",), 46_00, 18, 420),
                                      ("SN-2", ("40",), 46_00, 12, 450)]  # fmt: skip
    assert (product.title, product.titles, product.option_names) == (
        "Toe-loop sandal", {"fr": "Sandale"}, ["Pointure"],
    )  # fmt: skip


@pytest.mark.parametrize("head", [SHOPIFY, SHOPIFY_NEW, WOO, ETSY])
def test_no_two_columns_of_a_system_are_the_same_field(head):
    found = recognize(head)
    once = [name for name in found.fields if name and name != "image"]

    assert len(once) == len(set(once))
    assert not any(found.is_guess)
    assert found.format != CatalogueSpreadsheet.Format.OTHER


def test_a_category_that_nobody_knows_is_asked_about_once():
    own = store()
    Category.objects.filter(path="home").update(names={"fr": "Maison"})

    sheet = checked(sent(own, csv_of(old_shopify())))
    assert sheet.asked["categories"] == {"shirts": 1, "pots": 1}

    rows = lines(SHOPIFY, {"Handle": "a", "Title": "A", "Type": "MAISON", "Variant Price": "1"})
    sheet = checked(sent(own, csv_of(rows)))
    assert problems(sheet) == {}
