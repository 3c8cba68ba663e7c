"""The pages of the sample: all there, no placeholder left, products linked, loaded once."""

import re

import pytest
from django.test import Client
from wagtail.models import Page

from cms.models import FestivalPage, HelpPage, HomePage, LessonPage, StoryPage
from sample.pages import write_pages
from shop.catalogue.models import Product
from tests.sample.loaded import DAY_0

pytestmark = pytest.mark.usefixtures("loaded")


def test_every_text_became_a_page():
    assert HomePage.objects.filter(locale__language_code="en").count() == 1
    assert StoryPage.objects.count() == 12
    assert LessonPage.objects.count() == 6  # two more wait for what they teach
    assert HelpPage.objects.count() == 16
    assert FestivalPage.objects.filter(festival__isnull=False).count() == 4
    assert FestivalPage.objects.count() == 12  # in English, French and Chinese


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


def test_products_that_are_named_are_linked():
    story = StoryPage.objects.get(slug="six-days-in-a-box")
    source = str(story.body.raw_data)

    links = re.findall(r'href="/products/([\w-]+)/"', source)

    assert links
    assert set(links) <= set(Product.objects.values_list("slug", flat=True))


def test_the_festival_has_its_page_in_three_languages_and_the_rest_in_english_words():
    shop = Client()
    path = "/festivals/100-stores-1000-products/"

    assert "La pierre des carrières" in shop.get(f"/fr{path}").text
    assert "塔巴卡" in shop.get(f"/zh-hans{path}").text
    arabic = shop.get(f"/ar{path}").text
    assert 'dir="rtl"' in arabic
    assert '<div class="prose" lang="en" dir="auto"><p>Stone from the open pits' in arabic
