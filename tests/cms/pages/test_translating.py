"""A translation is made and saved as editors do it; address and festival are the English page's."""

import pytest
from django.urls import reverse
from wagtail.models import Locale
from wagtail.test.utils.form_data import nested_form_data, streamfield

from cms.dashboard.festivals.override import readiness_of
from cms.models import FestivalIndexPage, FestivalPage
from cms.wagtail_hooks import CHANGED
from tests import make, pages
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def english():
    """Return the English page of a festival, below lists that have a French page."""
    festival = make.festival(title="Harvest")
    made = pages.page(FestivalPage, festival=festival, title="Harvest", slug="harvest")
    pages.translated(FestivalIndexPage.objects.get(locale__language_code="en"), "fr")
    return made


def begun(client, english):
    """Press *Translate* for French, and return the translation with the page that follows."""
    client.force_login(pages.editor())
    french = Locale.objects.get(language_code="fr")
    asked = reverse("simple_translation:submit_page_translation", args=[english.pk])

    answer = client.post(asked, {"locales": [french.pk]}, follow=True)

    made = FestivalPage.objects.get(locale=french)
    assert answer.redirect_chain[-1][0] == reverse("wagtailadmin_pages:edit", args=[made.pk])
    return made, answer.text


def saved(client, page, **typed):
    """Save a page as the editor sends it, and return the answer."""
    body = {"title": page.title, "search_description": "", "seo_title": "", "body": streamfield([]),
            "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}}  # fmt: skip
    where = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return client.post(where, nested_form_data(body | typed))


def test_a_translation_is_saved_with_the_address_and_festival_of_its_english_page(client, english):
    made, editor = begun(client, english)
    assert 'name="slug"' not in editor
    assert 'name="festival"' not in editor
    assert '<code id="id_slug">harvest</code>' in editor

    answer = saved(
        client, made, title="La récolte", slug="la-recolte", **{"action-publish": "action-publish"}
    )

    assert answer.status_code == 302
    made.refresh_from_db()
    assert (made.title, made.slug, made.live) == ("La récolte", "harvest", True)
    assert made.own_festival() == english.festival
    shown = client.get(pages.address(english, "fr"))
    assert "La récolte" in shown.text


def test_a_translation_that_was_begun_with_another_address_gets_that_of_its_english_page(
    client, english
):
    made, _ = begun(client, english)
    FestivalPage.objects.filter(pk=made.pk).update(slug="harvest-1")
    made.latest_revision.delete()

    answer = saved(client, made, title="La récolte", **{"action-publish": "action-publish"})

    assert answer.status_code == 302
    made.refresh_from_db()
    assert made.slug == "harvest"


def test_the_english_page_chooses_its_address_and_festival(client, english):
    client.force_login(pages.editor())

    page = client.get(reverse("wagtailadmin_pages:edit", args=[english.pk])).text

    assert 'name="slug"' in page
    assert 'name="festival"' in page


def test_a_changed_english_page_marks_its_translations_until_they_are_saved(client, english):
    made, editor = begun(client, english)
    publish = {"action-publish": "action-publish"}
    saved(client, made, title="La récolte", **publish)
    where = reverse("wagtailadmin_pages:edit", args=[made.pk])
    assert CHANGED not in editor + client.get(where).text
    assert not old(english)

    def save_english(**typed):
        facts = {"slug": "harvest", "festival": english.festival_id, "title": english.title}
        assert saved(client, english, **facts | typed).status_code == 302
        english.refresh_from_db()

    save_english(search_description="What it is about.", preview_at="2027-05-10 10:00", **publish)
    assert CHANGED not in client.get(where).text  # no word is another one
    save_english(title="A draft")
    assert CHANGED not in client.get(where).text
    save_english(title="Harvest of all", **publish)
    assert CHANGED in client.get(where).text
    assert old(english) == "Its page has changed since it was translated into: Français."

    saved(client, made, title="La récolte de tous", **publish)

    assert CHANGED not in client.get(where).text
    assert not old(english)


def old(english):
    """Return what readiness says of translations that are behind."""
    found = readiness_of(english.festival, at=NOON).findings
    return "".join(finding.text for finding in found if finding.code == "translation-old")
