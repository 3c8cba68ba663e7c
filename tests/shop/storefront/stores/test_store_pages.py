import re

import pytest
from django.test import Client

from shop.catalogue.models import Category
from shop.core.images.models import Picture
from tests import make
from tests.sample.loaded import root_collection
from tests.shop.storefront.shelf import fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    """Open a store with a kettle and a rug."""
    made = make.merchant(name="Adire House", city="Abeokuta", country="NG", tagline="Indigo cloth",
                         story="It began with two pots.\n\nNow there are ten.", makers=11,
                         founded=2009, certifications=["Fair trade"], dispatch_to=2,
                         cloth="/media/adire.svg")  # fmt: skip
    rugs = Category.objects.create(path="art/rugs", name="Rugs")
    Category.objects.create(path="art", name="Art")
    kettle = make.product(of=made, title="Kettle")
    rug = make.product(of=made, title="Rug", category=rugs)
    for product in (kettle, rug):
        make.variant(of=product)
    make.listed(kettle, rug)
    return made


def page_of(store, query="", country="DE"):
    """Return the text of a store's page for a shopper in a country."""
    browser = Client()
    browser.cookies["country"] = country
    return browser.get(f"/stores/{store.slug}/{query}").text


def test_a_store_says_how_long_a_parcel_takes_to_the_country_of_the_shopper(store):
    make.delivery(5_00, country="DE")

    assert "To Germany in 5 to 9 days." in page_of(store)


def test_a_store_says_that_nothing_can_be_sent_to_a_country(store):
    make.delivery(5_00, country="CN")

    assert "Nothing can be sent to France at present." in page_of(store, country="FR")


def test_a_banner_stands_at_the_head_and_without_one_the_cloth_alone(store):
    assert 'class="banner"' not in page_of(store)

    root_collection()
    files = {"640": "/media/b-640.jpg", "1200": "/media/b-1200.jpg"}
    store.banner = Picture.objects.create(
        title="b", alt='Pots "in" a row', file="b.jpg", width=1200, height=375,
        sizes={"jpeg": files},
    )  # fmt: skip
    store.save()
    text = page_of(store, "?sort=price")

    assert 'srcset="/media/b-640.jpg 640w, /media/b-1200.jpg 1200w"' in text
    assert 'alt="Pots &quot;in&quot; a row"' in text


def test_the_products_of_a_store_are_sorted_within_their_category(store):
    dear = make.product(of=store, title="Dear", category=Category.objects.get(path="art/rugs"))
    make.variant(90_00, of=dear)
    make.listed(dear)

    text = page_of(store, "?category=art&sort=-price")

    assert titles(text) == ["Dear", "Rug"]
    assert '<option value="-price" selected>' in text
    assert '<input type="hidden" name="category" value="art">' in text
    assert f'href="/stores/{store.slug}/?sort=-price">All 3</a>' in text


def titles(text):
    return re.findall(r"<h3><a [^>]*>([^<]*)</a></h3>", text)


def test_a_store_shows_its_cloth_its_story_and_its_products(store):
    text = Client().get(f"/stores/{store.slug}/").text

    assert "<h1>Adire House</h1>" in text
    assert '<img src="/media/adire.svg" alt="">' in text
    for words in ("Abeokuta, Nigeria", "Indigo cloth", "Fair trade", "11 people work here", "2009",
                  "Packed within 2 working days", "<p>It began with two pots.</p>",
                  "<p>Now there are ten.</p>"):  # fmt: skip
        assert words in text
    assert titles(text) == ["Kettle", "Rug"]


def test_the_products_of_a_store_can_be_narrowed_to_a_category(store):
    text = Client().get(f"/stores/{store.slug}/?category=art&country=KE&q=kettle").text

    assert titles(text) == ["Rug"]
    assert f'<a href="/stores/{store.slug}/?category=art" aria-current="true">Art 1</a>' in text


