"""Variants are made from options, and many rows are filled at once; only saving saves."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shop.catalogue.models import Product, Variant
from shop.festivals.models import RegularPrice
from tests.hostile_files import picture
from tests.shop.merchant.dashboard.products.test_edit import body, form_of, row

pytestmark = pytest.mark.django_db
SHOE = {"m-name_1": "Size", "m-values_1": "41, 42, 43, 44", "m-name_2": "Colour",
        "m-values_2": "White, Caramel, Indigo", "m-price": "58", "m-units": "9",
        "m-weight_g": "480", "m-code": "KMC-002"}  # fmt: skip


@pytest.fixture
def new(desk):
    return desk.address("{store}/products/new/")


def rows_of(answer):
    return [
        {name: form[name].value() for name in form.fields if form[name].value()}
        for form in answer.context["grid"].forms
    ]


def sent_again(answer):
    """Return what the browser sends when somebody presses Save on a page as it was answered."""
    sent = {field.html_name: field.value() for field in answer.context["form"]}
    grid = answer.context["grid"]
    sent |= {"v-TOTAL_FORMS": len(grid.forms), "v-INITIAL_FORMS": 0}
    for form in grid.forms:
        sent |= {field.html_name: field.value() or "" for field in form}
    return {name: value for name, value in sent.items() if value or value == 0}


def test_a_dozen_variants_take_eight_typed_cells(client, new):
    """Etsy's way: a dozen in under twenty cells."""
    assert len(SHOE) < 20
    page = client.post(new, body({}, {}, option_names="", make="1") | SHOE)

    assert page.status_code == 200
    assert len(rows_of(page)) == 12
    assert not Variant.objects.filter(sku__startswith="KMC").exists()
    assert client.post(new, sent_again(page)).status_code == 302
    made = Product.objects.get(title="Adire throw, deep indigo")
    assert made.option_names == ["Size", "Colour"]
    variants = list(made.variants.select_related("pool"))
    assert len(variants) == 12
    assert variants[0].options == ["41", "White"]
    assert {(v.pool.on_hand, v.weight_g) for v in variants} == {(9, 480)}
    assert len({v.sku for v in variants}) == 12
    assert variants[0].sku == "KMC-002-41-WHIT"
    prices = RegularPrice.objects.filter(variant__product=made)
    assert set(prices.values_list("amount", flat=True)) == {58_00}


def test_three_options_are_kept_in_their_order(client, new):
    three = SHOE | {"m-name_3": "Sole", "m-values_3": "Leather, Rubber", "m-values_1": "41, 42"}

    page = client.post(new, body(make="1") | three)
    client.post(new, sent_again(page))

    made = Product.objects.get(title="Adire throw, deep indigo")
    assert made.option_names == ["Size", "Colour", "Sole"]
    assert [v.options for v in made.variants.all()][:3] == [
        ["41", "White", "Leather"], ["41", "White", "Rubber"], ["41", "Caramel", "Leather"],
    ]  # fmt: skip
    assert made.variants.count() == 12


def test_what_is_there_stays_and_only_what_is_missing_is_made(client, new):
    one = {"first": "41", "second": "White", "sku": "MINE", "price": "60.00", "units": "1",
           "weight_g": "500"}  # fmt: skip

    page = client.post(new, body(one, {}, option_names="Size, Colour", make="1") | SHOE)

    rows = rows_of(page)
    assert len(rows) == 12
    assert rows[0]["sku"] == "MINE"
    assert rows[0]["price"] == "60.00"


