"""Words that products share are named in every language, and the search finds by the names."""

import pytest
from django.conf import settings
from django.test import Client

from shop.catalogue.models import Term
from shop.core.errors import NotPossible
from shop.festivals.models import ChangeLog
from shop.storefront.cache import catalogue_version
from shop.storefront.listings.terms import save_term
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.queue import run_queued_work as work

pytestmark = pytest.mark.django_db

NONE = "Hakuna bidhaa inayolingana"
OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]


@pytest.fixture(autouse=True)
def noon(clock_at):
    clock_at(NOON)


def typed(**facts):
    return {"kind": "material", "term": "bogolan"} | facts


def made_of(*materials):
    product = make.product(title="Wall hanging", materials=list(materials))
    make.variant(of=product)
    make.listed(product)
    return product


def found(words, language):
    catalogue_version.forget()
    return Client().get(f"/{language}/products/", {"q": words}).text


def test_an_editor_names_a_material_and_shoppers_read_and_find_it(client):
    product = made_of("bogolan")
    client.force_login(organizer("merchandiser"))
    assert NONE in found("bazilani", "sw")

    answer = client.post(
        "/organize/desk_terms/new/", typed(name_sw="Bazilani", name_fr="Bogolan du Mali")
    )
    work()

    assert answer.status_code == 302
    term = Term.objects.get(term="bogolan")
    assert term.names == {"fr": "Bogolan du Mali", "sw": "Bazilani"}
    assert "Bogolan du Mali" in Client().get(f"/fr/products/{product.slug}/").text
    assert NONE not in found("bazilani", "sw")


def test_a_changed_name_is_found_and_the_old_one_no_more(client):
    made_of("bogolan")
    term = Term.objects.create(kind="material", term="bogolan", names={"sw": "Bazilani"})
    client.force_login(organizer())

    client.post(f"/organize/desk_terms/edit/{term.pk}/", typed(name_sw="Kitambaa"))
    work()

    assert NONE not in found("kitambaa", "sw")
    assert NONE in found("bazilani", "sw")


def test_a_word_that_is_taken_away_is_said_as_its_store_wrote_it(client):
    product = made_of("bogolan")
    client.force_login(organizer())
    client.post("/organize/desk_terms/new/", typed(name_fr="Bazilani"))
    term = Term.objects.get()

    asked = client.get(f"/organize/desk_terms/delete/{term.pk}/").text
    client.post(f"/organize/desk_terms/delete/{term.pk}/")
    work()

    assert "say it as they wrote it" in asked
    assert "referenced" not in asked

    page = Client().get(f"/fr/products/{product.slug}/").text
    assert "Bazilani" not in page
    assert "bogolan" in page
    lines = ChangeLog.objects.filter(subject="term").order_by("pk")
    assert list(lines.values_list("action", flat=True)) == ["create", "remove"]
    log = client.get("/organize/desk_log/").text
    assert "shared word removed" in log
    assert "bogolan" in log


def test_the_list_finds_what_lacks_a_name(client):
    Term.objects.create(kind="material", term="raffia", names={"fr": "raphia"})
    Term.objects.create(kind="material", term="sisal", names={"zh": "剑麻"})
    client.force_login(organizer("analyst"))

    lacking = client.get("/organize/desk_terms/", {"lacking": "zh-hans"}).text

    assert "raphia" in lacking
    assert "sisal" not in lacking
    assert "sisal" in client.get("/organize/desk_terms/", {"q": "剑麻"}).text


def test_a_word_is_kept_once_of_each_kind(client):
    Term.objects.create(kind="material", term="bogolan")
    client.force_login(organizer())

    answer = client.post("/organize/desk_terms/new/", typed(name_fr="Bogolan du Mali"))

    assert answer.status_code == 200
    assert "already exists" in answer.text
    assert Term.objects.count() == 1


@pytest.mark.parametrize("group", ["reviewer", "analyst"])
def test_words_are_changed_by_those_who_write(client, group):
    term = Term.objects.create(kind="material", term="bogolan")
    client.force_login(organizer(group))

    new = client.post("/organize/desk_terms/new/", typed(term="other"))
    edit = client.post(f"/organize/desk_terms/edit/{term.pk}/", typed(name_fr="Autre"))
    gone = client.post(f"/organize/desk_terms/delete/{term.pk}/")

    assert {new.status_code, edit.status_code, gone.status_code} == {403}
    assert Term.objects.get().names == {}


def test_every_other_language_has_a_field(client):
    client.force_login(organizer())

    page = client.get("/organize/desk_terms/new/").text

    for code in OTHERS:
        assert f'name="name_{code}"' in page


def test_a_word_that_somebody_else_added_meanwhile_is_refused_in_words():
    Term.objects.create(kind="material", term="bogolan", names={"fr": "Bogolan"})
    late = Term(kind="material", term="bogolan")  # whose form saw none yet

    with pytest.raises(NotPossible, match="there already"):
        save_term(late, at=NOON, by=None)

    assert Term.objects.get().names == {"fr": "Bogolan"}


def test_the_sheet_has_a_column_for_each_language(client):
    Term.objects.create(kind="material", term="sisal", names={"fr": "sisal", "zh": "剑麻"})
    client.force_login(organizer("analyst"))

    sheet = client.get("/organize/desk_terms/", {"export": "csv"})

    head, row = b"".join(sheet).decode("utf-8-sig").splitlines()
    assert head == "Word,Kind,French,Simplified Chinese,Arabic,Swahili,Portuguese,Read"
    assert row.startswith("sisal,material,sisal,剑麻,,,,")