def test_a_large_store_has_pages(store):
    fill(30)
    slug = type(store).objects.exclude(pk=store.pk).get(products__title="Thing 0").slug

    first = Client().get(f"/stores/{slug}/").text
    following = re.search(r'href="([^"]*)" rel="next"', first)[1]
    second = Client().get(following).text

    assert (len(titles(first)), len(titles(second))) == (24, 6)
    assert set(titles(first)) & set(titles(second)) == set()


def test_words_of_a_store_are_marked_where_the_page_speaks_another_language(store):
    text = Client().get(f"/fr/stores/{store.slug}/").text

    assert '<p><bdi lang="en">Indigo cloth</bdi></p>' in text


@pytest.mark.parametrize("state", ["applied", "suspended"])
def test_a_store_that_is_not_approved_is_not_found(store, state):
    type(store).objects.update(state=state)

    assert Client().get(f"/stores/{store.slug}/").status_code == 404
    assert "Adire House" not in Client().get("/stores/").text


def test_all_stores_and_the_stores_of_a_country(store):
    other = make.variant().product
    make.listed(other)

    everyone = Client().get("/stores/").text
    nigerian = Client().get("/stores/?country=NG").text

    assert "<h1>2 stores, 2 countries</h1>" in everyone
    assert counted(everyone, "country") == {"KE": "1", "NG": "1"}
    assert other.merchant.name in everyone
    assert other.merchant.name not in nigerian
    assert "Adire House" in nigerian
    assert 'name="country" value="NG" checked' in nigerian


def counted(text, name):
    """Return what stands beside the choices of a filter of the directory, by their values."""
    row = rf'name="{name}" value="([^"]+)"[^>]*>.*?<span class="n">(\d+)</span>'
    return dict(re.findall(row, text))


@pytest.mark.parametrize(
    ("query", "stores"),
    [
        ("category=art", ["Adire House"]), ("certificate=Fair+trade", ["Adire House"]),
        ("certificate=None+such", []), ("country=KE&category=art", []),
        ("sort=name", ["Adire House", "Zoe"]), ("page=9", []), ("country=xx&page=x&sort=?", 2),
        ("category=home&country=KE&country=NG", 2),
    ],
)  # fmt: skip
def test_the_directory_is_narrowed_and_sorted(store, query, stores):
    other = make.variant(of=make.product(of=make.merchant(name="Zoe"))).product
    make.listed(other)

    text = Client().get(f"/stores/?{query}").text

    found = re.findall(r'<h2><a href="/stores/[^"]*/">([^<]*)</a></h2>', text)
    assert found == stores or len(found) == stores
    assert ("Nothing here yet" in text) is (not found)


def test_a_choice_of_the_directory_counts_as_if_it_were_made(store):
    other = make.variant(of=make.product(of=make.merchant(name="Zoe"))).product
    make.listed(other)

    nigerian, kenyan = (Client().get(f"/stores/?country={code}").text for code in ("NG", "KE"))

    assert counted(kenyan, "country") == {"KE": "1", "NG": "1"}
    assert (counted(nigerian, "category"), counted(kenyan, "category")) == ({"art": "1"}, {})


def test_a_large_directory_has_pages(store):
    for number in range(25):
        made = make.variant(of=make.product(of=make.merchant(name=f"S{number:02}"))).product
        make.listed(made)

    first = Client().get("/stores/?sort=name").text
    second = Client().get(re.search(r'href="([^"]*)" rel="next"', first)[1].replace("&amp;", "&"))

    assert "S22" in first and "S23" not in first  # noqa: PT018
    assert "S24" in second.text


def test_a_country_without_stores_says_so(store):
    assert "Nothing here yet" in Client().get("/stores/?country=GH").text


def test_a_store_without_products_is_not_in_the_list(store):
    make.merchant(name="Empty shelves")

    assert "Empty shelves" not in Client().get("/stores/").text
