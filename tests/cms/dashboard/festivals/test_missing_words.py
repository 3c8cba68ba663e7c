"""What a festival's page lacks: a copy in English is no translation, and a draft is no page."""

import pytest
from wagtail.rich_text import RichText

from cms.dashboard.festivals.override import readiness_of
from cms.models import FestivalPage
from tests import make, pages
from tests.cms.dashboard.people import BEFORE

pytestmark = pytest.mark.django_db
BODY = [
    ("text", {"words": "<p>Two days of cloth.</p>"}),
    ("call", {"label": "See", "address": "/products/"}),
    ("collections", {"tiles": [{"category": "home", "title": "Cloth", "text": "Cloth"}]}),
]


def test_the_languages_in_which_a_page_is_missing_are_named(desk):
    festival = make.festival(state="draft")
    made = pages.page(FestivalPage, festival=festival, title="Days", slug="days")
    pages.translated(made, "fr", title="Les jours", search_description="De quoi il s’agit.")

    found = {finding.code: finding for finding in readiness_of(festival, at=BEFORE).blockers}

    assert "page" not in found
    text = found["translation"].text
    assert text.endswith("in: 简体中文, العربية, Kiswahili, Português.")


def test_a_copy_in_english_is_no_translation(desk):
    festival = make.festival(state="draft")
    made = pages.page(FestivalPage, festival=festival, title="Days", slug="days", body=BODY)
    copied = pages.translated(made, "fr")

    def said():
        found = readiness_of(festival, at=BEFORE).blockers
        return next(finding.text for finding in found if finding.code == "translation")

    assert "in: Français, 简体中文" in said()
    assert said().endswith("Português (a copy in English stands in: Français).")
    copied.body[0].value["phases"] = ["live"]  # these are no words
    copied.body[1].value["address"] = "/fr/products/"
    copied.save()
    assert "Français" in said()
    copied.title = "Les jours"  # one text: a sentence is left in English
    copied.save()
    assert said().endswith("(a copy in English stands in: Français).")
    copied.search_description = "De quoi il s’agit."
    copied.save()
    assert "Français" in said()
    copied.body[0].value["words"] = RichText("<p>Deux jours de tissu.</p>")
    copied.save()
    assert "Français" not in said()  # “See” and “Cloth” may be names
    FestivalPage.objects.filter(pk=copied.pk).update(live=False)
    assert "Français" in said()


def test_a_page_that_is_a_draft_is_missing(desk):
    festival = make.festival(state="draft")
    made = pages.page(FestivalPage, festival=festival, title="Days", slug="days")
    before = {finding.code for finding in readiness_of(festival, at=BEFORE).blockers}
    FestivalPage.objects.filter(pk=made.pk).update(live=False)

    board = desk.get(f"/organize/festivals/{festival.pk}/").text

    assert "page-draft" not in before
    assert "Its page is a draft." in board
    assert f'href="/organize/pages/{made.pk}/edit/">Clear it' in board
