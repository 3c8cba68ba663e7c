"""How each language of the shop finds its texts, joins, counts and sorts them."""

import re

import pytest
from django.conf import settings
from django.utils import translation

from shop.catalogue.models import Category, Product
from shop.delivery.names import countries_by_name
from shop.languages import (
    SOUNDS,
    Wording,
    beside,
    labelled,
    listed,
    order_key,
    percent,
    said,
    sentences,
)

WIDE = "\N{NO-BREAK SPACE}"
CODES = [code for code, _name in settings.LANGUAGES]
TEXTS = {"fr": "Panier", "zh": "篮子"}


def test_a_text_is_found_under_its_language_and_under_the_plain_form_of_it():
    assert said(TEXTS, "Basket", "fr") == Wording("Panier")
    assert said(TEXTS, "Basket", "zh-hans") == Wording("篮子")


def test_what_nobody_translated_is_said_in_english_and_marked():
    assert said(TEXTS, "Basket", "sw") == Wording("Basket", "en")
    assert said(TEXTS, "Basket", "en") == Wording("Basket")


def test_what_is_empty_needs_no_mark():
    assert said({}, "", "sw") == Wording("")


def test_products_and_categories_are_called_by_the_same_rule():
    product, category = Product(title="Basket", titles=TEXTS), Category(name="B", names=TEXTS)
    assert (product.title_in("zh-hans"), category.name_in("zh-hans")) == ("篮子", "篮子")
    assert product.named("ar") == Wording("Basket", "en")


@pytest.mark.parametrize(
    ("language", "list_", "pair", "label", "said_twice"),
    [
        ("en", "A, B, C", "A, B", "A: B", "A. B? C."),
        ("fr", "A, B, C", "A, B", f"A{WIDE}: B", "A. B? C."),
        ("zh-hans", "A、B、C", "A，B", "A：B", "A。B?C."),
        ("ar", "A، B، C", "A، B", "A: B", "A. B? C."),
        ("sw", "A, B, C", "A, B", "A: B", "A. B? C."),
        ("pt", "A, B, C", "A, B", "A: B", "A. B? C."),
    ],
)
def test_texts_are_joined_with_the_marks_of_their_language(
    language, list_, pair, label, said_twice
):
    with translation.override(language):
        assert listed(["A", "", "B", "C"]) == list_
        assert (beside("A", "B"), labelled("A", "B")) == (pair, label)
        assert sentences("A", "", "B?", "C.") == said_twice


def test_a_text_alone_has_no_mark_beside_it():
    assert (beside("A", ""), beside("", "B"), listed([]), sentences("")) == ("A", "B", "", "")


def test_a_per_cent_sign_in_a_text_stays_as_it_is():
    assert listed(["50 %", "%(first)s"]) == "50 %, %(first)s"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "12.5%"),
        ("fr", f"12,5{WIDE}%"),
        ("zh-hans", "12.5%"),
        ("ar", "12.5%"),
        ("sw", "12.5%"),
        ("pt", f"12,5{WIDE}%"),
    ],
)
def test_a_percentage_is_written_as_in_its_language(language, text):
    assert percent(12.5, language) == text


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Aland", "Åland", "Albania", "Zambia"]),
        ("fr", ["Danemark", "Égypte", "Équateur", "Espagne", "Îles Féroé", "Inde", "Zambie"]),
        ("pt", ["Afeganistão", "África do Sul", "Albânia", "Zâmbia"]),
        ("ar", ["إثيوبيا", "أذربيجان", "الأرجنتين", "كينيا"]),
        ("zh-hans", ["阿尔及利亚", "埃及", "斐济", "肯尼亚", "坦桑尼亚", "中国"]),
    ],
)
def test_names_are_sorted_as_in_a_dictionary_of_their_language(language, names):
    shuffled = sorted(names, key=lambda name: name[::-1])
    assert sorted(shuffled, key=lambda name: order_key(name, language)) == names


def test_every_chinese_name_of_a_country_has_a_place_by_its_sound():
    for _code, name in countries_by_name("zh-hans"):
        for sign in re.findall(r"[\u4e00-\u9fff]", name.translate(SOUNDS)):
            assert sign.encode("gb2312")[0] <= 0xD7, name


@pytest.mark.parametrize("language", CODES)
def test_no_language_lacks_the_marks(language):
    with translation.override(language):
        assert "%(" not in beside("A", "B") + listed(["A", "B"]) + labelled("A", "B")
