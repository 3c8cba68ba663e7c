import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from wagtail.models import Collection

from shop.catalogue.models import Category, ProductPicture
from shop.pictures.models import Picture
from tests import make
from tests.make import END, NOON

pytestmark = pytest.mark.django_db

HOSTILE = "</script><script>alert(1)</script>\"'& {{ site.name }}"


def show(product, language="", client=None):
    answer = (client or Client()).get(f"{language}/products/{product.slug}/")
    assert answer.status_code == 200
    return answer.text


RADIO = re.compile(
    r'name="variant" value="\d+"([^>]*)><span><bdi>(.*?)</bdi></span>(?:<small>(.*?)</small>)?'
)


def choices(text):
    found = RADIO.findall(text)
    return [(label, note, "checked" in rest, "disabled" in rest) for rest, label, note in found]


def test_a_product_at_its_everyday_price_can_be_bought():
    kettle = make.variant(20_00, on_hand=34)

    text = show(kettle.product)

    assert "<strong>$20.00</strong>" in text
    assert '<form method="post" action="/cart/add/">' in text
    assert f'<input type="hidden" name="variant" value="{kettle.pk}">' in text
    assert 'name="quantity"' in text
    assert "In stock, 34 pieces in Nairobi" in text
    assert "csrfmiddlewaretoken" not in text


def test_a_festival_price_stands_beside_the_lowest_of_the_30_days_before():
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00)

    text = show(kettle.product)

    assert '<ins><span class="hide">Festival price </span>$15.00</ins>' in text
    assert "Lowest price in the 30 days before: $20.00" in text
    assert "−25 %" in text
    assert "Festival price until 19 May" in text
    assert 'datetime="2027-05-20T00:00:00+00:00"' in text


def test_the_end_of_a_flash_deal_is_named_with_its_zone():
    kettle = make.variant(20_00)
    festival = make.festival(zone="Africa/Nairobi")
    slot = make.slot(festival, starts_at=NOON, ends_at=NOON + timedelta(hours=6))
    make.deal(kettle, during=slot, price=15_00, allotment=10)

    assert "Deal ends 12 May at 21:00, East Africa Time" in show(kettle.product)


def test_a_limited_deal_says_that_it_needs_an_account():
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=60, per_shopper=2)

    text = show(kettle.product)

    assert "60 left, 2 per shopper" in text
    assert "It is limited to 2 units per account." in text
    assert f'href="/account/login/?next=/products/{kettle.product.slug}/"' in text


def test_when_all_is_claimed_the_regular_price_is_back():
    kettle = make.variant(20_00)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=10)
    type(deal).objects.filter(pk=deal.pk).update(sold=10)
    make.running.Closure.objects.create(deal=deal, reason="sold_out", starts_at=NOON)
    with make.transaction.atomic():
        since = make.spans.lock_prices([kettle.product_id], at=NOON)
        make.spans.rebuild([kettle.product_id], since=since, what="sold out")

    text = show(kettle.product)

    assert "<strong>$20.00</strong>" in text
    assert "10 of 10 claimed" in text
    assert "All claimed, regular price" in text


def test_units_that_wait_for_a_deal_to_come_are_not_for_sale():
    kettle = make.variant(20_00, on_hand=10)
    festival = make.festival(starts_at=NOON + timedelta(days=1), ends_at=END)
    make.deal(kettle, during=festival, price=15_00, allotment=8)

    assert "In stock, 2 pieces in Nairobi" in show(kettle.product)


def test_the_cheapest_that_can_be_bought_is_chosen_and_what_is_gone_stays_to_see():
    small = make.variant(10_00, options=["Small"], on_hand=0)
    make.variant(30_00, of=small.product, options=["Large"], position=1)
    make.variant(20_00, of=small.product, options=["Medium"], position=2)

    text = show(small.product)

    assert choices(text) == [
        ("Small", "Sold out", False, True),
        ("Large", "$30.00", False, False),
        ("Medium", "$20.00", True, False),
    ]
    assert "<strong>$20.00</strong>" in text


def test_names_of_options_are_translated_where_they_are_known():
    small = make.variant(of=make.product(option_names=["Size", "Colour"]), options=["S", "Red"])
    make.variant(of=small.product, options=["L", "Red"])

    assert "<legend>Size, Colour</legend>" in show(small.product)
    assert "<legend>Taille, Couleur</legend>" in show(small.product, "/fr")


def test_a_product_that_is_sold_out_has_no_button_to_press():
    kettle = make.variant(on_hand=0)

    text = show(kettle.product)

    assert '<button class="btn big" disabled>Sold out</button>' in text
    assert "Add to cart" not in text


def test_the_cheapest_delivery_to_the_chosen_country_is_promised():
    kettle = make.variant()
    make.delivery(6_90)
    make.delivery(19_00, service="express")

    text = show(kettle.product)

    assert "Arrives 18 to 26 May" in text
    assert "China, $6.90" in text
    assert "Duties are not included" in text


def test_a_country_that_is_not_served_is_told():
    kettle = make.variant()
    browser = Client()
    browser.cookies["country"] = "FR"

    assert "This product cannot be sent to France." in show(kettle.product, client=browser)


def test_a_price_in_the_shoppers_currency_is_marked_as_approximate():
    kettle = make.variant(20_00)
    browser = Client()
    browser.cookies["currency"] = "CNY"

    text = show(kettle.product, client=browser)

    assert re.search(r"About CN¥1\d\d\.\d\d in your currency\. You pay \$20\.00\.", text)
    assert "in your currency" not in show(kettle.product)