def test_a_new_option_gives_what_was_there_its_first_value(client, new):
    page = client.post(new, body(row(sku="A", size="41"), row(sku="B", size="42"), make="1")
                       | SHOE | {"m-values_1": "41, 42"})  # fmt: skip

    rows = rows_of(page)
    assert [(r["first"], r["second"]) for r in rows if r["sku"] in "AB"] == [
        ("41", "White"), ("42", "White"),
    ]  # fmt: skip
    assert len(rows) == 6


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"m-name_1": ""}, "Say what can be chosen"),
        ({"m-values_2": ""}, "Enter its values"),
        ({"m-values_1": ",".join(map(str, range(40))), "m-values_2": "a,b,c"}, "100 variants"),
        ({"m-price": "cheap"}, "Enter a price"),
        ({"m-units": "-1"}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_made_is_said_and_what_was_typed_stays(client, new, wrong, said):
    page = client.post(new, body(row(), make="1") | SHOE | wrong)

    assert page.status_code == 422
    assert said in page.text
    assert page.context["form"]["title"].value() == "Adire throw, deep indigo"
    assert rows_of(page)[0]["sku"] == "AD-TH-140"


@pytest.mark.parametrize(
    ("fill", "column", "values"),
    [
        ({"f-what": "price", "f-value": "62.50"}, "price", ["62.50"] * 3),
        ({"f-what": "weight_g", "f-value": "700", "f-which": "42"}, "weight_g",
         ["1350", "700", "1350"]),
        ({"f-what": "units", "f-value": "5", "f-which": "43"}, "units", ["34", "34", "5"]),
        ({"f-what": "is_off", "f-which": "41"}, "is_off", [True, None, None]),
    ],
)  # fmt: skip
def test_many_rows_are_filled_at_once(client, new, fill, column, values):
    rows = [row(sku=f"S{n}", size=str(n)) for n in (41, 42, 43)]

    page = client.post(new, body(*rows, fill="1") | fill)

    assert page.status_code == 200
    assert [r.get(column) for r in rows_of(page)] == values
    assert not Variant.objects.filter(sku="S41").exists()


@pytest.mark.parametrize("value", ["", "many", "1.5"])
def test_a_value_that_is_none_fills_nothing(client, new, value):
    page = client.post(new, body(row(), fill="1") | {"f-what": "units", "f-value": value})

    assert page.status_code == 422
    assert rows_of(page)[0]["units"] == "34"


def test_a_published_product_gets_the_sizes_that_it_lacks(client, desk):
    own = desk.address("{store}/products/{product}/")
    sent = form_of(client, own) | {"make": "1", "m-name_1": "Size", "m-values_1": "S, M",
                                   "m-price": "20", "m-units": "3"}  # fmt: skip

    page = client.post(own, sent)

    assert [r["first"] for r in rows_of(page)] == ["S", "M"]
    assert rows_of(page)[0]["sku"] == desk.variant.sku


def test_rows_that_are_there_count_among_the_hundred(client, new):
    rows = [row(sku=f"S{n}", size=str(n)) for n in range(60)]
    more = SHOE | {"m-values_1": "a,b,c,d,e,f,g,h,i,j", "m-values_2": "1,2,3,4,5,6,7,8,9,10"}

    page = client.post(new, body(*rows, make="1") | more)

    assert page.status_code == 422
    assert "100 variants" in page.text
    assert len(rows_of(page)) == 60


def test_a_hundred_variants_can_be_saved_and_opened_again(client, new):
    most = SHOE | {"m-values_1": ",".join(map(str, range(20))), "m-values_2": "a,b,c,d,e"}
    page = client.post(new, body(make="1") | most)
    assert client.post(new, sent_again(page)).status_code == 302

    made = Product.objects.get(title="Adire throw, deep indigo")
    assert made.variants.count() == 100
    own = f"/merchant/{made.merchant.slug}/products/{made.pk}/"
    assert client.post(own, form_of(client, own)).status_code == 302


def photo(name="door.jpg"):
    return SimpleUploadedFile(name, picture("JPEG", (1200, 1200)))


def test_pictures_come_with_the_first_save(client, new):
    sent = body(row()) | {"files": [photo(), photo("back.jpg")], "alt": "A blue door"}

    page = client.post(new, sent, follow=True)

    made = Product.objects.get(title="Adire throw, deep indigo")
    assert [shown.picture.alt for shown in made.shown_pictures.all()] == ["A blue door"] * 2
    assert "The draft is saved. Look it over" in page.text


def test_a_picture_that_is_none_does_not_keep_the_draft_back(client, new):
    sent = body(row()) | {"files": SimpleUploadedFile("a.jpg", b"<script>"), "alt": "A door"}

    page = client.post(new, sent, follow=True)

    made = Product.objects.get(title="Adire throw, deep indigo")
    assert not made.shown_pictures.exists()
    assert "a.jpg:" in page.text
