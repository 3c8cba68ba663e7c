"""Feeds keep the rules that channels publish.

The rules stand here as tables, apart from the code. Sources, looked up in November 2026: Google,
"Product data specification" (support.google.com/merchants/answer/7052112) with the pages of its
attributes; Meta, "Supported fields for products"
(developers.facebook.com/docs/commerce-platform/catalog/fields).
"""

import re
from datetime import timedelta

import pytest
from django.conf import settings

from shop.catalogue.models import Category, Term, Translation
from tests import make
from tests.make import END, NOON, START
from tests.shop.storefront.feeds.fitting import fit, google, lines, meta, picture

pytestmark = pytest.mark.django_db
SITE = settings.SITE_URL
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d[+-]\d{4}"
PRICE = r"\d+\.\d\d [A-Z]{3}"
ADDRESS = r"https?://[^\s<>\"]{1,1990}"
IMAGE = rf"{ADDRESS}\.(jpg|jpeg|png|gif|webp|bmp|tif|tiff)"
# By attribute: what the whole of it looks like, and its most letters.
OF_BOTH = {
    "id": (r"[!-~]+", 50), "title": (r".+", 150), "description": (r"(?s).+", 5_000),
    "link": (ADDRESS, 2_000), "image_link": (IMAGE, 2_000), "price": (PRICE, 50),
    "condition": ("new|refurbished|used", 20), "brand": (r".+", 70), "mpn": (r"[!-~]+", 70),
    "sale_price": (PRICE, 50), "sale_price_effective_date": (f"{MOMENT}/{MOMENT}", 51),
    "item_group_id": (r"[A-Za-z0-9_-]+", 50), "product_type": (r".+", 750),
    "gender": ("male|female|unisex", 6),
    "age_group": ("newborn|infant|toddler|kids|adult", 20), "color": (r".+", 100),
    "size": (r".+", 100), "material": (r".+", 200), "shipping_weight": (r"\d+ (g|kg|lb|oz)", 20),
}  # fmt: skip
OF_GOOGLE = OF_BOTH | {
    "availability": ("in_stock|out_of_stock|preorder|backorder", 20),
    "ships_from_country": ("[A-Z]{2}", 2), "min_handling_time": (r"\d+", 3),
    "max_handling_time": (r"\d+", 3),
}  # fmt: skip
OF_META = OF_BOTH | {
    "availability": ("in stock|out of stock|available for order|discontinued", 30),
    "additional_image_link": (rf"{IMAGE}(,{IMAGE})*", 2_000),
    "shipping": (rf"[A-Z]{{2}}:[^:]*:[^:]*:{PRICE}", 200), "origin_country": ("[A-Z]{2}", 2),
}  # fmt: skip
NEEDED = {
    "google": ("id", "title", "description", "link", "image_link", "availability", "price",
               "brand", "mpn", "condition", "shipping_weight"),
    "meta": ("id", "title", "description", "availability", "condition", "price", "link",
             "image_link", "brand"),
}  # fmt: skip
SHIPPING = {"country": "[A-Z]{2}", "service": r"\w+", "price": PRICE}


@pytest.fixture
def shelf(clock_at):
    """Return products that are hard to write down, one of them in a deal."""
    clock_at(NOON)
    wine, _made = Category.objects.get_or_create(path="food/wine", name="Wine", min_age=18)
    long = "Ein sehr langer Name, " * 7
    shirt = fit(
        30_00, title=long, description="<b>&amp; \x0b]]>\n" + "word " * 1_300, category=wine,
        option_names=["Size", "Colour", "Handle"], options=["M", "Indigo", "=1+1"],
        materials=["cotton", "linen"], of=make.merchant(name="=Store & <Sons> " + "x" * 70),
    ).product  # fmt: skip
    make.variant(31_00, of=shirt, options=["L", "Indigo", "x" * 60], on_hand=0)
    for _n in range(24):
        picture(shirt)
    sold = fit(25_00)
    make.deal(sold, during=make.festival(), price=20_00)
    make.delivery(4_50, country="CN")
    return sold


def breaches(told, rules, needed):
    """Return what of an item is against the rules."""
    found = [f"{name} is missing" for name in needed if not told.get(name)]
    for name, text in told.items():
        if name in ("additional_image_link", "shipping") and not isinstance(text, str):
            continue
        if text and name in rules:
            pattern, most = rules[name]
            if not re.fullmatch(pattern, text) or len(text) > most:
                found.append(f"{name}: {text[:80]!r}, {len(text)}")
        elif text:
            found.append(f"{name} is no attribute")
    return found


@pytest.mark.parametrize("where", [{}, {"country": "cn"}])
def test_each_item_for_google_keeps_each_rule(shelf, where):
    found = google(**where)

    assert len(found) == 3
    assert len({told["id"] for told in found}) == 3
    for told in found:
        assert breaches(told, OF_GOOGLE, NEEDED["google"]) == []
        assert len(told.get("additional_image_link", [])) <= 10
        assert all(re.fullmatch(IMAGE, one) for one in told.get("additional_image_link", []))
        if where:
            assert set(told["shipping"]) == set(SHIPPING)
            assert all(re.fullmatch(SHIPPING[name], text)
                       for name, text in told["shipping"].items())  # fmt: skip


