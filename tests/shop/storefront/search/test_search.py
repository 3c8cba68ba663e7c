"""How a search takes what people and others type."""

import pytest
from django.test import Client

from shop.storefront.listings.models import Listing, SearchWord, Synonym
from shop.storefront.listings.refresh import refresh
from shop.storefront.listings.search_index import count_words
from shop.storefront.listings.words import words
from shop.storefront.search.understand import understand
from tests import make
from tests.budgets import statements
from tests.make import LONG_AGO, NOON
from tests.shop.storefront.shelf import fill, listed

pytestmark = pytest.mark.django_db


def basket(title="Sisal basket", **facts):
    made = make.product(title=title, **facts)
    make.variant(of=made)
    make.listed(made)
    return made


def test_the_title_weighs_more_than_the_tags_and_these_more_than_the_text():
    basket("Cup", description="Comes in a basket")
    basket("Bowl", tags=["basket"])
    basket("Basket")

    assert listed(words="basket", sort="best") == ["Basket", "Bowl", "Cup"]


def test_of_equals_what_is_there_and_bought_comes_first():
    _plain, bought, gone = (basket(f"Basket {letter}") for letter in "ABC")
    Listing.objects.filter(pk=bought.pk).update(popularity=5_000)
    Listing.objects.filter(pk=gone.pk).update(popularity=9_000, is_available=False)

    assert listed(words="basket", sort="best") == ["Basket B", "Basket A", "Basket C"]


@pytest.mark.parametrize("typed", ["cafe", "CAFÉ", "café", "cafés"])
def test_case_accents_and_the_plural_are_folded(typed):
    basket("Café du matin")

    assert listed(words=typed, sort="best") == ["Café du matin"]


def test_an_arabic_word_is_found_with_and_without_its_article_and_vowels():
    basket("Cup", titles={"ar": "القَهْوَة"})

    assert listed(words="قهوة", sort="best") == ["Cup"]


def test_the_french_tea_is_no_article():
    basket("Green tea", titles={"fr": "Thé vert"})
    basket("The cup", description="The best of the day")

    assert listed(words="thé", sort="best") == ["Green tea"]


def test_a_known_word_is_never_taken_for_a_typing_error():
    basket("Casket")
    basket("Basket")

    assert understand("casket", "en").instead == ""
    assert listed(words="casket", sort="best") == ["Casket"]


@pytest.mark.parametrize("typed", ["xbasketx", "bas", "bkt"], ids=["two errors", "begun", "short"])
def test_only_one_error_in_a_long_word_is_forgiven(typed):
    basket()

    assert understand(typed, "en").instead == ""


def test_synonyms_of_a_group_find_each_other_and_near_ones_only_instead_of_nothing():
    for group, term, is_near in [("b", "basket", False), ("b", "panier tressé", False),
                                 ("n", "hamper", True), ("n", "basket", True)]:  # fmt: skip
        Synonym.objects.create(
            group=group, term=term, folded=" ".join(words(term)), language="en", is_near=is_near
        )
    basket()
    basket("Hamper")

    assert listed(words="panier tressé", sort="best") == ["Sisal basket"]
    assert listed(words="hamper", sort="best") == ["Hamper"]


def test_hardly_any_things_of_a_name_are_followed_by_what_has_one_of_its_words():
    for term in ("bread box", "bread bin"):
        Synonym.objects.create(group="b", term=term, folded=term, language="en")
    for title in ("Tin box", "Bread bin", "Bread box"):
        basket(title)

    assert listed(words="bread box", sort="best") == ["Bread box", "Bread bin", "Tin box"]
    assert listed(words='"bread box"', sort="best") == ["Bread box"]


def test_a_name_in_signs_finds_the_few_things_that_are_called_otherwise():
    for term, language in (("sketchbook", "en"), ("素描本", "zh")):
        Synonym.objects.create(group="s", term=term, folded=term, language=language)
    basket("Sketchbook")

    assert listed(words="素描本", sort="best") == ["Sketchbook"]


