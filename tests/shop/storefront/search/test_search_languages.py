"""A search reads the words of its own language, and others only where it must."""

import pytest
from django.test import Client

from shop.catalogue import translations
from shop.catalogue.models import Term
from shop.storefront.listings.count import count_listings
from shop.storefront.listings.search_index import count_words, index
from shop.storefront.search.understand import understand
from tests import make
from tests.budgets import statements
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(clock_at):
    clock_at(NOON)


def basket(title="Basket", **words):
    """List a product with summaries by language."""
    made = make.variant(of=make.product(title=title, titles=words.pop("titles", {}), **{
        name: words.pop(name) for name in ("summary", "description", "materials") if name in words
    })).product  # fmt: skip
    texts = {code: {"summary": text} for code, text in words.items()}
    translations.write(made, texts, at=NOON)
    make.listed(made)
    return made


def found(path, words):
    page = Client().get(f"{path}/products/", {"q": words}).text
    main = page.partition("<main")[2]
    return [title for title in ("Basket", "Cup", "Corbeille", "Tasse") if f">{title}<" in main]


def test_a_language_finds_and_shows_its_own_titles_and_summaries():
    basket(titles={"fr": "Corbeille"}, fr="Tressé au coin du feu.")
    basket("Cup", titles={"fr": "Tasse"}, fr="Tournée à la main.")

    assert found("/fr", "corbeille") == ["Corbeille"]
    assert found("/fr", "tresse feu") == ["Corbeille"]
    assert found("/fr", "tournee") == ["Tasse"]


def test_a_word_that_is_english_finds_none_that_is_written_alike_elsewhere():
    basket("Cup", summary="The main thing is the handle.")
    basket(fr="Fait main.")

    assert found("", "main") == ["Cup"]
    assert set(found("/fr", "main")) == {"Basket", "Cup"}


def test_a_word_that_english_does_not_know_is_found_all_the_same():
    basket(titles={"fr": "Corbeille"}, fr="Tressé.")
    basket("Cup")

    assert found("", "corbeille") == ["Basket"]
    assert found("", "tresse") == ["Basket"]
    assert found("/sw", "corbeille") == ["Basket"]


def test_an_error_is_mended_into_the_language_of_the_search():
    basket(pt="Tecido à mão com palmeira.")
    basket("Cup", description="A palm cup, palmeria.")
    count_words(at=NOON)

    assert understand("palmeirs", "pt").instead == "palmeira"


def test_chinese_and_arabic_need_no_mark():
    basket(**{"zh-hans": "手编剑麻篮子。"})
    basket("Cup", ar="كوب من الطين")

    assert found("/zh-hans", "剑麻") == ["Basket"]
    assert found("/ar", "الطين") == ["Cup"]
    assert found("/ar", "طين") == ["Cup"]


def test_a_material_is_found_by_what_it_is_called():
    Term.objects.create(kind="material", term="sisal", names={"fr": "chanvre", "zh-hans": "剑麻"})
    basket(materials=["sisal"])
    basket("Cup")

    assert found("/fr", "chanvre") == ["Basket"]
    assert found("/zh-hans", "剑麻") == ["Basket"]


def test_letters_that_mark_a_language_find_nothing_by_themselves():
    basket(titles={"fr": "Corbeille"}, fr="Tressé.")
    basket("Cup", description="Fresh.")

    assert found("", "fr") == ["Cup"]


def test_suggestions_are_of_the_language_of_the_page():
    basket(titles={"fr": "Corbeille"})
    basket("Cup", titles={"sw": "Corbulo"})

    french = Client().get("/fr/suggestions/", {"q": "corb"}).text

    assert "Corbeille" in french
    assert "Cup" not in french


@pytest.mark.parametrize("path", ["", "/fr", "/ar"])
def test_a_search_costs_no_more_statements_in_another_language(path):
    made = basket(titles={"fr": "Corbeille"}, fr="Tressé.", ar="سلة")
    count_listings(at=NOON)
    index([made.pk])
    with statements(most=4):
        assert Client().get(f"{path}/products/", {"q": "corbeille"}).status_code == 200
