"""Organizers keep which words of a search mean the same, and both find both."""

import pytest
from django.test import Client

from shop.storefront.listings.models import Synonym
from shop.storefront.search_words.synonyms import save_synonym
from tests.budgets import statements
from tests.cms.dashboard.search.words import SYNONYMS, found, group, log_of, named, thing
from tests.make import NOON

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk


def test_a_synonym_finds_the_other_word_and_the_other_finds_it(desk):
    thing("Festive head wrap")
    thing("Aso oke gele")
    assert "Festive head wrap" not in found("gele")

    assert desk.post(f"{SYNONYMS}new/", named()).status_code == 302

    for text in ("gele", "head wrap", "Head Wraps"):
        assert set(found(text)) == {"Festive head wrap", "Aso oke gele"}, text
    assert [action for action, _by in log_of("synonym")] == ["create", "create"]


def test_suggestions_know_the_other_word_where_there_is_nothing_else(desk):
    thing("Festive head wrap")
    thing("Gelebele bowl")
    desk.post(f"{SYNONYMS}new/", named(term="turban"))
    desk.post(f"{SYNONYMS}new/", named())

    def suggested(text):
        return Client().get("/suggestions/", {"q": text}).text

    assert "Festive head wrap" in suggested("turban")
    assert "Festive head wrap" not in suggested("turb")
    assert "Festive head wrap" not in suggested("gele")
    with statements(most=3):
        suggested("turban")


def test_a_word_joins_the_group_of_the_other_one(desk):
    group("headwrap", "head wrap", "turban")

    desk.post(f"{SYNONYMS}new/", named(other="Turbans"))
    assert Synonym.objects.filter(group="turbans").count() == 2  # to the letter of what is kept
    desk.post(f"{SYNONYMS}new/", named(term="duku", other="turban"))

    assert set(Synonym.objects.filter(group="headwrap").values_list("term", flat=True)) == {
        "head wrap", "turban", "duku"
    }  # fmt: skip


def test_a_word_is_moved_to_another_group_and_none_is_left_alone(desk):
    group("a", "bag", "sack")
    group("b", "bowl", "dish")
    sack = Synonym.objects.get(term="sack")

    desk.post(f"{SYNONYMS}edit/{sack.pk}/", named(term="sack", other="bowl", language="en"))

    assert sorted(Synonym.objects.values_list("group", "term")) == [
        ("b", "bowl"), ("b", "dish"), ("b", "sack"),
    ]  # fmt: skip


def test_a_synonym_that_is_changed_stays_in_its_group(desk):
    bag, sack = group("a", "bag", "sack")

    page = desk.get(f"{SYNONYMS}edit/{sack.pk}/").text
    desk.post(
        f"{SYNONYMS}edit/{sack.pk}/",
        named(term="sack", other="bag", language="en", is_near="on"),
    )

    assert 'value="bag"' in page
    sack.refresh_from_db()
    assert (sack.group, sack.is_near, bag.group) == ("a", True, "a")


def test_a_synonym_is_deleted_with_the_one_that_would_be_alone(desk):
    _bag, sack = group("a", "bag", "sack")

    assert "goes too" in desk.get(f"{SYNONYMS}delete/{sack.pk}/").text
    desk.post(f"{SYNONYMS}delete/{sack.pk}/")

    assert not Synonym.objects.exists()
    assert [action for action, _by in log_of("synonym")] == ["remove", "remove"]
    assert "synonym removed" in desk.get("/organize/desk_log/").text


NO_SYNONYM = [
    ({"term": "?"}, "term", "of signs alone"),
    ({"term": "a1 b2 c3 d4 e5"}, "term", "no more than 4"),
    ({"other": "!"}, "other", "of signs alone"),
    ({"other": "GELE"}, "other", "no other word for itself"),
    ({"language": "Yoruba"}, "language", "write two or three letters"),
    ({"term": "sack", "other": "bag"}, "term", "in this group already"),
]


@pytest.mark.parametrize(("facts", "field", "said"), NO_SYNONYM, ids=range(len(NO_SYNONYM)))
def test_what_is_no_synonym_is_refused_beside_its_field(desk, facts, field, said):
    group("a", "bag", "sack")

    answer = desk.post(f"{SYNONYMS}new/", named(**facts))

    assert said in " ".join(answer.context["form"].errors[field])
    assert Synonym.objects.count() == 2


def test_a_group_that_is_begun_twice_gets_names_of_its_own():
    group("head-wrap", "cap", "hat")

    save_synonym(Synonym(term="gele", language="yo"), "head wrap", at=NOON, by=None)

    assert Synonym.objects.get(term="gele").group == "head-wrap-2"
