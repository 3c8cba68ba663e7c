"""The lists of search words: found, bounded, harmless, and for those who keep them."""

import pytest
from django.test import Client

from shop.festivals.models import ChangeLog
from shop.storefront.listings.models import Meaning, Synonym
from shop.storefront.models import ZeroResultSearch
from tests.budgets import statements
from tests.cms.dashboard.people import organizer
from tests.cms.dashboard.search.words import MEANINGS, SYNONYMS, group, meaning, named, typed
from tests.make import NOON

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk
HOSTILE = ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "'; DROP TABLE x", "@SUM(A1)"]


def test_words_that_get_a_meaning_are_looked_for_in_vain_no_more(desk):
    for words_, language in (("mbeya", "en"), ("mbeya", "fr"), ("gele", "sw"), ("other", "en")):
        ZeroResultSearch.objects.create(
            day=NOON.date(), language=language, words=words_, is_near=False, last_at=NOON
        )

    desk.post(f"{MEANINGS}new/", typed())
    desk.post(f"{SYNONYMS}new/", named())

    assert sorted(ZeroResultSearch.objects.values_list("words", "language")) == [
        ("mbeya", "fr"), ("other", "en")
    ]  # fmt: skip


def test_the_list_is_searched_and_filtered(desk):
    meaning("Éthiopie", ["country:ET"], language="fr", kind="place")
    meaning("gift")

    def shown(**query):
        page = desk.get(MEANINGS, query)
        return [row.phrase for row in page.context["page_obj"]]

    assert set(shown()) == {"gift", "Éthiopie"}
    assert shown(q="éthio") == shown(q="ethio") == ["Éthiopie"]
    assert shown(language="fr") == shown(kind="place") == ["Éthiopie"]
    group("a", "bag", "sack")
    group("n", "mkoba", "pochi", is_near=True)
    Synonym.objects.filter(term="sack").update(language="yo")
    rows = desk.get(SYNONYMS, {"language": "other"}).context["page_obj"]
    assert [(row.term, row.others) for row in rows] == [("sack", ["bag"])]
    assert "mkoba" not in desk.get(SYNONYMS, {"is_near": "false"}).text


@pytest.mark.parametrize(
    "path",
    [MEANINGS, f"{MEANINGS}?q=word", f"{MEANINGS}?kind=wish&language=en", f"{MEANINGS}?p=2",
     SYNONYMS, f"{SYNONYMS}?q=word", f"{SYNONYMS}?language=en&p=2"],
)  # fmt: skip
def test_a_list_takes_eight_statements_at_the_most(desk, path):
    for n in range(70):
        meaning(f"word {n}")
        group(f"group {n}", f"word {n}", f"term {n}")
    desk.get(path)

    with statements(most=8):
        page = desk.get(path)

    assert page.status_code == 200
    assert len(page.context["page_obj"])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_words(desk, text):
    for _time in range(2):
        desk.post(f"{MEANINGS}new/", typed(phrase=text, note=text))
    desk.post(f"{SYNONYMS}new/", named(term="gele", other=text))

    for path in (MEANINGS, SYNONYMS, f"{MEANINGS}edit/{Meaning.objects.get().pk}/",
                 "/organize/desk_log/"):  # fmt: skip
        page = desk.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
    assert Client().get("/products/", {"q": text}).status_code == 200
    brought = desk.get(f"{MEANINGS}new/", {"phrase": text, "language": "nonsense"})
    assert brought.status_code == 200
    assert "<script>alert" not in brought.text


@pytest.mark.parametrize("role", ["reviewer", "analyst"])
def test_words_are_kept_by_organizers_and_merchandisers(client, role):
    old = meaning()
    _bag, sack = group("a", "bag", "sack")
    client.force_login(organizer(role))

    answers = [
        client.post(f"{MEANINGS}new/", typed()),
        client.post(f"{MEANINGS}edit/{old.pk}/", typed()),
        client.post(f"{MEANINGS}delete/{old.pk}/"),
        client.post(f"{SYNONYMS}new/", named()),
        client.post(f"{SYNONYMS}edit/{sack.pk}/", named()),
        client.post(f"{SYNONYMS}delete/{sack.pk}/"),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert Meaning.objects.get().phrase == "gift"
    assert Synonym.objects.count() == 2
    assert not ChangeLog.objects.exists()
    assert "Bring in a sheet" not in client.get(MEANINGS).text


def test_a_merchandiser_keeps_words(client, clock_at):
    clock_at(NOON)
    client.force_login(organizer("merchandiser"))

    assert client.post(f"{MEANINGS}new/", typed()).status_code == 302
    assert client.post(f"{SYNONYMS}new/", named()).status_code == 302
    assert "Bring in a sheet" in client.get(MEANINGS).text