HOSTILE = [
    "'", '"', "a" * 10_000, "basket " * 2_000, "& | ! ( ) <-> :*", "\\'; DROP TABLE shop_user",
    "\u202ebasket\u202c", "👩‍🌾🧺", "%s %(x)s {} {0}", "basket:*A", "-basket", "--", '"" "basket"',
    "'a':1A", "\x00basket", "\ud7ff\ufffe", "ﷺ", "½", "ـ", "_", "篮" * 500, "e\u0301" * 400,
    "\N{COMBINING ACUTE ACCENT}" * 90, "a-b_c/d.e@f.g", "<script>alert(1)</script>", "$$", "٣٤",
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("path", ["/products/", "/suggestions/", "/ar/products/"])
def test_nothing_that_is_typed_is_an_error(typed, path):
    basket()

    answer = Client().get(path, {"q": typed})

    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/products/?q=thing", "/products/?q=nothing+of+it&exact=1",
     "/products/?q=thing&sort=price&country=KE", "/fr/products/?q=篮子&stock=1"],
)  # fmt: skip
def test_a_search_costs_at_most_four_statements(path):
    fill(40)

    with statements(most=4):
        assert Client().get(path).status_code == 200


def test_a_search_with_a_typing_error_costs_one_statement_more():
    fill(40)

    with statements(most=5):
        assert "Showing results for “thing”" in Client().get("/products/?q=thnig").text


def test_what_is_searched_in_vain_is_counted_with_one_statement_more():
    fill(40)

    with statements(most=5) as asked:
        assert Client().get("/products/?q=nothing+of+it").status_code == 200

    assert [sql for sql in asked if "shop_vainsearch" in sql] == asked[-1:]


def test_suggestions_cost_two_statements_and_may_be_kept_by_others():
    basket()

    with statements(most=2):
        answer = Client().get("/suggestions/?q=bask")

    assert "public" in answer["Cache-Control"]
    assert 'role="option"' in answer.text
    assert "Sisal basket" in answer.text


def test_suggestions_name_categories_stores_and_countries():
    basket(of=make.merchant(name="Kitui Weavers"))

    for typed, label, kind in [("kitc", "Kitchen", "Category"), ("kitui", "Kitui Weavers", "Store"),
                               ("ken", "Kenya", "Country")]:  # fmt: skip
        text = Client().get("/suggestions/", {"q": typed}).text
        assert label in text and kind in text, typed  # noqa: PT018


def test_what_fits_in_a_part_of_a_search_is_said_to_come_near():
    basket()
    basket("Kettle")

    text = Client().get("/products/?q=basket+kettle").text
    assert "Nothing matches all of “basket kettle”. These come near." in text
    assert ("Sisal basket" in text, "Kettle" in text) == (True, True)
    both = basket("Kettle in a basket")
    text = Client().get("/products/?q=basket+kettle").text
    assert "These come near." not in text
    assert text.index(both.title) < text.index("Sisal basket")


def test_a_search_without_hits_offers_its_words_categories_and_popular_products():
    basket()
    basket("Kettle")

    text = Client().get("/products/?q=basket+kettle&exact=1").text

    assert "No products match “basket kettle”" in text
    for href in ("?q=basket&amp;sort", "?q=kettle"):
        assert href.partition("&")[0] in text
    assert "Sisal basket" in text


@pytest.mark.parametrize(
    "path", ["/products/sisal-baskt-old.html/", "/sisal-basket/", "/fr/shop/sisal-basket.html"]
)
def test_an_address_that_leads_nowhere_is_searched(path):
    basket()

    answer = Client().get(path)

    assert answer.status_code == 404
    assert 'id="q404"' in answer.text
    assert "Sisal basket" in answer.text


def test_an_address_of_a_page_is_not_read_as_a_misspelled_product(settings):
    basket("Marsh terns")
    settings.TERMS_LINK = "/help/buying/"

    terms = Client().get("/terms/").text
    assert "“terns”" not in terms
    assert '<a href="/help/buying/">Terms</a>' in terms
    assert "Marsh terns" in Client().get("/products/ternz/").text
    assert "Marsh terns" in Client().get("/marsh-terns/").text


@pytest.mark.parametrize(
    "path", ["/orders/sisal/basket/", "/merchant/basket/", "/media/basket.jpg"]
)
def test_an_address_that_is_not_of_the_shop_window_is_not_searched(path):
    basket()

    assert "Sisal basket" not in Client().get(path).text


def test_a_word_is_in_the_vocabulary_as_long_as_a_listing_holds_it():
    made = basket("Zibbit")
    assert SearchWord.objects.filter(word="zibbit").exists()

    made.title = "Cup"
    made.save()
    refresh([made.pk], at=LONG_AGO)
    count_words(at=NOON)

    assert not SearchWord.objects.filter(word="zibbit").exists()
