"""The pages of the sample: all there, no placeholder left, products linked, loaded once."""

import csv
import re

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client
from modelsearch.index import insert_or_update_object
from wagtail.models import Page

from cms.models import (
    FestivalIndexPage,
    FestivalPage,
    HelpIndexPage,
    HelpPage,
    HomePage,
    LessonIndexPage,
    LessonPage,
    StoryIndexPage,
    StoryPage,
)
from cms.pages.search import find_pages
from sample.festival_pages import translate
from sample.pages import write_pages
from shop.catalogue.models import Product
from tests.sample.loaded import DAY_0

pytestmark = pytest.mark.usefixtures("loaded")


def test_every_text_became_a_page():
    assert HomePage.objects.filter(locale__language_code="en").count() == 1
    for code, _name in settings.LANGUAGES:
        here = {"locale__language_code": code, "alias_of": None}
        assert StoryPage.objects.filter(**here).count() == 12
        assert LessonPage.objects.filter(**here).count() == 8
        assert HelpPage.objects.filter(**here).count() == 16
        assert FestivalPage.objects.filter(**here).count() == 4
        assert HelpIndexPage.objects.filter(**here).count() == 1
    assert FestivalPage.objects.filter(festival__isnull=False).count() == 4


def test_the_lists_of_pages_are_called_as_each_language_calls_them():
    french = {
        page.slug: page.title
        for model in (StoryIndexPage, LessonIndexPage, HelpIndexPage, FestivalIndexPage)
        for page in model.objects.filter(locale__language_code="fr")
    }

    assert french == {
        "stories": "Récits", "academy": "Académie", "help": "Aide", "festivals": "Festivals",
    }  # fmt: skip
    page = Client().get("/fr/help/").text
    assert "<title>Aide | Baobab</title>" in page
    assert ">Récits</a>" in page
    assert ">Stories</a>" not in page


@pytest.mark.parametrize("code", [code for code, _name in settings.LANGUAGES if code != "en"])
def test_no_words_of_the_shop_stand_in_english_on_pages_of_another_language(code):
    column = code.replace("zh-hans", "zh_Hans")
    with (settings.BASE_DIR / "locale" / "strings.csv").open(encoding="utf-8", newline="") as sheet:
        rows = [(row["msgid"], row[column]) for row in csv.DictReader(sheet)]
    same = {text for text, said in rows if said == text}
    english = {text for text, said in rows if said and len(text) > 3} - same
    browser, found = Client(), {}

    for name in (
        "",
        "products/",
        "stores/",
        "help/",
        "academy/",
        "stories/",
        "festivals/",
        "cart/",
    ):
        page = BeautifulSoup(browser.get(f"/{code}/{name}").text, "html.parser")
        for text in page.find_all(string=True):
            tongues = [above["lang"] for above in text.parents if above.has_attr("lang")]
            if tongues and tongues[0] == code and " ".join(text.split()) in english:
                found.setdefault(str(text), name)

    assert found == {}


def test_a_second_load_makes_no_page():
    before = set(Page.objects.values_list("pk", "url_path"))

    assert write_pages(at=DAY_0) == 0
    assert set(Page.objects.values_list("pk", "url_path")) == before


def test_no_placeholder_is_left_in_a_page():
    shop = Client()
    for page in Page.objects.filter(depth__gt=2, locale__language_code="en"):
        answer = shop.get("/" + page.url_path.split("/", 2)[2])
        assert answer.status_code == 200, page.url_path
        assert "{{" not in answer.text
        assert "**" not in answer.text
        assert "[[" not in answer.text


def test_nothing_waits_to_be_filled_in_any_language():
    for page in Page.objects.filter(depth__gt=2, alias_of=None).specific():
        words = str(getattr(page, "body", None) and page.body.raw_data)
        for mark in ("{{", "**", "[["):
            assert mark not in words + page.title + page.search_description, page.url_path


def test_products_that_are_named_are_linked_in_each_language():
    known = set(Product.objects.values_list("slug", flat=True))
    linked = {}
    for story in StoryPage.objects.filter(slug="six-days-in-a-box").select_related("locale"):
        links = re.findall(r'href="/products/([\w-]+)/"', str(story.body.raw_data))
        linked[story.locale.language_code] = set(links)

    assert linked["en"]
    assert linked["en"] <= known
    assert linked == {code: linked["en"] for code, _name in settings.LANGUAGES}


def test_the_festival_has_its_page_in_six_languages():
    shop = Client()
    path = "/festivals/100-stores-1000-products/"

    assert "La pierre des carrières" in shop.get(f"/fr{path}").text
    assert "塔巴卡" in shop.get(f"/zh-hans{path}").text
    arabic = shop.get(f"/ar{path}").text
    assert 'dir="rtl"' in arabic
    assert "يصير حجر مقالع تاباكا" in arabic
    assert "Stone from the open pits" not in arabic


def test_figures_stand_in_the_language_of_the_page():
    shop = Client()
    path = "/help/vouchers-and-spend-and-save/"

    assert "$0.50" in shop.get(path).text
    assert "0,50\u00a0$US" in shop.get(f"/fr{path}").text
    assert "working days" not in shop.get("/fr/help/returns-and-refunds/").text


def test_a_search_finds_the_answer_in_its_own_language():
    page = HelpPage.objects.get(slug="tracking", locale__language_code="fr")
    for row in (page, HelpPage.objects.get(slug="tracking", locale__language_code="en")):
        insert_or_update_object(row)  # which the worker does once the load is committed
    title = page.title

    (first, *_others) = find_pages(title, "fr")

    assert (first.title, first.lang) == (title, "")


def test_a_copy_of_a_list_becomes_its_translation():
    french = HelpIndexPage.objects.get(locale__language_code="fr")
    english = HelpIndexPage.objects.get(locale__language_code="en")
    french.alias_of = english
    french.save(update_fields=["alias_of"])

    assert translate(english, "fr", search_description="Des réponses") == 1
    french = HelpIndexPage.objects.get(pk=french.pk)
    assert (french.alias_of, french.search_description) == (None, "Des réponses")
    assert translate(english, "fr", search_description="Autre") == 0
