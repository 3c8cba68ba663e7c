"""How each language of the shop finds its texts, joins, counts and sorts them."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from babel.dates import get_timezone_name
from django.conf import settings
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import gettext

from shop.catalogue.delivery.names import countries_by_name
from shop.catalogue.models import Category, Product
from shop.core.languages import (
    SOUNDS,
    Wording,
    beside,
    labelled,
    listed,
    locale_of,
    order_key,
    percent,
    said,
    sentences,
)
from shop.orders.cart import formats
from shop.storefront.product.specs import duration

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


ZONES = ["Africa/Nairobi", "Africa/Lagos", "Africa/Casablanca", "UTC", "Europe/Paris"]


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("zone", ZONES)
def test_no_word_stands_twice_before_the_name_of_a_zone(language, zone):
    name = get_timezone_name(
        datetime(2026, 11, 24, tzinfo=ZoneInfo(zone)), locale=locale_of(language)
    )
    with translation.override(language):
        text = gettext("All times %(zone)s") % {"zone": name}

    assert not re.search(r"(?i)\b(\w{3,})s?\W+\1", text.replace("بتوقيت", "توقيت"))


@pytest.mark.parametrize(
    ("language", "minutes", "text"),
    [
        ("ar", 120, "ساعتان"),
        ("ar", 150, "ساعتان و30 دقيقة"),
        ("ar", 2, "دقيقتان"),
        ("en", 150, "2 hours 30 minutes"),
        ("fr", 60, "1 heure"),
        ("pt", 90, "1 hora e 30 minutos"),
    ],
)
def test_a_length_stands_alone_in_its_language(language, minutes, text):
    with translation.override(language):
        assert duration(minutes) == text


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_phrase_that_is_counted_stands_by_itself(language):
    with translation.override(language):
        counted = {"items": formats.items(2), "stores": formats.stores(2)}
        text = gettext("%(items)s from %(stores)s") % counted

    assert text in ("قطعتان، متجران", "2 articles, 2 boutiques")


def written(template, **facts):
    return Template("{% load shop %}" + template).render(Context(facts))


def test_on_a_page_what_is_joined_is_escaped_and_in_a_letter_it_is_not():
    facts = {"first": "<b>", "second": "A & B", "parts": ["<b>", "C"]}

    assert written("{{ first|beside:second }}", **facts) == "&lt;b&gt;, A &amp; B"
    assert written("{{ first|labelled:second }}", **facts) == "&lt;b&gt;: A &amp; B"
    assert written("{{ parts|listed|stop }}", **facts) == "&lt;b&gt;, C."
    assert written("{{ parts|apart }}", **facts) == "<bdi>&lt;b&gt;</bdi>, <bdi>C</bdi>"
    plain = "{% autoescape off %}{{ first|beside:second|stop }}{% endautoescape %}"
    assert written(plain, **facts) == "<b>, A & B."
