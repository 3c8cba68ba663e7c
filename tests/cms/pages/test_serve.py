"""Pages are served from one shared copy, in the visitor's language as far as there is one."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageViewRestriction

from cms.models import FestivalPage, HelpPage, HomePage, LessonPage, StoryPage
from shop.storefront.cache import catalogue_version
from tests import make, pages
from tests.cms.dashboard.people import organizer
from tests.queue import run_queued_work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("compared")]

HOSTILE = '"><script>alert(1)</script>{{ 7|add:7 }} \u202e <img src=x onerror=alert(1)>'
TEXT = [("text", {"words": "<p>Leaves and <b>patience</b>.</p>"})]


def get(path, **extra):
    catalogue_version.forget()
    return Client().get(path, **extra)


@pytest.mark.parametrize("model", [StoryPage, LessonPage, HelpPage])
@pytest.mark.parametrize("language", ["", "fr", "ar"])
def test_an_article_is_served_in_every_frame_with_its_words_marked(model, language):
    page = pages.page(model, title="Two kinds of shea", body=TEXT)

    answer = get(pages.address(page, language))

    assert answer.status_code == 200
    assert "Leaves and <b>patience</b>." in answer.text
    assert ('<div class="wrap prose" lang="en" dir="auto">' in answer.text) == bool(language)
    assert f'<html lang="{language or "en"}"' in answer.text


@pytest.mark.parametrize("language", ["", "ar"])
def test_hostile_text_in_every_field_stays_text(language):
    festival = make.festival(title=HOSTILE, texts={"en": {"tagline": HOSTILE, "intro": HOSTILE}})
    words = [
        ("notice", {"title": HOSTILE[:80], "text": HOSTILE}),
        ("call", {"label": HOSTILE[:60], "text": HOSTILE, "address": "javascript:alert(1)"}),
        ("table", {"rows": f"{HOSTILE}|b\n{HOSTILE}|c", "caption": HOSTILE}),
        ("deals", {"title": HOSTILE[:80], "in_festival": False}),
    ]
    questions = [("question", {"question": HOSTILE, "answers": [HOSTILE] * 2, "right": 1,
                               "why": HOSTILE})]  # fmt: skip
    made = [
        pages.page(FestivalPage, festival=festival, title=HOSTILE, search_description=HOSTILE,
                   seo_title=HOSTILE, body=[("hero", {}), ("intro", {}), *words]),
        pages.page(StoryPage, title=HOSTILE, search_description=HOSTILE, body=words),
        pages.page(LessonPage, title=HOSTILE, body=[*words, *questions]),
        pages.page(HelpPage, title=HOSTILE, search_description=HOSTILE, body=words),
    ]  # fmt: skip
    lists = [page.get_parent() for page in made]

    for page in [*made, *lists]:
        answer = get(pages.address(page, language))

        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "javascript:" not in answer.text


def test_a_translation_is_shown_in_its_language_at_the_same_address():
    page = pages.page(StoryPage, title="Two kinds of shea", slug="shea", body=TEXT)
    pages.translated(page, "fr", title="Deux karités", body=[("text", {"words": "<p>Bon.</p>"})])

    french, arabic = get("/fr/stories/shea/").text, get("/ar/stories/shea/").text

    assert "Deux karités" in french
    assert "<p>Bon.</p>" in french
    assert "Two kinds of shea" not in french
    assert '<h1 lang="en" dir="auto">Two kinds of shea</h1>' in arabic
    assert "Deux karités" in get("/fr/stories/").text


def test_a_draft_translation_is_not_shown():
    page = pages.page(StoryPage, title="Shea", slug="shea")
    draft = pages.translated(page, "fr", title="Secret")
    draft.live = False
    draft.save()

    assert "Secret" not in get("/fr/stories/shea/").text


def test_a_change_is_seen_at_once_and_a_draft_is_not():
    page = pages.page(StoryPage, title="Before", slug="shea")
    assert "Before" in get("/stories/shea/").text

    page.title = "After"
    page.save_revision()
    assert "Before" in get("/stories/shea/").text

    page.save_revision().publish()
    assert "After" in get("/stories/shea/").text


def test_an_unpublished_page_is_gone_at_once():
    page = pages.page(StoryPage, slug="shea")
    assert get("/stories/shea/").status_code == 200

    page.unpublish()

    assert get("/stories/shea/").status_code == 404


def test_a_deleted_page_is_gone_at_once():
    page = pages.page(StoryPage, slug="shea")
    assert get("/stories/shea/").status_code == 200

    page.delete()

    assert get("/stories/shea/").status_code == 404


def test_a_draft_saved_leaves_the_copies_of_the_shop_alone():
    page = pages.page(StoryPage)
    before = revision()

    page.title = "Another"
    page.save_revision()
    assert revision() == before

    page.save_revision().publish()
    assert revision() > before


@pytest.mark.parametrize("where", ["page", "list"])
def test_a_private_page_is_not_found(where):
    page = pages.page(StoryPage, slug="shea")
    get("/stories/shea/")
    target = page if where == "page" else page.get_parent()
    PageViewRestriction.objects.create(page=target, restriction_type="login")
    cache.clear()

    assert get("/stories/shea/").status_code == 404


def test_everyone_gets_the_same_bytes():
    page = pages.page(StoryPage, slug="shea", body=TEXT)
    shopper = Client()
    shopper.force_login(pages.editor())

    assert shopper.get(pages.address(page)).content == get(pages.address(page)).content
    assert "csrfmiddlewaretoken" not in get(pages.address(page)).text


def test_a_page_that_moved_says_where_it_is():
    page = pages.page(StoryPage, slug="shea")
    Redirect.add_redirect("/old-story/", page)
    Redirect.add_redirect("/elsewhere/", "https://example.org/", is_permanent=False)

    moved, away = get("/fr/old-story/"), get("/elsewhere/")

    assert (moved.status_code, moved.url) == (301, "/fr/stories/shea/")
    assert (away.status_code, away.url) == (302, "https://example.org/")


@pytest.mark.parametrize("path", ["/nowhere/", "/stories/nowhere/", "/shop/", "/root/", "/fr/x/"])
def test_what_is_not_there_is_not_found(path):
    pages.page(StoryPage)

    assert get(path).status_code == 404


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_the_page_of_a_festival_that_is_not_announced_is_not_found(state):
    festival = make.festival(state=state)
    page = pages.page(FestivalPage, festival=festival, title="Not announced")

    assert get(pages.address(page)).status_code == 404
    assert "Not announced" not in get("/festivals/").text


def test_a_restricted_home_gives_way_to_the_drawn_one():
    home = pages.home(body=[("notice", {"title": "Only here"})])
    assert "Only here" in get("/").text

    PageViewRestriction.objects.create(page=home, restriction_type="login")
    cache.clear()

    assert "Only here" not in get("/").text


def test_the_home_page_is_the_editors_and_the_drawn_one_before():
    assert "How it works" in get("/").text

    home = pages.home()
    assert [child.block_type for child in home.body] == [
        "hero", "slots", "stores", "collections", "deals", "stories", "how",
    ]  # fmt: skip
    home.body = [("notice", {"title": "Come in"})]
    home.save_revision().publish()

    assert "Come in" in get("/").text
    assert HomePage.objects.count() == 1


def test_a_search_finds_words_in_titles_and_bodies():
    pages.page(StoryPage, title="Two kinds of shea", body=TEXT)
    draft = pages.page(FestivalPage, festival=make.festival(state="draft"), title="Parcels")
    found = pages.page(HelpPage, title="Returns", body=[("text", {"words": "<p>Parcels.</p>"})])
    hidden = pages.page(HelpPage, title="Parcels in secret")
    hidden.unpublish()
    run_queued_work()

    assert "1 page found" in get("/help/?q=patience").text
    assert "Two kinds of shea" in get("/help/?q=shea").text
    assert pages.address(found) in get("/help/?q=parcels").text
    assert pages.address(draft) not in get("/help/?q=parcels").text
    assert "secret" not in get("/help/?q=parcels").text
    assert "0 pages found" in get(f"/help/?q={HOSTILE}").text
    assert get("/help/?q=%00%27%22%25").status_code == 200


def test_a_translation_is_found_while_its_english_page_is_published():
    page = pages.page(HelpPage, title="Returns", slug="returns")
    pages.translated(page, "fr", title="Retours et échanges")
    run_queued_work()
    assert "Retours et échanges" in get("/fr/help/?q=retours").text

    page.unpublish()
    run_queued_work()

    assert get("/fr/help/returns/").status_code == 404
    assert "échanges" not in get("/fr/help/?q=retours").text


@pytest.mark.parametrize("is_together", [False, True])
def test_a_page_that_is_moved_stands_at_its_new_place_in_every_copy(client, is_together):
    first = pages.page(StoryPage, title="First", show_in_menus=True)
    second = pages.page(StoryPage, title="Second", show_in_menus=True)
    client.force_login(organizer())

    def menu() -> list[str]:
        return re.findall("First|Second", get("/stories/").text.partition("<footer")[2])

    assert menu() == ["First", "Second"]
    parent = second.get_parent()

    if is_together:
        moved = client.post(
            f"/organize/bulk/wagtailcore/page/move/?id={first.pk}&next=/",
            {"chooser": parent.pk, "move_applicable": "on"},
        )
    else:
        moved = client.post(f"/organize/pages/{first.pk}/move/{parent.pk}/confirm/")

    assert moved.status_code == 302
    assert menu() == ["Second", "First"]


def revision():
    catalogue_version.forget()
    return catalogue_version.current_version(at=make.NOON).revision


def test_an_address_that_leads_nowhere_offers_the_pages_that_it_may_have_meant(client):
    pages.page(HelpPage, title="Privacy and cookies", slug="privacy-and-cookies",
               show_in_menus=True)  # fmt: skip
    pages.page(HelpPage, title="Paying", slug="paying", show_in_menus=True)

    answer = client.get("/fr/privacy.html")

    assert answer.status_code == 404
    text = answer.text.partition("<main")[2]
    assert "Cherchiez-vous l’une de ces pages" in text
    assert '<a href="/fr/help/privacy-and-cookies/">Vie privée et cookies</a>' in text
    assert "Paying" not in text
