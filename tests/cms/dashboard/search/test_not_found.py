"""Organizers see what shoppers did not find, and give the search a word or set it aside."""

from datetime import timedelta

import pytest
from django.test import Client

from shop.festivals.models import ChangeLog
from shop.storefront.models import ZeroResultSearch
from shop.storefront.search_words.not_found import note_vain
from tests.budgets import statements
from tests.cms.dashboard.people import organizer
from tests.cms.dashboard.search.words import thing
from tests.formulas import formulas
from tests.make import NOON

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk
LIST, ASIDE = "/organize/not-found/", "/organize/not-found/aside/"


def vain(words, times=2, *, language="en", is_near=False, ago=0):
    at = NOON - timedelta(days=ago)
    return ZeroResultSearch.objects.create(
        day=at.date(), language=language, words=words, is_near=is_near, times=times, last_at=at
    )


def shown(desk, **query):
    rows = desk.get(LIST, query).context["rows"]
    return [(row["words"], row["asked"]) for row in rows]


def test_what_shoppers_did_not_find_is_listed_from_the_second_time_on(desk, clock_at):
    thing("Sisal basket")
    Client().get("/products/", {"q": "Gélé"})
    assert shown(desk) == []

    clock_at(NOON + timedelta(minutes=11))
    Client().get("/products/", {"q": "gele"})

    assert shown(desk) == [("gele", 2)]


def test_the_list_is_narrowed_and_put_in_order(desk):
    vain("often", 9, ago=3)
    vain("often", 1, ago=20)
    vain("long ago", 5, ago=60)
    vain("lately", 2)
    vain("panier bleu", 3, language="fr", is_near=True)

    assert shown(desk) == [("often", 10), ("panier bleu", 3), ("lately", 2)]
    assert shown(desk, days="7") == [("often", 9), ("panier bleu", 3), ("lately", 2)]
    assert ("long ago", 5) in shown(desk, days="90")
    assert shown(desk, order="newest")[-1] == ("often", 10)
    assert shown(desk, language="fr") == shown(desk, found="near") == [("panier bleu", 3)]
    assert ("panier bleu", 3) not in shown(desk, found="nothing")
    for name in ("days", "order", "language", "found", "p"):
        assert desk.get(LIST, {name: "\0'x" * 20}).status_code == 200


def test_each_leads_to_a_form_that_holds_it(desk):
    vain("篮 子", language="zh-hans")
    (row,) = desk.get(LIST).context["rows"]

    meaning, synonym = desk.get(row["meaning"]), desk.get(row["synonym"])

    assert 'value="篮 子"' in meaning.text
    assert '<option value="zh-hans" selected>' in meaning.text
    assert 'value="篮 子"' in synonym.text
    assert 'value="zh"' in synonym.text


def test_what_is_set_aside_comes_back_once_it_is_asked_again(desk, clock_at):
    vain("gele", 5)
    vain("gele", 5, is_near=True, ago=2)
    vain("gele", 5, language="fr")

    answer = desk.post(f"{ASIDE}?days=90", {"words": "gele", "language": "en"})
    again = desk.post(ASIDE, {"words": "gele", "language": "en"}, follow=True)

    assert answer.url == f"{LIST}?days=90"
    assert "not on the list any more" in again.text
    assert list(ZeroResultSearch.objects.values_list("language", flat=True)) == ["fr"]
    for minutes in (11, 22):
        note_vain("gele", "en", is_near=False, at=NOON + timedelta(minutes=minutes))
    assert ("gele", 2) in shown(desk)
    line = ChangeLog.objects.get()
    assert (line.subject, line.action) == ("vainsearch", "set aside")
    assert "gele" not in str([line.before, line.after, line.reason])
    assert "search in vain set aside" in desk.get("/organize/desk_log/").text


def test_the_sheet_holds_what_the_list_shows_and_no_formula(desk):
    vain("gele", 4, is_near=True)
    ZeroResultSearch.objects.update(words="=1+1")

    answer = desk.get(LIST, {"export": "csv"})

    assert formulas(answer) == []
    head, row = answer.getvalue().decode("utf-8-sig").splitlines()
    assert head == "Words,Language,Found,Times,Last (UTC)"
    assert row == "'=1+1,en,near,4,2027-05-12 12:00:00"


@pytest.mark.parametrize("query", ["", "?days=90&order=newest&language=en&found=nothing&p=2"])
def test_the_list_takes_eight_statements_at_the_most(desk, query):
    for n in range(120):
        vain(f"word {n}")
    desk.get(LIST)

    with statements(most=8):
        page = desk.get(f"{LIST}{query}")

    assert len(page.context["rows"]) == 50


def test_the_menu_leads_there_for_those_who_keep_words(client, clock_at):
    clock_at(NOON)
    for role, leads in (("organizer", True), ("merchandiser", True), ("analyst", False)):
        client.force_login(organizer(role))
        page = client.get("/organize/").text
        assert ("/organize/not-found/" in page) == leads, role
        assert "/organize/desk_meanings/" in page, role
