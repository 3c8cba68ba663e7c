"""Lists of pages mark each translation whose English page has changed since it was written."""

from datetime import timedelta

import pytest
from django.urls import reverse
from wagtail.search import index

from cms import roles
from cms.models import HelpPage, LessonPage, StoryPage
from cms.pages.translations import outdated
from tests import make, pages
from tests.budgets import statements
from tests.make import NOON

pytestmark = pytest.mark.django_db

MARK = "Translation out of date"


def body(text="How it is made.", point="Lens wiped"):
    """Return what pages are built from: words, lists of words, and a picture to look up."""
    picture = {"picture": make.shown_picture(make.product()).picture, "alt": "A lens"}
    return [("text", {"words": f"<p>{text}</p>"}), ("picture", picture),
            ("checklist", {"points": [point, "Everything in sight"]})]  # fmt: skip


def translation(model=HelpPage, **facts):
    """Return a translated page that follows its English one, whose list has a French page."""
    english = pages.page(model, **facts)
    english.save_revision().publish()
    made = pages.translated(english, "fr", title=f"Page traduite {english.pk}")
    made.save_revision().publish()
    return made


def changed(page, title="Another title"):
    """Publish the English page of a translation with another title, and return the translation."""
    english = page.source
    english.title = title
    english.save_revision().publish()
    return page


def shown(client, where, **asked):
    """Return which words mark the rows of a list of pages, by title."""
    answer = client.get(where, asked)
    assert answer.status_code == 200
    rows = answer.text.split("<tr")
    return {page.title: MARK in next(row for row in rows if f"page_{page.pk}_title" in row)
            for page in answer.context["object_list"]}  # fmt: skip


def explored(page):
    """Return the address of the list of the pages below one."""
    return reverse("wagtailadmin_explore", args=[page.pk])


@pytest.mark.parametrize("role", [roles.ORGANIZER, roles.MERCHANDISER])
def test_the_list_of_pages_marks_a_translation_until_it_is_published_anew(client, clock_at, role):
    old, kept = changed(translation()), translation()
    client.force_login(pages.editor(role))
    where = explored(old.get_parent())

    assert shown(client, where) == {old.title: True, kept.title: False}
    assert set(shown(client, explored(old.source.get_parent())).values()) == {False}

    clock_at(NOON + timedelta(minutes=1))
    old.save_revision().publish()

    assert shown(client, where) == {old.title: False, kept.title: False}


def test_a_filter_finds_what_is_out_of_date_below_a_page_in_all_languages(client):
    old, _kept = changed(translation()), translation()
    story = changed(translation(StoryPage))
    client.force_login(pages.editor(roles.MERCHANDISER))

    found = shown(client, explored(pages.page_root()), translation="old")

    assert found == {old.title: True, story.title: True}
    below = shown(client, explored(story.get_parent()), translation="old")
    assert below == {story.title: True}


def test_pages_of_a_kind_and_of_a_search_are_marked_too(client):
    old, kept = changed(translation()), translation()
    for page in (old, kept):
        index.insert_or_update_object(page)  # as the worker does
    client.force_login(pages.editor())

    of_kind = shown(client, reverse("wagtailadmin_pages:type_use", args=["cms", "helppage"]))
    found = shown(client, reverse("wagtailadmin_pages:search"), q="traduite")

    assert (of_kind[old.title], of_kind[kept.title]) == (True, False)
    assert found == {old.title: True, kept.title: False}


@pytest.mark.parametrize(
    ("typed", "marks"),
    [({"text": "How it was made."}, True), ({"point": "Lens clean"}, True), ({}, False)],
)
def test_other_words_in_a_page_mark_its_translation_and_another_picture_does_not(typed, marks):
    made = translation(LessonPage, body=body())
    english = made.source
    english.body = body(**typed)
    english.save_revision().publish()

    assert outdated([made]) == ([made] if marks else [])


def test_a_list_of_pages_costs_the_same_statements_for_two_rows_and_for_twelve(client):
    client.force_login(pages.editor())
    made = [changed(translation(LessonPage, body=body())) for _ in range(2)]
    where = explored(made[0].get_parent())
    with statements(most=120) as few:
        assert sum(shown(client, where).values()) == 2
    made += [changed(translation(LessonPage, body=body())) for _ in range(10)]

    with statements(most=len(few)):
        assert sum(shown(client, where).values()) == 12

    with statements(most=5):
        assert len(outdated(made)) == 12