@pytest.mark.parametrize("where", [{}, {"country": "cn"}])
def test_each_row_for_meta_keeps_each_rule(shelf, where):
    shelf.product.category.min_age = 0
    found = meta(**where)

    assert [told["title"] for told in found] == [shelf.product.title]  # wine is not for Meta
    Category.objects.update(min_age=0)
    found = meta(**where)
    assert len(found) == 3
    for told in found:
        rules = OF_META | {"brand": (r".+", 100), "mpn": (r".+", 70)}
        assert breaches(told, rules, NEEDED["meta"]) == []
        assert len(told["additional_image_link"].split(",")) <= 20


@pytest.mark.parametrize("read", [google, meta])
def test_clothes_have_gender_age_group_colour_and_size(shelf, read):
    Category.objects.filter(pk=shelf.product.category_id).update(is_worn=True)
    Term.objects.create(kind="value", term="Gold", names={"fr": "Or"})
    facts = {"gender": "female", "age_group": "kids", "colour": "Gold"}
    type(shelf.product).objects.filter(pk=shelf.product.pk).update(**facts)

    (told,) = (one for one in read() if one["title"] == shelf.product.title)

    found = [told[name] for name in ("gender", "age_group", "color", "size")]
    assert found == ["female", "kids", "Gold", "OS"]
    rules = OF_GOOGLE if read is google else OF_META
    assert breaches(told, rules | {"brand": (r".+", 100)}, ()) == []


def test_what_google_reads_of_a_product(shelf):
    product = shelf.product
    product.merchant.country = "KE"
    (told,) = (one for one in google(country="cn") if one["title"] == product.title)

    assert told == {
        "id": f"{product.merchant_id}-{shelf.sku}", "title": product.title,
        "description": "A kettle of steel.", "link": f"{SITE}/products/{product.slug}/",
        "image_link": f"{SITE}/media/a-800.jpg", "availability": "in_stock",
        "price": "25.00 USD", "sale_price": "20.00 USD",
        "sale_price_effective_date": f"{START:%Y-%m-%dT%H:%M}+0000/{END:%Y-%m-%dT%H:%M}+0000",
        "condition": "new", "brand": product.merchant.name, "mpn": shelf.sku,
        "product_type": "Kitchen", "shipping_weight": "500 g", "ships_from_country": "KE",
        "min_handling_time": "1", "max_handling_time": "3",
        "shipping": {"country": "CN", "service": "Parcel", "price": "4.50 USD"},
    }  # fmt: skip


def test_sizes_of_a_product_are_one_group_each_with_its_own_address(shelf):
    first, second = (one for one in google() if "item_group_id" in one)

    assert first["item_group_id"] == second["item_group_id"]
    assert first["link"] != second["link"]
    assert [one["availability"] for one in (first, second)] == ["in_stock", "out_of_stock"]
    assert (first["size"], first["color"], first["material"]) == ("M", "Indigo", "cotton, linen")
    assert first["age_group"] == "adult"


def test_every_address_of_a_feed_shows_what_the_feed_says(shelf, client):
    for told in lines():
        page = client.get(told["link"].removeprefix(SITE))

        assert page.status_code == 200
        assert f"${told['sale_price'] or told['price']}" in page.text


def test_experiences_are_told_to_partners_and_to_no_shop_window(clock_at):
    clock_at(NOON)
    walk = make.product(kind="experience", title="Walk", description="Through the old town.")
    picture(walk)
    starts = NOON + timedelta(days=3)
    make.variant(9_00, of=walk, options=["Adult"], session_start=starts, session_zone="UTC")

    assert google() == meta() == []
    (told,) = lines()
    assert (told["kind"], told["starts"], told["price"]) == (
        "experience", starts.isoformat(), "9.00",
    )  # fmt: skip


def test_a_feed_in_a_language_has_what_is_translated_and_its_addresses(clock_at):
    clock_at(NOON)
    Term.objects.create(kind="value", term="Large", names={"fr": "Grande"})
    both = fit(titles={"fr": "Bouilloire"}, option_names=["Size"], options=["Large"]).product
    make.variant(9_00, of=both, options=["Small"])
    Translation.objects.create(
        product=both, language="fr", words={"description": "Une bouilloire."}, changed_at=NOON
    )
    fit(titles={"fr": "Sans description"})
    fit()

    first, _second = google(language="fr")

    assert first["title"] == "Bouilloire – Grande"
    assert first["description"] == "Une bouilloire."
    assert first["link"].startswith(f"{SITE}/fr/products/{both.slug}/?variant=")
    assert len(google()) == 4
