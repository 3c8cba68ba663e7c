"""A real word is never rewritten; what may be mistyped is offered, or mended where it is clear."""

import re
from itertools import pairwise

import pytest
from django.test import Client

from shop.storefront.listings.models import Meaning, Synonym
from shop.storefront.listings.search_index import count_words
from shop.storefront.search.real_words import FOLDER, LANGUAGES, has_real_neighbour, is_real
from shop.storefront.search.understand import understand
from tests import make
from tests.make import NOON
from tests.shop.storefront.shelf import listed

pytestmark = pytest.mark.django_db
MENTIONED = "No product has this name. These mention it."


def shelf(*titles, **facts):
    for title in titles:
        made = make.product(title=title, **facts)
        make.variant(of=made)
        make.listed(made)
    count_words(at=NOON)


def page(words, path="/products/"):
    return Client().get(path, {"q": words}).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_a_language_is_sorted_so_that_it_can_be_halved(language):
    lines = (FOLDER / f"{language}.txt").read_bytes().splitlines()

    assert len(lines) > 40_000
    assert all(one < other for one, other in pairwise(lines))


REAL = [("wallet", "en"), ("wallets", "en"), ("portefeuille", "fr"), ("carteira", "pt"),
        ("vikapu", "sw"), ("حقيبه", "ar"), ("wallet", "ar")]  # fmt: skip


@pytest.mark.parametrize(("word", "language"), REAL)
def test_words_of_a_language_and_of_english_are_real(word, language):
    assert is_real(word, language)


@pytest.mark.parametrize("word", ["necklase", "baskts", "glases", "zxqvblorp", "hibiscis"])
def test_errors_are_no_real_words(word):
    assert not is_real(word, "en")


def test_real_words_next_to_an_error_are_known():
    assert has_real_neighbour("walet", "en")
    assert not has_real_neighbour("zxqvblorp", "en")


@pytest.mark.parametrize(
    ("typed", "there"),
    [("wallet", "Walled town"), ("sneakers", "Shakers"), ("leather wallet", "Leather mallet"),
     ("wallet for men", "Marimba mallet"), ("walet", "Walled town")],
)  # fmt: skip
def test_real_words_are_not_rewritten_and_find_nothing_where_nothing_is_called_so(typed, there):
    shelf(there, there, there)

    assert understand(typed, "en").instead == ""
    assert listed(words=typed, sort="best") == []
    assert f"No products match “{typed}”" in page(typed)


def test_no_other_word_is_offered_for_a_real_one():
    shelf("Walled town")

    assert "Did you mean" not in page("wallet")


def test_a_few_letters_that_are_no_word_leave_the_other_words():
    shelf("Floor kiondo")

    assert listed(words="kiondo bgs", sort="best") == ["Floor kiondo"]


def test_where_the_thing_itself_is_not_there_its_other_words_are_offered():
    shelf("Leather belt", "Leather bag")

    text = page("leather wallet")

    assert '?q=leather"' in text
    assert "?q=wallet" not in text


def test_a_beside_word_that_is_not_there_leaves_the_thing():
    shelf("Ebony comb")

    assert listed(words="wallet comb", sort="best") == ["Ebony comb"]


def test_an_error_with_one_meaning_is_mended_and_the_page_says_so():
    shelf("Brass necklace")

    text = page("necklase")

    assert "Showing results for “necklace”." in text
    assert re.search(r'<a href="[^"]*exact=1[^"]*">Only “necklase”</a>', text)


def test_an_error_with_two_meanings_is_offered_and_not_mended():
    shelf("Carved basin", "Woven basil")

    text = page("basiq")

    assert "Did you mean:" in text
    assert ("?q=basin" in text, "?q=basil" in text) == (True, True)
    assert "Showing results for" not in text


def test_an_offer_stands_beside_what_the_other_words_find():
    shelf(*["Carved basin"] * 3, *["Woven basil"] * 3, "Blue cup")

    text = page("basiq cup")

    assert "Blue cup" in text
    assert "Did you mean:" in text
    assert "?q=basin+cup" in text


def test_plurals_in_ves_are_met_from_both_sides():
    shelf("Silk scarf", "Kitchen knives")

    assert listed(words="scarves", sort="best") == ["Silk scarf"]
    assert listed(words="knife", sort="best") == ["Kitchen knives"]


def synonyms(group, *rows):
    for term, language, is_near in rows:
        Synonym.objects.create(
            group=group, term=term, folded=term, language=language, is_near=is_near
        )


def test_a_kind_that_is_not_there_finds_what_it_is_a_kind_of_and_says_so():
    synonyms("drum", ("djembe", "en", True), ("drum", "en", False))
    shelf("Goatskin drum")

    assert listed(words="djembe", sort="best") == ["Goatskin drum"]
    assert "Also showing results for drum." in page("djembe")

    shelf("Djembe of Bamako")
    assert listed(words="djembe", sort="best") == ["Djembe of Bamako"]


def test_a_synonym_that_is_another_word_here_is_looked_for_in_its_own_language():
    synonyms("wax-print", ("ankara", "en", False), ("wax", "fr", False))
    shelf("Lip balm with wax")
    shelf("Cotton cloth", titles={"fr": "Tissu wax"})

    assert listed(words="ankara", sort="best") == ["Cotton cloth"]


def test_a_word_that_only_summaries_have_finds_them_and_the_page_says_so():
    shelf("Honey jar", summary="Made under an umbrella thorn")
    shelf("Cup")

    assert listed(words="umbrella", sort="best") == ["Honey jar"]
    assert MENTIONED in page("umbrella")
    assert MENTIONED not in page("honey")


