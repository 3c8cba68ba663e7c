"""Names of things are found in the other number, half typed, and with one typing error.

For each name of the table all its beginnings and all its errors of one letter are typed. What is
a word itself may stay as it is; everything else has to find the thing, or to offer its name.
"""

from collections.abc import Iterator

import pytest

from shop.storefront.listings.search_index import count_words
from shop.storefront.listings.words import forms, is_unspaced, words
from shop.storefront.search.filters import Filters
from shop.storefront.search.find import find
from shop.storefront.search.real_words import is_real
from shop.storefront.search.understand import understand
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db

# A name as it stands in a title, and its other number as people type it.
NAMES = {
    "en": [("basket", "baskets"), ("scarf", "scarves"), ("brush", "brushes"), ("berry", "berries"),
           ("knife", "knives"), ("necklaces", "necklace"), ("dress", "dresses"),
           ("notebook", "notebooks"), ("loaf", "loaves"), ("lampshade", "lampshades")],
    "fr": [("corbeille", "corbeilles"), ("chapeau", "chapeaux"), ("bijou", "bijoux"),
           ("collier", "colliers"), ("cheval", "chevaux"), ("sandales", "sandale"),
           ("écharpe", "écharpes"), ("noix", "noix"), ("émail", "émaux")],
    "pt": [("limão", "limões"), ("colar", "colares"), ("pulseira", "pulseiras"),
           ("avental", "aventais"), ("anel", "anéis"), ("sabonetes", "sabonete"),
           ("viagem", "viagens"), ("pães", "pão"), ("lençol", "lençóis"), ("funil", "funis")],
    "sw": [("kikapu", "vikapu"), ("mkeka", "mikeka"), ("vitambaa", "kitambaa"),
           ("karatasi", "makaratasi"), ("chombo", "vyombo"), ("matunda", "tunda"),
           ("shanga", "shanga"), ("mkufu", "mikufu"), ("cheti", "vyeti")],
    "ar": [("قلادة", "قلادات"), ("سلة", "سلات"), ("مجوهرات", "المجوهرات"), ("وشاح", "الوشاح"),
           ("حقيبة", "حقيبات"), ("شمعات", "شمعة"), ("سجادة", "سجادات"), ("مصباح", "المصباح")],
    "zh-hans": [("手工皂", "手工皂"), ("项链", "项链"), ("咖啡豆", "咖啡豆"), ("编织篮", "编织篮")],
}  # fmt: skip
SHORTEST = 3  # letters of a beginning
FORGIVEN_FROM = 5  # letters in which an error leaves enough to be known by


in_each_language = pytest.mark.parametrize("language", NAMES)


def shelf(language, at=0):
    """List a thing for each name in one number, called so in one language and Q in English."""
    for n, name in enumerate(pair[at] for pair in NAMES[language]):
        titles = {} if language == "en" else {language: f"{name} {n}"}
        made = make.product(title=f"{name} {n}" if not titles else f"Q{n}", titles=titles)
        make.variant(of=made)
        make.listed(made)
    count_words(at=NOON)


def answered(typed, language):
    """Return the numbers of the things that are found, and the texts that are offered."""
    search = understand(typed, language)
    asked = {"at": NOON, "festivals": (), "language": language}
    rows = find(Filters(words=typed, sort="best"), search=search, **asked).rows if search else ()
    return [row.title.rpartition(" ")[2].removeprefix("Q") for row in rows], search.offers


def beginnings(name: str) -> Iterator[str]:
    shortest = 2 if is_unspaced(name) else SHORTEST
    yield from (name[:end] for end in range(shortest, len(name)))


def errors(name: str) -> Iterator[str]:
    """Yield a name with one letter left out, doubled, swapped or replaced, at each place."""
    other = "w" if name.isascii() else "ظ"
    for at in range(1, len(name)):
        before, letter, after = name[:at], name[at], name[at + 1 :]
        yield before + after
        yield before + letter + letter + after
        yield before + other + after
        if after:
            yield before + after[0] + letter + after[1:]


def missed(language, kinds):
    """Return what is typed and neither finds nor offers its thing, and how many were typed."""
    found, number = [], 0
    for n, (name, _other) in enumerate(NAMES[language]):
        (plain,) = words(name)
        for typed in dict.fromkeys(kinds(plain)):
            number += 1
            things, offers = answered(typed, language)
            is_met = str(n) in things or set(forms(plain)) & set(offers)
            if typed != plain and not is_met and not is_real(typed, language):
                found.append((plain, typed))
    return found, number


@in_each_language
@pytest.mark.parametrize("at", [0, 1])
def test_a_name_is_found_in_its_other_number(language, at):
    shelf(language, at)

    for n, names in enumerate(NAMES[language]):
        assert answered(names[1 - at], language)[0][:1] == [str(n)], names


@in_each_language
def test_a_name_is_found_by_its_beginning(language):
    shelf(language)

    missing, number = missed(language, beginnings)

    assert missing == []
    assert number > len(NAMES[language]) / 2


@in_each_language
def test_an_error_of_one_letter_is_mended_or_the_name_is_offered(language):
    shelf(language)

    if language == "zh-hans":
        assert answered("手工皁", language)[1] == ()  # another sign is another word
        return
    missing, number = missed(
        language, lambda name: errors(name) if len(name) >= FORGIVEN_FROM else ()
    )

    assert missing == []
    assert number > 50


def test_a_name_of_another_language_is_found_in_its_other_number():
    shelf("pt")

    assert answered("colares", "en")[0] == ["1"]


def test_what_is_left_out_is_so_in_its_other_number():
    shelf("sw")

    assert "4" in answered("chombo kikapu", "sw")[0]
    assert "4" not in answered("kikapu -vyombo", "sw")[0]
