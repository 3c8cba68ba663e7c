"""Names of things are found in other forms, run together, and begun."""

import pytest

from shop.storefront.listings.models import Meaning, Synonym
from shop.storefront.listings.search_index import count_words
from shop.storefront.listings.words import words
from tests import make
from tests.make import NOON
from tests.shop.storefront.shelf import listed

pytestmark = pytest.mark.django_db


def thing(title, **facts):
    made = make.product(title=title, **facts)
    make.variant(of=made)
    make.listed(made)
    count_words(at=NOON)


def named(*terms, language="en"):
    """Let terms mean the same thing."""
    for term in terms:
        folded = " ".join(words(term))
        Synonym.objects.create(group=terms[0], term=term, folded=folded, language=language)


@pytest.mark.parametrize(
    ("terms", "typed"),
    [
        (("cashew nut", "kaju"), "cashew nuts"),
        (("castanha de caju", "kaju"), "castanhas de caju"),
        (("tea towel", "kaju"), "teatowel"),
        (("teatowel", "kaju"), "tea towel"),
        (("kopskoffel", "kaju"), "kopsk"),
        (("路易波士茶", "kaju"), "路易波"),
    ],
    ids=["last", "first", "together", "apart", "begun", "begun signs"],
)
def test_a_name_is_known_in_another_form(terms, typed):
    named(*terms)
    thing("Kaju")
    thing("Cup")

    assert listed(words=typed, sort="best") == ["Kaju"]


@pytest.mark.parametrize("typed", ["kop", "路"])
def test_too_short_a_beginning_begins_no_name(typed):
    named("kopskoffel", "kaju")
    named("路易波士茶", "kaju")
    thing("Kaju")

    assert listed(words=typed, sort="best") == []


def test_a_word_that_things_are_called_begins_no_other_name():
    named("kopskoffel", "kaju")
    thing("Kaju")
    thing("Kopsk")

    assert listed(words="kopsk", sort="best") == ["Kopsk"]


def test_of_two_wishes_the_rarer_one_counts_more_and_each_finds_something():
    for phrase, tag in (("gift", "gift"), ("birth", "newborn")):
        Meaning.objects.create(
            language="en", phrase=phrase, folded=phrase, kind="wish", targets=[f"tag:{tag}"]
        )
    for n in range(8):
        thing(f"Present {n}", tags=["gift"])
    thing("Rattle", tags=["newborn"])
    thing("Cup")

    found = listed(words="birth gift", sort="best")

    assert found[0] == "Rattle"
    assert len(found) == 9
