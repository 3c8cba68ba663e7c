"""What a search says it found: products, experiences, and the stores that its words name."""

import re

import pytest
from django.test import Client

from shop.catalogue.models import Product
from tests import make

pytestmark = pytest.mark.django_db


def basket(title="Sisal basket", **facts):
    """Put a basket on sale."""
    made = make.product(title=title, **facts)
    make.variant(of=made)
    make.listed(made)
    return made


def lesson():
    """Put a lesson on sale."""
    return basket("Basket weaving", kind=Product.Kind.EXPERIENCE, duration_minutes=60)


def found(text):
    """Return the links by kind above what a search found, and the stores that it names."""
    kinds = re.search(r'aria-label="Found">(.*?)</p>', text, re.DOTALL)
    links = re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', kinds[1] if kinds else "")
    return {label: href.replace("&amp;", "&") for href, label in links}, re.findall(
        r'<h3><a href="/stores/[^"]*">([^<]*)</a></h3>', text
    )


def test_a_search_says_what_it_found_by_kind():
    basket()
    basket("Round basket")
    lesson()

    text = Client().get("/products/?q=basket").text
    kinds, _ = found(text)

    assert kinds == {
        "All 3": "/products/?q=basket",
        "Products 2": "/products/?kind=goods&q=basket",
        "Experiences 1": "/products/?kind=experience&q=basket",
    }
    assert "<p>2 products, 1 experience</p>" in text


def test_the_kinds_are_counted_whichever_is_chosen():
    basket()
    lesson()

    text = Client().get("/products/?q=basket&kind=experience").text

    assert list(found(text)[0]) == ["All 2", "Products 1", "Experiences 1"]
    assert "Basket weaving" in text
    assert "Sisal basket" not in text


@pytest.mark.parametrize(
    ("words", "is_named"),
    [
        ("adire", True), ("ADIRÉ house", True), ("house adi", True), ("indigo", True),
        ("abeokuta", True), ("dire", False), ("adire -shell", True), ("adire shoes", False),
    ],
)  # fmt: skip
def test_a_search_names_stores_by_name_town_and_what_they_make(words, is_named):
    store = make.merchant(name="Adire House", city="Abeokuta", tagline="Indigo cloth")
    cloth = make.product(of=store, title="Adire indigo dire shoes cloth", summary="Abeokuta")
    make.variant(of=cloth)
    make.listed(cloth)

    kinds, stores = found(Client().get("/products/", {"q": words}).text)

    assert stores == (["Adire House"] if is_named else [])
    assert ("Stores 1" in kinds) is is_named


@pytest.mark.parametrize("words", [".*", "(", "a.c[", "adire\\", "zo' OR 1=1", "%s %(x)s"])
def test_no_word_of_a_search_is_a_pattern(words):
    store = make.merchant(name="Zoe", tagline="Pots")
    pot = make.product(of=store, title="Pot")
    make.variant(of=pot)
    make.listed(pot)

    assert found(Client().get("/products/", {"q": words}).text)[1] == []


@pytest.mark.parametrize("state", ["applied", "suspended"])
def test_a_search_names_no_store_that_is_not_approved(state):
    store = make.merchant(name="Adire House")
    pot = make.product(of=store, title="Pot adire")
    make.variant(of=pot)
    make.listed(pot)
    type(store).objects.update(state=state)

    assert "Adire House</a></h3>" not in Client().get("/products/?q=adire").text


def test_many_stores_of_a_name_are_said_to_be_at_least_so_many():
    for number in range(10):
        pot = make.product(of=make.merchant(name=f"Basket makers {number}"), title="Pot")
        make.variant(of=pot)
        make.listed(pot)

    kinds, stores = found(Client().get("/products/?q=basket").text)

    assert len(stores) == 8
    assert kinds["Stores 8+"] == "/products/?q=basket#stores"


def test_a_filtered_search_shows_no_stores_but_leads_to_them():
    pot = make.product(of=make.merchant(name="Adire House"), title="Pot")
    make.variant(of=pot)
    make.listed(pot)

    kinds, stores = found(Client().get("/products/?q=adire&stock=1").text)

    assert stores == []
    assert kinds["Stores 1"] == "/products/?q=adire#stores"