def test_a_word_that_only_descriptions_have_finds_nothing_but_a_link_to_them():
    shelf("Honey jar", description="Made under an umbrella thorn")
    shelf("Cup")

    text = page("umbrella")

    assert listed(words="umbrella", sort="best") == []
    assert "No products match “umbrella”" in text
    link = re.search(r'<a href="([^"]*exact=1[^"]*)">Show products that mention it</a>', text)
    there = Client().get(link[1].replace("&amp;", "&")).text
    assert MENTIONED in there
    assert "Honey jar" in there
    assert "Show products that mention it" not in page("zxqvblorp")


@pytest.mark.parametrize(
    "words", ["umbrella under 20", "looking for umbrella", "umbrella from Kenya"]
)
def test_words_beside_what_only_descriptions_have_find_no_more(words):
    Meaning.objects.create(
        language="en", phrase="looking for", folded="looking for", kind="none", targets=[]
    )
    Meaning.objects.create(
        language="en", phrase="under", folded="under", kind="price", targets=["price:below"]
    )
    Meaning.objects.create(
        language="en", phrase="kenya", folded="kenya", kind="place", targets=["country:KE"]
    )
    shelf("Honey jar", description="Made under an umbrella thorn")

    text = page(words)

    assert "Honey jar" not in text.partition("<main")[2].partition("Most bought")[0]
    link = re.search(r'<a href="([^"]*exact=1[^"]*)">Show products that mention it</a>', text)
    assert "Honey jar" in Client().get(link[1].replace("&amp;", "&")).text


def test_a_corrected_word_that_only_descriptions_have_leads_to_them():
    shelf("Honey jar", description="Made under an umbrella thorn")

    text = page("umbrela")

    link = re.search(r'<a href="([^"]*exact=1[^"]*)">Show products that mention it</a>', text)
    assert "q=umbrella" in link[1]


def test_a_filter_does_not_hide_the_link_to_what_mentions_a_word():
    shelf("Honey jar", description="Made under an umbrella thorn")

    text = Client().get("/products/", {"q": "umbrella", "country": "KE"}).text

    assert "Show products that mention it" in text


def test_an_exact_search_that_finds_nothing_does_not_lead_to_itself():
    made = make.product(title="Honey jar", description="Made under an umbrella thorn")
    make.listed(make.variant(of=made).product)
    asked = {"q": "umbrella", "exact": 1, "country": "XX"}

    assert "Show products that mention it" not in Client().get("/products/", asked).text


def test_a_real_word_is_the_beginning_of_names_alone():
    shelf("Leather case", description="Holds hosen")
    shelf("Woven basket")

    assert listed(words="hose", sort="best") == []
    assert listed(words="leather hose", sort="best") == []
    assert listed(words="bask", sort="best") == ["Woven basket"]

    shelf("Hosen of wool")
    assert listed(words="hose", sort="best") == ["Hosen of wool"]


def test_no_word_of_descriptions_alone_is_offered():
    shelf("Cup", description="From the dairy, for an office")
    shelf("Belt", description="For a chair")

    assert "Did you mean" not in page("diary")
    assert "Search for one of the words" not in page("office chair")


def test_a_word_that_is_two_is_not_taken_for_an_error():
    shelf("Hand woven bag")
    shelf("Sandbag")

    assert listed(words="handbag", sort="best") == []
    shelf("Small hand bag")
    assert listed(words="handbag", sort="best") == ["Small hand bag"]


def test_a_word_that_is_to_be_left_out_alone_is_looked_for():
    shelf("Garden hoes")

    assert understand("-hose", "en").offers == ("hoes",)


def test_for_a_real_word_its_letters_in_another_order_are_offered_and_not_taken():
    shelf("Cup", *["Garden hoes"] * 3)

    text = page("hose")
    beside = understand("hose cup", "en")

    assert listed(words="hose", sort="best") == []
    assert "?q=hoes" in text
    assert (beside.instead, beside.offers) == ("cup", ("hoes cup",))


def test_a_beginning_that_is_no_word_is_one_though_some_text_holds_it():
    shelf("Tray", description="By Bols")
    shelf("Bolsa")

    assert "Bolsa" in listed(words="bols", sort="best")


def test_an_error_is_no_two_words():
    shelf("Paper notebook", description="A book, and not another one")

    assert understand("notbook", "en").instead == "notebook"


def test_what_an_error_was_meant_for_is_read_as_if_it_was_typed():
    Meaning.objects.create(
        language="en", phrase="berbere", folded="berbere", kind="wish", targets=["tag:spicy"]
    )
    shelf("Berbere")
    shelf("Pepper", tags=["spicy"])

    assert set(listed(words="berebre", sort="best")) == {"Berbere", "Pepper"}


def test_a_thing_that_texts_alone_mention_finds_nothing_beside_other_words():
    shelf("Garden bird bath", "Garden chair")
    shelf("Honey jar", description="Made under an umbrella thorn")

    assert listed(words="garden umbrella", sort="best") == []
    assert listed(words="garden chair", sort="best")[0] == "Garden chair"


def test_what_a_thing_is_made_of_is_no_mere_mention():
    shelf("Candle holder", materials=["pewter"])

    assert listed(words="pewter", sort="best") == ["Candle holder"]
    assert MENTIONED not in page("pewter")


def test_words_of_a_text_alone_do_not_stand_for_a_search():
    shelf(*["Carpet"] * 7, description="Fits an office and a zorbo")
    shelf("Tray", description="Beside a chair and a quilp")

    assert listed(words="office chair", sort="best") == []
    assert listed(words="zorbo quilp", sort="best") == []