def test_an_experience_cannot_be_bought_before_there_are_dates():
    walk = make.variant(of=make.product(kind="experience", duration_minutes=150,
                                        meeting_point="At the old gate"))  # fmt: skip

    text = show(walk.product)

    assert "Dates open soon" in text
    assert "Add to cart" not in text
    assert "2 hours 30 minutes" in text
    assert "At the old gate" in text


def test_words_without_a_translation_are_marked_with_their_language():
    kettle = make.product(title="Kettle", titles={"fr": "Bouilloire"}, description="It boils.")
    make.variant(of=kettle)

    assert "<h1>Kettle</h1>" in show(kettle)
    assert "<h1>Bouilloire</h1>" in show(kettle, "/fr")
    assert '<h1><bdi lang="en">Kettle</bdi></h1>' in show(kettle, "/ar")
    assert 'lang="en" dir="auto">\n          <p>It boils.</p>' in show(kettle, "/fr")


def test_details_are_told_as_far_as_they_are_known():
    kettle = make.product(materials=["copper", "cork"], origin="KE", hs_code="7418.10")
    make.variant(of=kettle, weight_g=1_250)

    facts = re.findall(r"<dt>(.*?)</dt><dd[^>]*><bdi>(.*?)</bdi></dd>", show(kettle))

    assert facts == [
        ("Material", "copper, cork"),
        ("Made in", "Kenya"),
        ("Weight", "1.25 kg"),
        ("Customs code", "7418.10"),
    ]


def test_pictures_come_in_their_order_with_their_words():
    kettle = make.variant().product
    for position, name in enumerate(("side", "top")):
        sizes = {"jpeg": {"320": f"/m/{name}-320.jpg", "1200": f"/m/{name}-1200.jpg"}}
        picture = Picture.objects.create(
            title=name, alt=f"From the {name}", sizes=sizes, width=1, height=1, file=f"{name}.jpg",
            collection=Collection.get_first_root_node() or Collection.add_root(name="Root"),
        )  # fmt: skip
        ProductPicture.objects.create(product=kettle, picture=picture, position=position)

    text = show(kettle)

    assert re.findall(r'<img id="v(\d)" src="(.*?)"', text) == [
        ("1", "/m/side-1200.jpg"),
        ("2", "/m/top-1200.jpg"),
    ]
    assert 'alt="From the side"' in text
    assert 'alt="Picture 2: From the top"' in text


def test_the_way_here_leads_through_the_categories():
    Category.objects.create(path="home", name="Home")
    kettle = make.variant()

    crumbs = re.findall(
        r'<li><a href="([^"]*)">([^<]*)</a></li>', show(kettle.product).split('"crumbs')[1]
    )

    assert crumbs[:4] == [
        ("/", "Festival"),
        ("/products/", "Products"),
        ("/products/?category=home", "Home"),
        ("/products/?category=home%2Fkitchen", "Kitchen"),
    ]


def test_more_of_the_store_and_more_of_the_kind():
    kettle = make.variant()
    same_store = make.variant(of=make.product(of=kettle.product.merchant))
    same_kind = make.variant()
    make.listed(kettle.product, same_store.product, same_kind.product)

    text = show(kettle.product)

    of_store, alike = text.split(f"More from {kettle.product.merchant.name}")[1].split(
        "You may also like"
    )
    assert same_store.product.title in of_store
    assert same_kind.product.title in alike
    assert kettle.product.slug not in of_store + alike.split("</section>")[0]


def test_machines_read_the_price_of_now_and_none_to_come():
    kettle = make.variant(20_00, options=["Red"])
    make.deal(kettle, during=make.festival(starts_at=NOON + timedelta(days=1)), price=15_00)

    text = show(kettle.product)

    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text)[1])
    assert data["name"] == kettle.product.title
    assert [(o["price"], o["priceCurrency"], o["availability"]) for o in data["offers"]] == [
        ("20.00", "USD", "https://schema.org/InStock")
    ]
    assert "15.00" not in text


def test_hostile_words_are_shown_as_text():
    store = make.merchant(name=HOSTILE, city=HOSTILE, tagline=HOSTILE)
    words = dict.fromkeys(("title", "summary", "description", "meeting_point"), HOSTILE)
    product = make.product(of=store, materials=[HOSTILE], option_names=["<i>"], **words)
    make.variant(of=product, options=["<i>a"])
    make.variant(of=product, options=["<i>b"])

    for language in ("", "/ar"):
        text = show(product, language)
        assert "<script>alert" not in text
        assert "<i>" not in text
        assert text.count("</script>") == text.count("<script")


@pytest.mark.parametrize(
    ("state", "words"), [("withdrawn", "no longer on sale"), ("draft", "not on the map")]
)
def test_a_product_that_is_not_on_sale_is_not_found(state, words):
    kettle = make.variant().product
    type(kettle).objects.filter(pk=kettle.pk).update(state=state)

    answer = Client().get(f"/products/{kettle.slug}/")

    assert answer.status_code == 404
    assert "max-age" not in answer.headers.get("Cache-Control", "")
    assert words in answer.text
    assert 'id="q404"' in answer.text
    assert kettle.title not in answer.text


def test_the_products_of_a_suspended_store_are_not_found():
    kettle = make.variant().product
    type(kettle.merchant).objects.update(state="suspended")

    assert Client().get(f"/products/{kettle.slug}/").status_code == 404
