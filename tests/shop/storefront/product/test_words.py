import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from shop.catalogue.models import Category, ProductPicture, Term
from shop.core.images.models import Picture
from tests import make
from tests.make import NOON
from tests.shop.storefront.shelf import show

pytestmark = pytest.mark.django_db

HOSTILE = "</script><script>alert(1)</script>\"'& {{ site.name }}"


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
        ("Returns", "Within 30 days, unused"),
    ]


def test_clothes_show_gender_age_group_and_colour_in_the_readers_language():
    Term.objects.create(kind="value", term="Gold", names={"fr": "Or"})
    dress = make.product(gender="female", age_group="kids", colour="Gold")
    make.variant(of=dress)

    facts = re.findall(r"<dt>(.*?)</dt><dd[^>]*><bdi>(.*?)</bdi></dd>", show(dress, "/fr"))

    assert facts[:3] == [
        ("Genre", "Femmes ou filles"),
        ("Tranche d’âge", "Enfants, 5 à 13 ans"),
        ("Couleur", "Or"),
    ]


def test_an_experience_says_what_is_included_and_goods_what_they_are_made_of():
    tour = make.product(kind="experience", materials=["guide", "lunch"])
    make.variant(of=tour)

    assert "<dt>Compris</dt>" in show(tour, "/fr")
    assert "Mati\u00e8re" not in show(tour, "/fr")


def test_pictures_come_in_their_order_with_their_words():
    kettle = make.variant().product
    for position, name in enumerate(("side", "top")):
        sizes = {"jpeg": {"320": f"/m/{name}-320.jpg", "1200": f"/m/{name}-1200.jpg"}}
        picture = Picture.objects.create(
            title=name, alt=f"From the {name}", sizes=sizes, width=1, height=1, file=f"{name}.jpg",
            collection=make.collection(),
        )  # fmt: skip
        ProductPicture.objects.create(product=kettle, picture=picture, position=position)

    text = show(kettle)

    assert re.findall(r'<img id="v(\d)" src="(.*?)"', text) == [
        ("1", "/m/side-1200.jpg"),
        ("2", "/m/top-1200.jpg"),
    ]
    assert 'alt="From the side"' in text
    assert 'alt="Picture 2: From the top"' in text


def test_pictures_are_offered_as_avif_and_to_other_browsers_as_jpeg():
    kettle = make.variant().product
    jpeg = {"320": "/m/a-320.jpg", "1200": "/m/a-1200.jpg"}
    avif = {"320": "/m/a-320.avif", "1200": "/m/a-1200.avif"}
    for position, sizes in enumerate(({"jpeg": jpeg, "avif": avif}, {"jpeg": jpeg})):
        picture = Picture.objects.create(
            title="a", sizes=sizes, width=1, height=1, file="a.jpg",
            collection=make.collection(),
        )  # fmt: skip
        ProductPicture.objects.create(product=kettle, picture=picture, position=position)

    views = re.findall(r"<picture>(.*?)</picture>", show(kettle), re.DOTALL)

    sources = [re.findall(r'<source type="image/avif" srcset="(.*?)"', view) for view in views]
    assert sources == [["/m/a-320.avif 320w, /m/a-1200.avif 1200w"], []]
    for view in views:
        assert 'src="/m/a-1200.jpg" srcset="/m/a-320.jpg 320w, /m/a-1200.jpg 1200w"' in view


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
